"""The gate before any application: the answer for the proxy, and the way for a person to the page that explains it.

The proxy's question is answered before Flask is asked anything: no cookie is set, nothing is redirected, no page is
made. nginx, Caddy and Traefik are told the same; docs/gate.md says how.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_cookie

from portal import clock
from portal.config import Settings
from portal.dossier import at_the_gate, gate_marks
from portal.dossier.at_the_gate import Resource
from portal.errors import NotFoundError
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
        settings: Settings = app.extensions["tekenpoort.settings"]
        self.secret = settings.secret("trace")

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
        token = parse_cookie(environ.get("HTTP_COOKIE", "")).get(self.app.config["SESSION_COOKIE_NAME"])
        if not token:
            return SIGN_IN, []
        now, token_hash = clock.now(), sessions.hash_of(token)
        guest = at_the_gate.guest(token_hash, _asked(environ.get("QUERY_STRING", "")), at=now)
        if guest is None or sessions.is_over(*guest.known.session, now):
            return SIGN_IN, []
        sessions.note_seen(token_hash, guest.known.session[1], now)
        place = guest.known.place
        if guest.missing is None or place is None:
            return SHUT, []
        if guest.missing:
            return SHUT, [("X-Gate-Reason", ",".join(guest.missing))]
        person, product = guest.known.person_id, place.product_id
        user, trace = gate_marks.both(self.secret, person, product, place.code, clock.day_of(now))
        return OPEN, [("X-Gate-User", user), ("X-Gate-Organisation", place.code), ("X-Gate-Trace", trace)]


def _is_the_proxy(environ: Environ, settings: Settings) -> bool:
    said = environ.get("HTTP_X_GATE_SECRET", "").encode("latin-1", "replace")
    return bool(settings.gate_secret) and hmac.compare_digest(said, settings.gate_secret.encode())


@lru_cache(maxsize=at_the_gate.REMEMBERED)
def _asked(query: str) -> Resource | None:
    """The resource that the proxy's own configuration names: once, and nothing beside it."""
    pairs = parse_qsl(query, keep_blank_values=True) if len(query) < 200 else []
    return Resource.read(pairs[0][1]) if len(pairs) == 1 and pairs[0][0] == "r" else None
