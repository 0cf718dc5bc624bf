"""The gate through a real nginx: nothing comes through without the right to it, whatever is sent and whatever breaks.

quality.md, rows 12 and 13. The configuration is the one of docs/gate-nginx.conf.
"""

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.gate.conditions import CONDITIONS
from portal.gate.judge import Condition
from tests.builders import IRIS, PRODUCT, SANNE, SCHOOL, TOM, Portal, accepted_terms
from tests.builders import OTHER_SCHOOL as OTHER
from tests.conftest import Tell
from tests.gate_corpus import CROOKED, FORGED, METHODS, TARGETS
from tests.gates import RESOURCE, SECRET, a_gate
from tests.proxies import CLOSED, HOME, Client, Reply, an_application, behind_nginx, free_port, nginx, something_that
from tests.staged import serving

pytestmark = pytest.mark.any_database
EXPLAINED = f"/poort?r={RESOURCE}"


@pytest.fixture
def proxy(in_force: Portal, tmp_path: Path) -> Iterator[Client]:
    """Tom may come in at his school; the portal, the application and nginx are there."""
    accepted_terms(in_force, TOM)
    with behind_nginx(in_force, tmp_path / "nginx") as client:
        yield client


def refuse(reply: Reply, about: object, *, may: bool) -> None:
    """Nothing of the application without the right, and then of that one school alone, under the gate's own words."""
    if not may:
        assert not reply.seen, (about, reply)
        assert "x-gate-user" not in reply.headers and "x-gate-trace" not in reply.headers, about
    elif reply.seen and reply.status == 200:
        assert reply.told("School") == SCHOOL, (about, reply.text)
        assert len(reply.told("Uw kenmerk bij deze toepassing")) == 26, (about, reply.text)


# --- Who may, and who may not --------------------------------------------------------------------------------------


def test_who_may_comes_in_and_the_application_knows_only_what_the_gate_told(in_force: Portal, proxy: Client) -> None:
    tom = proxy.with_cookie_of(in_force, TOM)
    page = tom.get(f"{HOME}een/pagina?x=1")
    assert (page.status, page.told("School"), page.told("Gevraagde pagina")) == (200, SCHOOL, "/een/pagina")
    assert len(page.told("Uw kenmerk bij deze toepassing")) == len(page.told("Spoor van vandaag")) == 26
    assert page.headers["cache-control"] == "no-store" and "set-cookie" not in page.headers


def test_others_are_led_to_the_page_that_explains_by_a_path_of_ours(in_force: Portal, proxy: Client) -> None:
    for client in (proxy, proxy.with_cookie_of(in_force, IRIS)):
        for method in ("GET", "POST"):
            reply = client.get(f"{HOME}x?y=//kwaad.example", method=method, Host="kwaad.example")
            assert (reply.status, reply.headers["location"]) == (302, EXPLAINED)
    tom = proxy.with_cookie_of(in_force, TOM).get(f"/voorbeeld/{OTHER}/")
    assert (tom.status, tom.headers["location"]) == (302, f"/poort?r={PRODUCT}/{OTHER}")


def test_the_portal_itself_is_there_and_the_question_is_not(proxy: Client) -> None:
    assert proxy.get("/inloggen").status == 200
    assert proxy.get("/_gate").status == proxy.get(f"/gate/check?r={RESOURCE}", X_Gate_Secret=SECRET).status == 404


def test_looking_back_at_the_gate_is_a_page_of_the_portal(in_force: Portal, proxy: Client) -> None:
    assert [proxy.get(f"/gate/history{each}").status for each in ("", ".csv", "/", "/x", "x")] == [
        302,
        302,
        404,
        404,
        404,
    ]
    assert proxy.with_cookie_of(in_force, SANNE).get("/gate/history").status == 200


# --- Tricks --------------------------------------------------------------------------------------------------------


@pytest.mark.row(12, "tricks with paths, through nginx")
def test_no_path_comes_past_the_gate(in_force: Portal, proxy: Client, tell: Tell) -> None:
    """Row 12."""
    tried = 0
    for who, may in ((None, False), (IRIS, False), (TOM, True)):
        client = proxy.with_cookie_of(in_force, who) if who else proxy
        for target, version in itertools.product(TARGETS, ("1.1", "1.0")):
            refuse(client.get(target, version=version), (who, target, version), may=may)
            tried += 1
    assert proxy.with_cookie_of(in_force, TOM).get().status == 200, "it is still there for who may"
    tell("no path comes past the gate", tried, tried)


@pytest.mark.row(12, "methods and forged headers, through nginx")
def test_no_method_and_no_header_comes_past_the_gate(in_force: Portal, proxy: Client, tell: Tell) -> None:
    """Row 12."""
    tried = 0
    for who, may in ((None, False), (IRIS, False), (TOM, True)):
        client = proxy.with_cookie_of(in_force, who) if who else proxy
        for target in (HOME, f"/voorbeeld/{OTHER}/"):
            for method in METHODS:
                refuse(client.get(target, method=method, body=b"x=1"), (who, target, method), may=may)
            for headers in FORGED:
                sent = (
                    {name.replace("_", "__"): value for name, value in headers.items()}
                    if "X_Gate_User" not in headers
                    else headers
                )
                refuse(client.get(target, **sent), (who, target, headers), may=may)
            tried += len(METHODS) + len(FORGED)
    tell("no method and no header comes past the gate", tried, tried)


@pytest.mark.row(12, "crooked requests, through nginx")
def test_no_crooked_request_comes_past_the_gate(in_force: Portal, proxy: Client, tell: Tell) -> None:
    """Row 12: old versions, two requests in one, two lengths, much too much."""
    for raw in CROOKED:
        refuse(proxy.say(raw.encode("latin-1")), raw[:200], may=False)
    tell("no crooked request comes past the gate", len(CROOKED), len(CROOKED))


def test_what_stands_in_the_query_is_the_applications_affair(in_force: Portal, proxy: Client) -> None:
    """The resource stands in the configuration: it can be named neither away nor to it."""
    tom = proxy.with_cookie_of(in_force, TOM)
    assert tom.get(f"{HOME}?r={PRODUCT}/{OTHER}").told("School") == SCHOOL
    assert (
        tom.get(f"/voorbeeld/{OTHER}/?r={RESOURCE}&gate_school={SCHOOL}").headers["location"]
        == f"/poort?r={PRODUCT}/{OTHER}"
    )


def test_the_application_gets_the_path_that_was_judged_and_no_line_of_somebody_elses(
    in_force: Portal, proxy: Client
) -> None:
    tom = proxy.with_cookie_of(in_force, TOM)
    assert tom.get(f"/voorbeeld/{OTHER}/../{SCHOOL}/a%2fb/./c").told("Gevraagde pagina") == "/a/b/c"
    assert tom.get(f"{HOME}%0d%0aX-Gate-Organisation:%20{OTHER}").told("School") in ("", SCHOOL)
    assert tom.get(f"{HOME}%3Cscript%3E").told("Gevraagde pagina") == "/&lt;script&gt;"


def test_the_application_never_gets_the_cookie_of_the_portal(in_force: Portal, tmp_path: Path) -> None:
    got: list[bytes] = []

    def listens(line: socket.socket, said: bytes) -> None:
        got.append(said)
        line.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")

    accepted_terms(in_force, TOM)
    with a_gate(in_force), serving(in_force) as address, something_that(listens) as application:
        with nginx(tmp_path / "nginx", portal=int(address.rpartition(":")[2]), application=application) as client:
            mine = client.with_cookie_of(in_force, TOM).cookie
            token = mine.partition("=")[2].encode()
            for cookies, left in (
                (mine, b""), (f"a=1; {mine}", b"a=1; "), (f"{mine}; b=2", b"b=2"), (f"a=1; {mine}; b=2", b"a=1; b=2"),
                (f"xtekenpoort=1; {mine}", b""), (f"{mine}; tekenpoort=x", b""), (f"a=1;{mine};b=2", b"a=1;b=2"),
            ):  # fmt: skip
                assert Client(client.port, cookies).get(X_Gate_Secret="x").text == "ok", cookies
                assert token not in got[-1] and b"x-gate-secret" not in got[-1].lower()
                sent = [each for each in got[-1].split(b"\r\n") if each.lower().startswith(b"cookie: ")]
                assert sent == ([b"Cookie: " + left] if left else []), cookies


NOT_ASKED = {"auth_request /_gate;": "", "proxy_pass http://$gate_opens;": "proxy_pass http://example_application;"}
AS_SENT = {f"proxy_set_header X-Gate-{name} $gate_{name.lower()};": "" for name in ("User", "Organisation", "Trace")}


@pytest.mark.parametrize("flaws", [NOT_ASKED, NOT_ASKED | AS_SENT], ids=["the gate is not asked", "and headers pass"])
def test_a_configuration_with_a_hole_is_seen(in_force: Portal, tmp_path: Path, flaws: dict[str, str]) -> None:
    """A check that cannot fail proves nothing."""
    with a_gate(in_force), serving(in_force) as address, an_application() as application:
        port = int(address.rpartition(":")[2])
        with nginx(tmp_path / "nginx", portal=port, application=application, flaws=flaws) as client:
            with pytest.raises(AssertionError):
                for headers in FORGED:
                    refuse(client.get(HOME, **headers), headers, may=False)


# --- A gate that is broken -----------------------------------------------------------------------------------------


def slow(line: socket.socket, _said: bytes) -> None:
    time.sleep(4)


def says(text: str) -> Callable[[socket.socket, bytes], None]:
    """A gate that answers this, whatever is asked."""
    return lambda line, _said: line.sendall(text.encode())


BROKEN = {
    "slow": slow,
    "hangs up": says(""),
    "half an answer": says("HTTP/1.1 204 No Con"),
    "nonsense": says("\x00\xff nonsense\r\n\r\n"),
    "something else that is content with all": says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    "something else that says nothing": says("HTTP/1.1 204 No Content\r\n\r\n"),
    **{f"says {code}": says(f"HTTP/1.1 {code} X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n") for code in (301, 302, 304, 400, 404, 405, 429, 500, 502, 503)},
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.row(12, "a gate that is slow, dying or false")
def test_a_gate_that_is_broken_is_shut_with_a_plain_page(tmp_path: Path, fault: str) -> None:
    with something_that(BROKEN[fault]) as gate, an_application() as application:
        with nginx(tmp_path / "nginx", portal=gate, application=application) as client:
            reply = client.get(Cookie="tekenpoort=x")
    assert (reply.status, reply.seen) == (503, False), reply
    assert CLOSED in reply.text and reply.headers["cache-control"] == "no-store"


@pytest.mark.row(12, "a gate that is gone")
def test_a_gate_that_is_gone_is_shut_with_a_plain_page(tmp_path: Path) -> None:
    with (
        an_application() as application,
        nginx(tmp_path / "nginx", portal=free_port(), application=application) as client,
    ):
        reply = client.get()
    assert reply.status == 503 and CLOSED in reply.text and not reply.seen


def test_a_proxy_without_the_right_secret_opens_nothing(in_force: Portal, tmp_path: Path) -> None:
    accepted_terms(in_force, TOM)
    with a_gate(in_force), serving(in_force) as address, an_application() as application:
        port = int(address.rpartition(":")[2])
        with nginx(tmp_path / "nginx", portal=port, application=application, secret="x" * 40) as client:
            reply = client.with_cookie_of(in_force, TOM).get()
    assert (reply.status, reply.seen) == (503, False) and CLOSED in reply.text


@pytest.mark.row(12, "a condition that raises")
def test_a_condition_that_raises_shuts_the_gate(
    in_force: Portal, proxy: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_facts: object) -> None:
        raise ZeroDivisionError

    tom = proxy.with_cookie_of(in_force, TOM)
    assert tom.get().status == 200
    known = CONDITIONS["terms"]
    monkeypatch.setitem(CONDITIONS, "terms", Condition(known.code, known.title, known.unmet, known.lacks, broken))  # type: ignore[arg-type]
    reply = tom.get()
    assert (reply.status, reply.headers["location"], reply.seen) == (302, EXPLAINED, False)
