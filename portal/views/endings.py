"""What ends when, for the service desk: certificates of the seal, and the time stamps over documents, by month."""

import datetime as dt
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal import clock
from portal.database import reader
from portal.documents import authority
from portal.upkeep import ending, health
from portal.upkeep.ending import Ending
from portal.views.desk import only_service_desk
from portal.views.exports import csv_response, export_url
from portal.views.health import STATES
from portal.views.overviews import Wish, wished
from portal.views.visitor import settings
from portal.wording import day, mark, say

bp = Blueprint("endings", __name__, url_prefix="/servicedesk/wat-wanneer-afloopt")
bp.before_request(only_service_desk)
KINDS = {
    authority.ROOT: mark("wortelcertificaat"),
    authority.SEAL: mark("zegel"),
    authority.TIME_STAMP: mark("tijdstempel"),
    ending.ARCHIVED: mark("tijdstempels over stukken"),
}
SORTS = {
    "ends": lambda each: each.ends,
    "name": lambda each: each.name.casefold(),
    "documents": lambda each: each.documents,
}


@bp.get("")
def index() -> ResponseReturnValue:
    """Everything that ends, what ends first coming first, and how many documents each month asks a new stamp for."""
    wish, found = _wish(), ending.what_ends(reader(), settings())
    rows = _chosen(found, wish)
    return render_template(
        "service_desk/endings.html",
        wish=wish,
        rows=[_row(each) for each in rows],
        months=[(day(first).partition(" ")[2], count) for first, count in ending.by_month(found).items()],
        kinds=[(kind, say(text)) for kind, text in KINDS.items()],
        export_url=export_url(".index_csv", wish),
    )


@bp.get("/wat-wanneer-afloopt.csv")
def index_csv() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    columns = [say("Wat"), say("Naam"), say("Eindigt"), say("Dagen"), say("Stukken")]
    found = _chosen(ending.what_ends(reader(), settings()), _wish())
    now = dt.datetime.now(dt.UTC)
    rows = [
        (say(KINDS[each.kind]), each.name, clock.day_of(each.ends), each.left(now), each.documents) for each in found
    ]
    return csv_response("wat-wanneer-afloopt", columns, rows)


def _wish() -> Wish:
    return wished(sorts=SORTS, first="ends", filters={"kind": KINDS})


def _chosen(found: list[Ending], wish: Wish) -> list[Ending]:
    kind, word = wish.chosen["kind"], wish.q.casefold()
    chosen = [each for each in found if kind in ("", each.kind) and word in each.name.casefold()]
    return sorted(chosen, key=SORTS[wish.sort], reverse=wish.descending)


def _row(each: Ending) -> dict[str, Any]:
    left = each.left(dt.datetime.now(dt.UTC))  # as the certificates themselves follow the machine's clock
    state, text = STATES[health.ending_state(left)]
    return {
        "what": say(KINDS[each.kind]),
        "name": each.name,
        "day": day(clock.day_of(each.ends), weekday=True),
        "left": left,
        "documents": each.documents or "",
        "status": (state, say(text)),
    }
