"""My data: everything that the portal holds about whoever is signed in, what for and how long, and as a download."""

import io
import json
import uuid
import zipfile
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.database import reader
from portal.dossier import personal
from portal.parties import people, retention, signed_in
from portal.parties.colleagues import ACTS
from portal.record.spoken import act_in_words, state_in_words
from portal.views.devices import UNKNOWN
from portal.views.exports import csv_text
from portal.views.sessions import hash_of
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, settings, visitor
from portal.wording import day, moment, say

bp = Blueprint("my_data", __name__, url_prefix="/account/gegevens")
SHOWN = 10
"""How many rows of a section stand on the page; the download has them all."""
SECTION_OF = {
    "account": ("account",),
    "roles": ("roles", "mandates"),
    "past": ("past", "looks"),
    "cases": ("cases", "answers", "judgements", "comments"),
    "documents": ("signatures",),
    "readings": ("readings",),
    "openings": ("openings",),
    "shares": ("shares",),
    "mails": ("mails",),
    "invitations": ("invitations",),
    "sessions": ("sessions",),
    "calendar": ("calendar",),
    "ledger": ("ledger", "other"),
}
"""Which sections each row of the table of retention speaks of."""
ON_THE_PAGE_ONLY_COUNTED = frozenset({"detail", "answer", "authority", "about", "table", "column", "row"})
"""What a page cannot show so that it is read: whole in the downloads."""


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index() -> ResponseReturnValue:
    """Everything about me, by kind: what, why, how long."""
    held = personal.held(reader(), person())
    return render_template(
        "my_data/index.html",
        kinds=[
            {
                "kept": kept,
                "how_long": say(kept.how_long, **kept.values),
                "parts": [_part(name, held[name]) for name in SECTION_OF[kept.name] if held[name]],
            }
            for kept in retention.KEPT
        ],
        sessions=_sessions(),
        shown=SHOWN,
        contact=settings().contact,
    )


@bp.get("/gegevens.json")
def as_json() -> ResponseReturnValue:
    """Everything about me in one file that other programs can read."""
    about = {"person": str(person().id), "made_at": clock.now(), **personal.held(reader(), person())}
    content = json.dumps(about, ensure_ascii=False, indent=1, default=_plain)
    return _download(content.encode(), "application/json", "json")


@bp.get("/gegevens.zip")
def as_zip() -> ResponseReturnValue:
    """Everything about me as spreadsheets, one a section."""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in personal.held(reader(), person()).items():
            if rows:
                columns = list(dict.fromkeys(key for row in rows for key in row))
                cells = [[_cell(row.get(key)) for key in columns] for row in rows]
                labels = [say(personal.COLUMNS[key]) for key in columns]
                archive.writestr(f"{name}.csv", csv_text(labels, cells).encode("utf-8-sig"))
    return _download(bundle.getvalue(), "application/zip", "zip")


@bp.post("/sessies/<key>/einde")
def end_session(key: str) -> ResponseReturnValue:
    """Sign out in one other browser."""
    signed_in.end(person().id, key)
    flash(say("Dit apparaat is uitgelogd."), "done")
    return redirect(url_for(".index", _anchor="sessions"))


@bp.post("/sessies/andere/einde")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    signed_in.end_others(person().id, here=_here())
    flash(say("Op alle andere apparaten bent u uitgelogd."), "done")
    return redirect(url_for(".index", _anchor="sessions"))


def _sessions() -> list[dict[str, object]]:
    return [
        {
            "device": each.device or say(UNKNOWN),
            "since": moment(each.made_at),
            "seen": moment(each.seen_at),
            "is_this": each.token_hash == _here(),
            "key": signed_in.key_of(each),
        }
        for each in people.sessions_of(person())
    ]


def _here() -> str:
    """The hash by which this browser's session is kept."""
    return hash_of(getattr(session, "token", None) or "")


def _part(name: str, rows: list[dict[str, Any]]) -> dict[str, object]:
    columns = [key for key in dict.fromkeys(key for row in rows for key in row) if key not in ON_THE_PAGE_ONLY_COUNTED]
    return {
        "name": say(personal.SECTIONS[name]),
        "columns": [say(personal.COLUMNS[key]) for key in columns],
        "rows": [[_shown(row.get(key), key) for key in columns] for row in rows[-SHOWN:]] if columns else [],
        "total": len(rows),
    }


def _shown(value: object, column: str) -> str:
    """A value as a person reads it."""
    match column, value:
        case _, None | "" | []:
            return "–"
        case "state" | "form", str():
            return state_in_words(value)
        case "act" | "verdict", str():
            return act_in_words(value)
        case "acts", list():
            return ", ".join(say(ACTS[each]) for each in value if each in ACTS)
        case _, bool():
            return say("ja") if value else say("nee")
        case _, datetime():
            return moment(value)
        case _, date():
            return day(value)
    return str(value)


def _cell(value: object) -> str | int | float | bool | date | None:
    """A value as a cell of a spreadsheet."""
    if value is None or isinstance(value, str | int | float | bool | date):
        return value
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    """What JSON has no word for: moments in UTC by ISO 8601, ids as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    return str(value)


def _download(content: bytes, mimetype: str, ending: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="mijn-gegevens-{clock.today()}.{ending}"'}
    return Response(content, mimetype=mimetype, headers=headers)
