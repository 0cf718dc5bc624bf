"""The gate before any application: the answer for the proxy, and the way for a person to the page that explains it.

The proxy's question is answered before Flask is asked anything: no cookie is set, nothing is redirected, no page is
made. nginx, Caddy and Traefik are told the same; docs/gate.md says how.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.http import parse_cookie

from portal import clock
from portal.config import Settings
from portal.database import reader
from portal.dossier import at_the_gate, gate_marks
from portal.dossier.at_the_gate import Resource
from portal.errors import NotFoundError
from portal.parties.tables import Person
from portal.views import sessions
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor

bp = Blueprint("gate", __name__)
CHECK = "/gate/check"
bp.add_url_rule(CHECK, "check", build_only=True)  # answered by Door

StartResponse = Callable[..., object]
Environ = dict[str, Any]
Said = tuple[str, list[tuple[str, str]]]
OPEN, SIGN_IN, SHUT = "204 No Content", "401 Unauthorized", "403 Forbidden"
NOT_THERE, NOT_SO, AWAY = "404 Not Found", "405 Method Not Allowed", "503 Service Unavailable"

log = logging.getLogger("tekenpoort.gate")


@bp.get("/poort")
def explain() -> ResponseReturnValue:
    """To the page that says what is missing, who can fix it and where; first to sign-in for who is not signed in."""
    if visitor().person_id is None:
        return sign_in_first()
    resource = Resource.read(request.args.get("r", ""))
    if resource is None:
        raise NotFoundError
    return redirect(url_for("reports.gate", product_name=resource.product_name, code=resource.code))


class Door:
    """Answers the proxy; hands everything else on."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]], app: Flask) -> None:
        self.wsgi, self.app = wsgi, app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The answer to the proxy, or that of the portal."""
        if environ.get("PATH_INFO") != CHECK:
            return self.wsgi(environ, start_response)
        try:
            status, headers = self._answer(environ)
        except Exception:
            status, headers = AWAY, []
            log.exception("gate fault %s", secrets.token_hex(4).upper())
        if status != OPEN:
            headers = [*headers, ("Content-Length", "0")]
        start_response(status, [*headers, ("Cache-Control", "no-store")])
        return []

    def _answer(self, environ: Environ) -> Said:
        settings: Settings = self.app.extensions["tekenpoort.settings"]
        if not _is_the_proxy(environ, settings):
            return NOT_THERE, []
        if environ["REQUEST_METHOD"] != "GET":
            return NOT_SO, [("Allow", "GET")]
        now = clock.now()
        person = _who(environ, self.app.config["SESSION_COOKIE_NAME"])
        if person is None:
            return SIGN_IN, []
        resource = _asked(environ.get("QUERY_STRING", ""))
        found = at_the_gate.answer(reader(), person, resource, at=now, contact=settings.contact) if resource else None
        if found is None:
            return SHUT, []
        if found.missing:
            return SHUT, [("X-Gate-Reason", ",".join(found.missing))]
        secret, code = settings.secret("trace"), found.location.code
        return OPEN, [
            ("X-Gate-User", gate_marks.of_person(secret, person.id, found.product.id)),
            ("X-Gate-Organisation", code),
            ("X-Gate-Trace", gate_marks.trace(secret, person.id, found.product.id, code, clock.day_of(now))),
        ]


def _is_the_proxy(environ: Environ, settings: Settings) -> bool:
    said = environ.get("HTTP_X_GATE_SECRET", "").encode("latin-1", "replace")
    return bool(settings.gate_secret) and hmac.compare_digest(said, settings.gate_secret.encode())


def _who(environ: Environ, cookie_name: str) -> Person | None:
    """Whoever is signed in with this cookie, exactly as for a page; being here counts as being here."""
    token = parse_cookie(environ.get("HTTP_COOKIE", "")).get(cookie_name)
    uniquifier = sessions.who_uses(token, clock.now()) if token else None
    if uniquifier is None:
        return None
    return reader.scalar(select(Person).where(Person.fs_uniquifier == uniquifier, Person.active))


def _asked(query: str) -> Resource | None:
    """The resource that the proxy's own configuration names: once, and nothing beside it."""
    pairs = parse_qsl(query, keep_blank_values=True) if len(query) < 200 else []
    return Resource.read(pairs[0][1]) if len(pairs) == 1 and pairs[0][0] == "r" else None
