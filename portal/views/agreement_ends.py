"""Agreements that were ended, for the service desk: when data must be gone, and what is overdue."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.cases.agreements import ending
from portal.cases.agreements.tables import AgreementEnd
from portal.database import reader
from portal.views.desk import SHOWN, only_service_desk
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.wording import day, mark, say

bp = Blueprint("agreement_ends", __name__, url_prefix="/servicedesk/opgezegd")
bp.before_request(only_service_desk)
OVERDUE, RUNNING, CERTIFIED = "overdue", "running", "certified"
STATES = {
    OVERDUE: ("problem", mark("verklaring ontbreekt")),
    RUNNING: ("waiting", mark("tijd loopt")),
    CERTIFIED: ("done", mark("verwijdering verklaard")),
}
SORTS = {
    "board": lambda each: each.board.name.casefold(),
    "product": lambda each: each.product.title.casefold(),
    "ends": lambda each: each.ends_at,
    "delete": lambda each: each.delete_by,
}


@bp.get("")
def index() -> ResponseReturnValue:
    """Every ended agreement, what must be gone first coming first."""
    wish, everything, chosen = _chosen()
    return render_template(
        "service_desk/agreement_ends.html",
        wish=wish,
        rows=[_row(each) for each in chosen[wish.offset(SHOWN) :][:SHOWN]],
        total=len(chosen) if wish.q or wish.chosen["state"] else len(everything),
        pages=pages_of(len(chosen), SHOWN),
        states=[(state, say(text)) for state, (_, text) in STATES.items()],
        export_url=export_url(".index_csv", wish),
    )


@bp.get("/opgezegd.csv")
def index_csv() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    columns = [say("Schoolbestuur"), say("Product"), say("Leverancier"), say("Eerste dag zonder overeenkomst")]
    columns += [say("Gegevens ophalen kan tot en met"), say("Alles gewist uiterlijk op")]
    columns += [say("Uit reservekopieën uiterlijk op"), say("Status")]
    rows = [
        (
            each.board.name,
            each.product.title,
            each.product.supplier.name,
            clock.day_of(each.ends_at),
            ending.last_day(each.export_until),
            ending.last_day(each.delete_by),
            ending.last_day(each.backups_by),
            say(STATES[_state(each)][1]),
        )
        for each in _chosen()[2]
    ]
    return csv_response("opgezegd", columns, rows)


def _state(each: AgreementEnd) -> str:
    if each.certificate_id is not None:
        return CERTIFIED
    return OVERDUE if ending.is_overdue(each, at=clock.now()) else RUNNING


def _chosen() -> tuple[Wish, list[AgreementEnd], list[AgreementEnd]]:
    wish = wished(sorts=SORTS, first="delete", filters={"state": list(STATES)})
    everything = ending.every(reader())
    wanted, state = wish.q.casefold(), wish.chosen["state"]
    kept = [
        each
        for each in everything
        if state in ("", _state(each)) and wanted in f"{each.board.name} {each.product.title}".casefold()
    ]
    return wish, everything, sorted(kept, key=SORTS[wish.sort], reverse=wish.descending)


def _row(each: AgreementEnd) -> dict[str, Any]:
    kind, text = STATES[_state(each)]
    return {
        "board": each.board.name,
        "url": url_for("agreements.show", organisation_id=each.board_id, agreement_id=each.agreement_id),
        "product": each.product.title,
        "by": each.organisation.name,
        "ends": day(clock.day_of(each.ends_at), weekday=True),
        "delete": day(ending.last_day(each.delete_by), weekday=True),
        "state_kind": kind,
        "state_text": say(text),
    }
