"""An example of an application behind the gate: one page that says what the gate told it. Standard library only.

It asks nobody who you are: a proxy asked the gate, and put in the headers what it was told. So it listens on this
machine only, and answers nobody for whom those headers are not there. It shows the school that the gate named, never
one from the address: an address can be written in more ways than one.
"""

from collections.abc import Callable, Iterable
from html import escape
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

HOST = "127.0.0.1"
USER, ORGANISATION, TRACE = "HTTP_X_GATE_USER", "HTTP_X_GATE_ORGANISATION", "HTTP_X_GATE_TRACE"
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]
PAGE = """<!doctype html>
<html lang="nl">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Voorbeeldtoepassing</title></head>
<body>
<main>
<h1>Voorbeeldtoepassing</h1>
{main}
</main>
</body>
</html>
"""
TOLD = """<p>Deze toepassing staat achter de poort. Zij kent uw naam niet. De poort vertelde haar:</p>
<dl>
<dt>School</dt><dd>{school}</dd>
<dt>Uw kenmerk bij deze toepassing</dt><dd>{user}</dd>
<dt>Spoor van vandaag</dt><dd>{trace}</dd>
<dt>Gevraagde pagina</dt><dd>{path}</dd>
</dl>
"""
NOT_FROM_THE_GATE = "<p>U komt niet langs de poort. Daarom laat deze toepassing niets zien.</p>"


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """What the gate told, for whoever came through it; nothing for others."""
    told = [environ.get(name, "") for name in (USER, ORGANISATION, TRACE)]
    if all(each.isalnum() for each in told):  # one that came twice would not be of the gate alone
        user, school, trace = map(escape, told)
        path = escape(environ.get("PATH_INFO", ""))
        status, main = "200 OK", TOLD.format(school=school, user=user, trace=trace, path=path)
    else:
        status, main = "403 Forbidden", NOT_FROM_THE_GATE
    body = PAGE.format(main=main).encode()
    start_response(status, [*HEADERS, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: who asked for what is nobody's business here."""


def server(port: int) -> WSGIServer:
    """A server of this application on a port of this machine; 0 takes a free one."""
    return make_server(HOST, port, application, server_class=_Server, handler_class=_Quiet)
