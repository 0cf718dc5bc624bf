"""Open cases at an older definition or publication, for the service desk: each moved after its effect was shown."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal import clock
from portal.cases import moving, waiting
from portal.cases.catalogue import every_workflow, workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.dossier import tasks
from portal.errors import NotFoundError, RefusedError
from portal.views import case_pages, lists
from portal.views.desk import MOST_EXPORTED, SHOWN, only_service_desk
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.visitor import visitor
from portal.wording import day, mark, say

bp = Blueprint("moving", __name__, url_prefix="/servicedesk/verplaatsen")
bp.before_request(only_service_desk)
FATES = {
    moving.STAYS: ("done", mark("blijft staan")),
    moving.AGAIN: ("waiting", mark("wordt opnieuw gevraagd; het antwoord vervalt")),
    moving.NEW: ("todo", mark("nieuwe stap")),
    moving.GONE: ("neutral", mark("stap bestaat niet meer; het antwoord vervalt")),
}


@bp.get("")
def index() -> ResponseReturnValue:
    """The open cases that are not at the newest version."""
    wish = _wish()
    found = _found(wish, offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "service_desk/moving.html",
        wish=wish,
        rows=[_row(each) for each in found.cases],
        total=found.total,
        pages=pages_of(found.total, SHOWN),
        export_url=export_url(".index_csv", wish),
        workflows=lists.workflow_titles(),
    )


@bp.get("/oude-versies.csv")
def index_csv() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    columns = [say("Kenmerk"), say("Procedure"), say("Voor wie"), say("Versie"), say("Status"), say("Sinds")]
    rows = [
        (each["reference"], each["title"], each["whom"], each["version"], each["state"][1], each["moved_at"])
        for each in map(_row, _found(_wish(), offset=0, limit=MOST_EXPORTED).cases)
    ]
    return csv_response("oude-versies", columns, rows)


@bp.route("/<uuid:case_id>", methods=["GET", "POST"])
def move(case_id: UUID) -> ResponseReturnValue:
    """What moving one case will do, and the button that does it."""
    case = reader.get(Case, case_id)
    if case is None:
        raise NotFoundError
    if request.method == "POST":
        moving.move(case_id, by=visitor(), seen=request.form.get("seen", ""))
        flash(say("%(reference)s is naar de nieuwste versie gebracht.", reference=case.reference), "done")
        return redirect(url_for(".index"))
    plan, refused = None, ""
    try:
        plan = moving.plan(reader(), case, at=clock.now())
    except RefusedError as fault:
        refused = say(fault.sentence, **fault.values)
    return render_template(
        "service_desk/move.html",
        case=case,
        workflow=workflow_of(case),
        state=case_pages.state_of(case),
        refused=refused,
        plan=plan,
        seen=moving.fingerprint(plan) if plan else "",
        fates=[
            {
                "title": say(each.title),
                "status": (FATES[each.fate][0], say(FATES[each.fate][1])),
                "why": [say(label) for label in each.why],
            }
            for each in (plan.fates if plan else ())
        ],
        is_draft=case.state == CaseState.DRAFT,
        told=", ".join(waiting.names(case)),
    )


def _wish() -> Wish:
    filters = {"workflow": list(every_workflow())}
    return wished(sorts=("reference", "moved"), first="moved", filters=filters)


def _found(wish: Wish, *, offset: int, limit: int) -> tasks.Found:
    asked = moving.behind(reader(), at=clock.now())
    if wish.q:
        asked = asked.where(Case.reference.icontains(wish.q, autoescape=True))
    if wish.chosen["workflow"]:
        asked = asked.where(Case.workflow == wish.chosen["workflow"])
    total = reader.scalar(select(func.count()).select_from(asked.with_only_columns(Case.id).subquery())) or 0
    column = Case.reference if wish.sort == "reference" else Case.moved_at
    page = asked.order_by(column.desc() if wish.descending else column, Case.reference).offset(offset).limit(limit)
    return tasks.Found(list(reader.scalars(page)), total)


def _row(case: Case) -> dict[str, Any]:
    version = case.publication.version if case.publication else case.workflow_version
    whom = case.organisation or case.person or case.starter
    return {
        "reference": case.reference,
        "url": url_for(".move", case_id=case.id),
        "title": say(workflow_of(case).title),
        "whom": whom.name if whom else case.starter_email,
        "version": version,
        "state": case_pages.state_of(case),
        "since": day(clock.day_of(case.moved_at), weekday=True),
        "moved_at": case.moved_at,
    }
