"""The first page and its lists: what waits for me, what waits for others, what is in force for me, all my cases."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from portal import clock, dossier
from portal.cases import access
from portal.cases.catalogue import ENDED, every_workflow
from portal.cases.tables import CaseState
from portal.database import reader
from portal.dossier import holdings, tasks
from portal.dossier.holdings import Holding
from portal.dossier.tasks import Tasks
from portal.parties import memberships
from portal.views import lists
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.reports import gate_card, products_with_reports
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, visitor
from portal.wording import day, mark, say

bp = Blueprint("home", __name__)
SHOWN = 25
GATES_SHOWN = 2
WAITING_SHOWN = 5
MOST_EXPORTED = 10_000
STATES = {"open": mark("loopt"), "decided": mark("rond"), "stopped": mark("gestopt")}
STATES_OF = {
    "open": tasks.OPEN,
    "decided": (CaseState.DECIDED,),
    "stopped": tuple(each for each in ENDED if each != CaseState.DECIDED),
    "": (),
}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    is_open = request.endpoint in (f"{bp.name}.index", f"{bp.name}.health")
    return sign_in_first() if visitor().person_id is None and not is_open else None


# --- Pages -------------------------------------------------------------------------------------------------------


@bp.get("/")
def index() -> ResponseReturnValue:
    """What waits for me, and at a glance the rest; for a stranger, what the portal is."""
    who = visitor()
    if who.person_id is None:
        return render_template("home/welcome.html", drafts=len(who.drafts))
    found = dossier.tasks_of(reader(), who)
    wish = _wish("expected", asks=lists.ASKS)
    lines = lists.chosen(lists.mine(found), wish)
    schools = dossier.schools_of(reader(), person())
    return render_template(
        "home/tasks.html",
        **around(found),
        wish=wish,
        rows=lines,
        export_url=export_url(".tasks_csv", wish),
        asks=lists.ASKS,
        to_sign=[(each, lists.to_sign(each)) for each in found.to_sign],
        waiting=[lists.line_of(each) for each in found.others[:WAITING_SHOWN]],
        gates=[gate_card(school, product) for school in schools[:GATES_SHOWN] for product in products_with_reports()],
        more_schools=max(0, len(schools) - GATES_SHOWN),
        to_assess=tasks.count_to_assess(reader()) if access.is_service_desk(who) else 0,
        roles=memberships.memberships_of(person()),
        name=person().name,
    )


@bp.get("/taken.csv")
def tasks_csv() -> ResponseReturnValue:
    """What waits for me, as a spreadsheet."""
    return lists.lines_as_csv(
        lists.chosen(lists.mine(dossier.tasks_of(reader(), visitor())), _wish("expected", asks=lists.ASKS))
    )


@bp.get("/wacht-op-anderen")
def waiting() -> ResponseReturnValue:
    """What others are to do before I can go on: who, since when, expected by."""
    found = dossier.tasks_of(reader(), visitor())
    wish = _wish("expected")
    lines = lists.chosen(map(lists.line_of, found.others), wish)
    url = export_url(".waiting_csv", wish)
    return render_template("home/waiting.html", **around(found), wish=wish, rows=lines, export_url=url)


@bp.get("/wacht-op-anderen.csv")
def waiting_csv() -> ResponseReturnValue:
    """What waits for others, as a spreadsheet."""
    return lists.lines_as_csv(
        lists.chosen(map(lists.line_of, dossier.tasks_of(reader(), visitor()).others), _wish("expected"))
    )


@bp.get("/van-kracht")
def in_force() -> ResponseReturnValue:
    """What holds for me: decisions, roles and mandates, and until when."""
    wish, found = _holdings()
    return render_template(
        "home/in_force.html",
        **around(dossier.tasks_of(reader(), visitor())),
        wish=wish,
        rows=[_holding(each) for each in found],
        kinds=holdings.KINDS,
        export_url=export_url(".in_force_csv", wish),
    )


@bp.get("/van-kracht.csv")
def in_force_csv() -> ResponseReturnValue:
    """What holds for me, as a spreadsheet."""
    columns = [say("Wat"), say("Soort"), say("Voor wie"), say("Kenmerk"), say("Vanaf"), say("Tot")]
    _, found = _holdings()
    rows = [
        (each.title, say(holdings.KINDS[each.kind]), each.whom, each.reference, each.since, each.until)
        for each in found
    ]
    return csv_response("van-kracht", columns, rows)


@bp.get("/zaken")
def cases() -> ResponseReturnValue:
    """Every case in which I take part, open or not."""
    wish = _wish_for_cases()
    found = _find(wish, offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "home/cases.html",
        **around(dossier.tasks_of(reader(), visitor())),
        wish=wish,
        rows=[lists.case_row(each) for each in found.cases],
        total=found.total,
        pages=pages_of(found.total, SHOWN),
        states=STATES,
        workflows=lists.workflow_titles(),
        export_url=export_url(".cases_csv", wish),
    )


@bp.get("/zaken.csv")
def cases_csv() -> ResponseReturnValue:
    """My cases as asked for, as a spreadsheet."""
    return lists.cases_as_csv("zaken", _find(_wish_for_cases(), offset=0, limit=MOST_EXPORTED).cases)


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Ready when the database answers."""
    reader.execute(text("SELECT 1"))
    return {"status": "ok"}


# --- How ---------------------------------------------------------------------------------------------------------


def _wish(first: str, **filters: Any) -> Wish:
    return wished(sorts=("title", "whom", "who", "since", "expected"), first=first, filters=filters)


def _wish_for_cases() -> Wish:
    filters = {"state": list(STATES), "workflow": list(every_workflow())}
    return wished(sorts=tasks.SORTS, first="-moved", filters=filters)


def _find(wish: Wish, *, offset: int, limit: int) -> tasks.Found:
    return dossier.find_cases(
        reader(),
        visitor(),
        text=wish.q,
        workflow=wish.chosen["workflow"],
        states=STATES_OF[wish.chosen["state"]],
        sort=wish.sort,
        descending=wish.descending,
        offset=offset,
        limit=limit,
    )


def around(found: Tasks) -> dict[str, Any]:
    """What each of a person's lists shows: how much there is of the others, and whether it is all."""
    return {"tasks_count": found.count, "waiting_count": len(found.others), "is_cut": found.is_cut, "most": tasks.MOST}


def _holdings() -> tuple[Wish, list[Holding]]:
    wish = wished(sorts=("title", "whom", "since", "until"), first="until", filters={"kind": list(holdings.KINDS)})
    found = holdings.of_person(reader(), person().id, at=clock.now())
    kind, wanted = wish.chosen["kind"], wish.q.casefold()
    kept = [
        each
        for each in found
        if kind in ("", each.kind) and wanted in f"{each.title} {each.whom} {each.reference}".casefold()
    ]
    keys = {
        "title": lambda each: each.title.casefold(),
        "whom": lambda each: each.whom.casefold(),
        "since": lambda each: each.since,
        "until": lambda each: (each.until is None, each.until or each.since),
    }
    return wish, sorted(kept, key=keys[wish.sort], reverse=wish.descending)


def _holding(each: Holding) -> dict[str, Any]:
    url = None
    if each.agreement_id:
        url = url_for("agreements.show", organisation_id=each.organisation_id, agreement_id=each.agreement_id)
    elif each.case_id:
        url = url_for("cases.show", case_id=each.case_id)
    elif each.organisation_id:
        url = url_for("organisations.show", organisation_id=each.organisation_id)
    return {
        "title": each.title,
        "kind": say(holdings.KINDS[each.kind]),
        "whom": each.whom,
        "reference": each.reference,
        "since": day(clock.day_of(each.since)),
        "until": day(clock.day_of(each.until), weekday=True) if each.until else "",
        "coming": each.since > clock.now(),
        "url": url,
    }
