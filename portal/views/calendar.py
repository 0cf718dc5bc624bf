"""Deadlines as a calendar: a page, a download, one deadline by itself, and an address that one's own calendar reads."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from icalendar import Alarm, Calendar, Event

from portal import clock, dossier
from portal.cases.access import Visitor
from portal.database import reader
from portal.dossier import deadlines
from portal.dossier.deadlines import Deadline
from portal.errors import NotFoundError
from portal.parties import feeds
from portal.views.exports import csv_response, export_url
from portal.views.home import around
from portal.views.overviews import Wish, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, settings, visitor
from portal.wording import day, say

bp = Blueprint("calendar", __name__)
REFRESHED_EVERY = timedelta(hours=12)
OPEN = "calendar.subscribed"


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None and request.endpoint != OPEN else None


@bp.get("/agenda")
def index() -> ResponseReturnValue:
    """Every deadline of mine, and how to have them in one's own calendar."""
    wish = _wish()
    open_ones = dossier.tasks_of(reader(), visitor())
    everything = dossier.deadlines_of(reader(), visitor(), open_ones=open_ones)
    token = feeds.token_of(reader(), person().id, link_secret=settings().secret("link"))
    return render_template(
        "calendar/index.html",
        **around(open_ones),
        wish=wish,
        rows=[_row(each) for each in _chosen(everything, wish)],
        total=len(everything),
        kinds=deadlines.KINDS,
        export_url=export_url(".download_csv", wish),
        # By the settings, never by the host that was asked for.
        subscription=settings().public_url + url_for(".subscribed", token=token) if token else None,
    )


@bp.get("/agenda.ics")
def download() -> ResponseReturnValue:
    """Every deadline of mine, as a calendar file."""
    return _file(dossier.deadlines_of(reader(), visitor()), "termijnen")


@bp.get("/agenda.csv")
def download_csv() -> ResponseReturnValue:
    """Every deadline of mine, as a spreadsheet."""
    columns = [say("Dag"), say("Wat"), say("Soort"), say("Waar")]
    rows = [
        (each.day, each.title, say(deadlines.KINDS[each.kind]), _page(each))
        for each in _chosen(dossier.deadlines_of(reader(), visitor()), _wish())
    ]
    return csv_response("termijnen", columns, rows)


@bp.get("/agenda/termijn/<key>.ics")
def one(key: str) -> ResponseReturnValue:
    """One deadline of mine, as a calendar file: "task-<case>", "lapses-<case>" or the key of what ends."""
    found = [each for each in dossier.deadlines_of(reader(), visitor()) if each.key == key]
    if not found:
        raise NotFoundError
    return _file(found, "termijn")


@bp.get("/agenda/abonnement/<token>.ics")
def subscribed(token: str) -> ResponseReturnValue:
    """The deadlines of whom this secret address belongs to, for their own calendar; it opens nothing else."""
    person_id = feeds.owner(reader(), token)
    if person_id is None:
        raise NotFoundError
    return _file(dossier.deadlines_of(reader(), Visitor(person_id)), "termijnen")


@bp.post("/agenda/adres")
def renew() -> ResponseReturnValue:
    """Make the secret address, or another one; the one before stops working."""
    feeds.renew(person().id, link_secret=settings().secret("link"))
    flash(say("Uw agenda-adres is gemaakt. Een ouder adres werkt niet meer."), "done")
    return redirect(url_for(".index"))


@bp.post("/agenda/adres/intrekken")
def stop() -> ResponseReturnValue:
    """Take the secret address back."""
    feeds.stop(person().id)
    flash(say("Uw agenda-adres werkt niet meer."), "done")
    return redirect(url_for(".index"))


def ics(found: Iterable[Deadline], *, page: Callable[[Deadline], str], host: str) -> bytes:
    """A calendar (RFC 5545) with one event of a whole day for each deadline and an alarm 14 days before.

    An event holds a title and the address of a page, nothing else; its UID is the deadline's key at this host.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Tekenpoort//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("Termijnen in Tekenpoort"))
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    for each in found:
        event = Event()
        event.add("uid", f"{each.key}@{host}")
        event.add("dtstamp", clock.now())
        event.add("dtstart", each.day)
        event.add("dtend", each.day + timedelta(days=1))
        event.add("summary", each.title)
        event.add("url", page(each))
        event.add("transp", "TRANSPARENT")  # it is a day to remember, not a day one is away
        event.add("class", "PRIVATE")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", each.title)
        alarm.add("trigger", -deadlines.WARNED_BEFORE)
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _file(found: Iterable[Deadline], name: str) -> Response:
    content = ics(found, page=_page, host=urlsplit(settings().public_url).hostname or "tekenpoort")
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"', "Cache-Control": "no-store"}
    return Response(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _wish() -> Wish:
    return wished(sorts=("day", "title"), first="day", filters={"kind": list(deadlines.KINDS)})


def _chosen(found: list[Deadline], wish: Wish) -> list[Deadline]:
    kind = wish.chosen["kind"]
    kept = [each for each in found if kind in ("", each.kind) and wish.q.casefold() in each.title.casefold()]
    keys = {"day": lambda each: (each.day, each.title), "title": lambda each: each.title.casefold()}
    return sorted(kept, key=keys[wish.sort], reverse=wish.descending)


def _row(each: Deadline) -> dict[str, object]:
    left = (each.day - clock.today()).days
    return {
        "title": each.title,
        "url": _path(each),
        "kind": say(deadlines.KINDS[each.kind]),
        "day": day(each.day, weekday=True),
        "is_late": left < 0,
        "is_soon": 0 <= left <= deadlines.WARNED_BEFORE.days,
        "ics_url": url_for(".one", key=each.key),
    }


def _path(each: Deadline) -> str:
    endpoint, parameters = each.page
    values: dict[str, Any] = dict(parameters)
    return url_for(endpoint, **values)


def _page(each: Deadline) -> str:
    return settings().public_url + _path(each)
