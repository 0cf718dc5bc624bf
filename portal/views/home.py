"""The first page: what it is for who comes in, and what waits for who is signed in."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from portal import dossier
from portal.cases import access
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.tables import Case
from portal.database import reader
from portal.parties import people
from portal.parties.spelling import clean
from portal.views import case_pages
from portal.views.reports import every_product, gate_card
from portal.views.visitor import person, visitor
from portal.wording import say

bp = Blueprint("home", __name__)
SHOWN = 25
GATES_SHOWN = 2


@bp.get("/")
def index() -> ResponseReturnValue:
    """My tasks, what waits for others, what is behind me; for a stranger, what the portal is."""
    who = visitor()
    if who.person_id is None:
        return render_template("home/welcome.html", drafts=len(who.drafts))
    wanted = clean(request.args.get("q"))[:100].casefold()
    cases = [each for each in dossier.cases_of(reader(), who.person_id, drafts=who.drafts) if _matches(each, wanted)]
    to_sign = dossier.to_sign(reader(), who.person_id)
    on_cards = {each.case_id for each in to_sign}
    running = [each for each in cases if each.state not in ENDED and each.id not in on_cards]
    schools = dossier.schools_of(reader(), person())
    return render_template(
        "home/tasks.html",
        q=request.args.get("q", ""),
        to_sign=to_sign,
        gates=[gate_card(school, product) for school in schools[:GATES_SHOWN] for product in every_product()],
        more_schools=max(0, len(schools) - GATES_SHOWN),
        to_assess=len(dossier.to_assess(reader())) if access.is_service_desk(who) else 0,
        mine=[_row(each) for each in running if _is_mine(each)],
        others=[_row(each) for each in running if not _is_mine(each)][:SHOWN],
        ended=[_row(each) for each in cases if each.state in ENDED][:SHOWN],
        roles=people.memberships_of(person()),
        name=person().name,
        total=len(cases),
    )


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Ready when the database answers."""
    reader.execute(text("SELECT 1"))
    return {"status": "ok"}


def _is_mine(case: Case) -> bool:
    open_steps = workflow_of(case).open_steps({each.step: each.values for each in case.answers})
    steps = open_steps[:1] or workflow_of(case).steps[-1:]
    return any(access.may_answer(case, step, visitor()) for step in steps)


def _row(case: Case) -> dict[str, object]:
    kind, state = case_pages.state_of(case)
    return {
        "case": case,
        "title": say(workflow_of(case).title),
        "for": case.organisation.name if case.organisation else "",
        "state_kind": kind,
        "state_text": state,
        "waits_for": ", ".join(dossier.waits_for(case)),
    }


def _matches(case: Case, wanted: str) -> bool:
    name = case.organisation.name if case.organisation else ""
    return wanted in f"{case.reference} {workflow_of(case).title} {name}".casefold()
