"""What the portal remembers of a browser: kept at the server, found by the hash of a cookie, ended at once.

Rows are written in short transactions of their own, outside acts: no lock is held while a page is made, and a page does
not wait for an act of somebody else longer than that act takes to commit. A row that was deleted (signed out, blocked,
"sign out everywhere") is never written again by a request that was still under way.
"""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import Table, delete, insert, or_, select, update
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import CallbackDict

from portal import clock
from portal.database import aside
from portal.parties import retention
from portal.parties.tables import WebSession
from portal.views.devices import device_of

IDLE, LONGEST = retention.SESSION_IDLE, retention.SESSION_LONGEST
SEEN_EVERY = timedelta(minutes=1)
PERSON = "_user_id"  # where Flask-Login keeps who is signed in
OUTLIVES_SIGN_OUT = ("_flashes", "language")

_writer = TaggedJSONSerializer()
_rows = cast(Table, WebSession.__table__)


class Remembered(CallbackDict[str, Any], SessionMixin):
    """The content of one browser's session, with what is needed to see what changed."""

    def __init__(
        self,
        content: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        text: str = "",
        made_at: datetime | None = None,
        seen_at: datetime | None = None,
    ) -> None:
        def touch(_content: object) -> None:
            self.modified = self.accessed = True

        super().__init__(content, touch)
        self.token, self.text, self.made_at, self.seen_at = token, text, made_at, seen_at
        self.person = self.get(PERSON)
        self.new = token is None
        self.modified = self.accessed = False


class ServerSideSessions(SessionInterface):
    """Flask's way in and out: a row of `web_session` for every browser that has something to remember."""

    def open_session(self, app: Flask, request: Request) -> Remembered:
        """The session of the cookie, or an empty one: for none, an unknown, an idle or an old one."""
        token = request.cookies.get(self.get_cookie_name(app))
        if not token or (app.static_url_path and request.path.startswith(f"{app.static_url_path}/")):
            return Remembered()
        with aside() as connection:
            row = connection.execute(select(_rows).where(_rows.c.token_hash == hash_of(token))).first()
        if row is None or is_over(row.made_at, row.seen_at, clock.now()):
            return Remembered()
        return Remembered(
            _writer.loads(row.content), token=token, text=row.content, made_at=row.made_at, seen_at=row.seen_at
        )

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Writes what changed; another person than before, or none any more, means another token."""
        assert isinstance(session, Remembered)  # made by open_session
        if session.accessed or session.token:
            response.vary.add("Cookie")
        person = session.get(PERSON)
        if session.person and not person:
            for name in [name for name in session if name not in OUTLIVES_SIGN_OUT]:
                del session[name]
        text = _writer.dumps(dict(session)) if session else ""
        now = clock.now()
        if session.token and text and person == session.person:
            seen_long_ago = session.seen_at is None or now - session.seen_at >= SEEN_EVERY
            if text != session.text or seen_long_ago:
                self._keep(session.token, text, now)
        elif text:
            token = secrets.token_urlsafe(32)
            self._start(token, text, person, now, instead_of=session.token)
            self._send(app, response, token)
        elif session.token:
            self._end(session.token)
            response.delete_cookie(
                self.get_cookie_name(app),
                path="/",
                secure=bool(app.config["SESSION_COOKIE_SECURE"]),
                httponly=True,
                samesite="Lax",
            )

    def _keep(self, token: str, text: str, now: datetime) -> None:
        with aside() as connection:
            connection.execute(
                update(_rows).where(_rows.c.token_hash == hash_of(token)).values(content=text, seen_at=now)
            )

    def _start(self, token: str, text: str, person: str | None, now: datetime, *, instead_of: str | None) -> None:
        with aside() as connection:
            connection.execute(
                insert(_rows).values(
                    token_hash=hash_of(token),
                    person=person,
                    content=text,
                    device=device_of(request.headers.get("User-Agent", "")),
                    made_at=now,
                    seen_at=now,
                )
            )
            if instead_of:
                connection.execute(delete(_rows).where(_rows.c.token_hash == hash_of(instead_of)))

    def _end(self, token: str) -> None:
        with aside() as connection:
            connection.execute(delete(_rows).where(_rows.c.token_hash == hash_of(token)))

    def _send(self, app: Flask, response: Response, token: str) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            token,
            path="/",
            secure=bool(app.config["SESSION_COOKIE_SECURE"]),
            httponly=True,
            samesite="Lax",
        )


def is_over(made_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session does not open any more: left alone for too long, or begun too long ago."""
    return seen_at <= now - IDLE or made_at <= now - LONGEST


def note_seen(token_hash: str, seen_at: datetime, now: datetime) -> None:
    """Note outside a page that somebody is here: at most once a minute, and never what was ended meanwhile."""
    if now - seen_at >= SEEN_EVERY:
        with suppress(OperationalError), aside() as connection:  # a full disk is no reason to shut somebody out
            connection.execute(update(_rows).where(_rows.c.token_hash == token_hash).values(seen_at=now))


def hash_of(token: str) -> str:
    """What the database knows a session's cookie by."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def remove_expired() -> int:
    """Deletes the sessions that no longer open, and tells how many: for the worker, now and then."""
    now = clock.now()
    over = or_(_rows.c.seen_at <= now - IDLE, _rows.c.made_at <= now - LONGEST)
    with aside() as connection:
        return connection.execute(delete(_rows).where(over)).rowcount
