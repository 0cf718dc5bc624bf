"""What somebody could send to come past the gate in front of an application: addresses, methods, headers, bytes."""

from tests.builders import OTHER_SCHOOL as OTHER
from tests.builders import PRODUCT, SCHOOL, TOM
from tests.gates import RESOURCE, SECRET
from tests.proxies import HOME

TARGETS = (
    HOME, f"/voorbeeld/{SCHOOL}", f"/voorbeeld/{SCHOOL}/x", f"/voorbeeld/{OTHER}/", f"//voorbeeld/{SCHOOL}/", f"/voorbeeld//{SCHOOL}/", f"/voorbeeld/{SCHOOL}//",
    f"/./voorbeeld/./{SCHOOL}/", f"/x/../voorbeeld/{SCHOOL}/", f"/voorbeeld/{OTHER}/../{SCHOOL}/", f"/voorbeeld/{SCHOOL}/../{OTHER}/", f"/voorbeeld/{SCHOOL}/%2e%2e/{OTHER}/",
    f"/voorbeeld/{SCHOOL}/..%2f{OTHER}/", f"/voorbeeld/{SCHOOL}%2f..%2f{OTHER}/", f"/voorbeeld/{OTHER}%2F..%2F{SCHOOL}/", f"/voorbeeld/{SCHOOL}/%252e%252e/{OTHER}/",
    f"/voorbeeld/{SCHOOL}/..;/{OTHER}/", f"/voorbeeld/{SCHOOL};x=1/", f"/voorbeeld;/{SCHOOL}/", f"/voorbeeld/{SCHOOL}/..\\..\\{OTHER}/", f"/voorbeeld\\{SCHOOL}\\",
    f"/voorbeeld/{SCHOOL}%2f", f"/voorbeeld%2f{SCHOOL}%2f", f"/%76oorbeeld/{SCHOOL}/", f"/%2576oorbeeld/{SCHOOL}/", f"/voorbeeld/{SCHOOL}%20/", f"/voorbeeld/%20{SCHOOL}/",
    f"/voorbeeld/{SCHOOL}%00/", f"/voorbeeld/{SCHOOL}/%00", f"/voorbeeld/{SCHOOL}/%0d%0aX-Gate-User:%20x", f"/voorbeeld/{SCHOOL}/%0a", f"/voorbeeld/{SCHOOL}%0a/",
    f"/voorbeeld/{SCHOOL}/%ff%fe", f"/voorbeeld/{SCHOOL}/%c0%ae%c0%ae/{OTHER}/", f"/VOORBEELD/{SCHOOL}/", f"/voorbeeld/{SCHOOL.lower()}/", f"/voorbeeld/{SCHOOL}{OTHER}/",
    f"{HOME}?r={RESOURCE}", f"{HOME}?r={PRODUCT}/{OTHER}", f"{HOME}?gate_resource=x&gate_school={OTHER}&r[]=x", f"/voorbeeld/{OTHER}/?r={RESOURCE}",
    f"/voorbeeld/{OTHER}/?{SECRET}", f"{HOME}#/x", f"/voorbeeld/{SCHOOL}/../../voorbeeld/{OTHER}/", f"/voorbeeld/{SCHOOL}/" + "../" * 30 + "_gate",
    f"http://127.0.0.1{HOME}", f"http://kwaad.example/voorbeeld/{OTHER}/", f"http://kwaad.example:80{HOME}", f"https://x@127.0.0.1{HOME}",
    "/_gate", f"/_gate?r={RESOURCE}", "//_gate", "/%5fgate", "/_gate/", f"/gate/check?r={RESOURCE}", f"//gate//check?r={RESOURCE}",
    f"/%67ate/check?r={RESOURCE}", f"/gate/./check?r={RESOURCE}", f"/x/../gate/check?r={RESOURCE}", f"/gate/check/?r={RESOURCE}",
    f"/GATE/CHECK?r={RESOURCE}", f"/gate%2fcheck?r={RESOURCE}", f"/gate/check;x?r={RESOURCE}", f"http://127.0.0.1/gate/check?r={RESOURCE}",
    "/@gate_explained", "@gate_explained", "*", "", "voorbeeld", "/voorbeeld/", "/voorbeeld", "/voorbeeld/00AA00/", "/voorbeeld/../voorbeeld/",
    f"/voorbeeld/{SCHOOL}/" + "x" * 30_000, f"/voorbeeld/{SCHOOL}/?" + "x" * 7_000,
)  # fmt: skip
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "LOCK",
    "get",
    "X",
    "SUBREQUEST",
)
FORGED: tuple[dict[str, str], ...] = (
    {"X-Gate-User": "x", "X-Gate-Organisation": OTHER, "X-Gate-Trace": "x"},
    {"x-gate-user": "x", "x-gate-organisation": OTHER, "x-gate-trace": "x"},
    {"X_Gate_User": "x", "X_Gate_Organisation": OTHER, "X_Gate_Trace": "x"},
    {"X-Gate-User ": "x", "X-Gate-Organisation\t": OTHER},
    {"X-Gate-Secret": SECRET}, {"X-Gate-Secret": "x"}, {"X-Gate-Reason": ""},
    {"X-Original-URI": "/", "X-Original-URL": "/inloggen", "X-Rewrite-URL": "/inloggen", "X-Original-Method": "GET"},
    {"X-Forwarded-Uri": f"/voorbeeld/{SCHOOL}/", "X-Forwarded-Host": "kwaad.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/_gate"},
    {"X-HTTP-Method-Override": "GET", "X-Forwarded-Method": "GET", "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"},
    {"X-Accel-Redirect": "/_gate", "X-Sendfile": "/etc/passwd"}, {"Authorization": "Basic dG9tOnRvbQ=="}, {"Remote-User": TOM.email},
    {"Connection": "close, X-Gate-User, X-Gate-Organisation, Cookie"}, {"Expect": "100-continue"}, {"Upgrade": "h2c", "HTTP2-Settings": "x"},
    {"Range": "bytes=0-10"}, {"If-None-Match": "*"}, {"Host": "kwaad.example"}, {"HX-Request": "true"}, {"Accept": "x" * 7000},
)  # fmt: skip
_LINE, _END = f"GET {HOME} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", "\r\n"
_STAYS = _LINE.replace("Connection: close\r\n", "")
CROOKED = (
    f"GET {HOME}\r\n", f"GET {HOME} HTTP/0.9\r\n\r\n", f"GET {HOME} HTTP/2.0\r\n\r\n", f"GET  {HOME}  HTTP/1.1\r\n\r\n", "\r\n" + _LINE + _END,
    _LINE + _END, _STAYS + _END + _LINE + _END, f"GET {HOME} HTTP/1.1\r\n\r\n",
    _STAYS + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _LINE + _END,
    _STAYS + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + _LINE + _END,
    _STAYS + "Content-Length: 0\r\nContent-Length: 44\r\n" + _END + _LINE + _END, _LINE + " X-Gate-User: x\r\n" + _END,
    f"POST /inloggen HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789GET {HOME} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    _LINE + "Cookie: tekenpoort=" + "x" * 60_000 + "\r\n" + _END, _LINE + "".join(f"X-{n}: {n}\r\n" for n in range(5000)) + _END,
    _LINE + "Cookie: tekenpoort\r\nCookie: tekenpoort=\r\nCookie: __Host-tekenpoort=x\r\n" + _END,
    _LINE + "X-Gate-User: x\r\nX-Gate-User: y\r\nX-Gate-Organisation: x\r\n" + _END, "\x16\x03\x01\x02\x00\x01", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)  # fmt: skip
