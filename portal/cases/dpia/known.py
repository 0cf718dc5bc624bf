"""What the portal knows already for an assessment: the agreement in force, and what the board assessed before."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import overtaken
from portal.cases.dpia import assessed
from portal.cases.dpia.refusing import LONGEST_REVIEW
from portal.cases.tables import Case, StepAnswer
from portal.parties import register
from portal.wording import mark, say
from workflows.dpia_use import months_after
from workflows.vocabulary import Answers

Known = dict[str, tuple[Any, str]]
FROM_AGREEMENT = mark("uit de verwerkersovereenkomst die nu geldt")
FROM_EARLIER = mark("uit uw beoordeling %(reference)s")
FROM_REGISTER = mark("uit het register van DUO")
FROM_MODEL = mark("de dag waarop het model opnieuw wordt bekeken, of anders over drie jaar")
OF_MODEL = {"conditions": "conditions", "sides": "dimensions", "measures": "measures", "risks": "risks"}
"""Questions about things of the model, with where the model has them."""


def subject(session: Session, case: Case, _answers: Answers) -> Known:
    known = as_before(session, case, "subject")
    board = case.organisation
    if "schools" not in known and board is not None and board.board_number:
        codes = [each.code for each in register.locations_of(board.board_number)]
        known["schools"] = (codes, FROM_REGISTER)
    schools = known["schools"][0] if "schools" in known else []
    if assessed.has_agreement(session, case, schools, at=clock.now()):
        known["agreement"] = (True, FROM_AGREEMENT)
    return known


def decision(_session: Session, case: Case, _answers: Answers) -> Known:
    """The model's own review day where that comes first, else the longest there may be."""
    model = assessed.model_of(case)
    if model is None:
        return {}
    last = months_after(clock.today(), LONGEST_REVIEW)
    on = model.review_on if clock.today() < model.review_on < last else last
    return {"review_on": (on.isoformat(), FROM_MODEL)}


def as_before(session: Session, case: Case, step_name: str) -> Known:
    """What this board answered at this step the last time it assessed this product.

    Of what the model names only that is taken over which both models say in the same words.
    """
    mine = (Case.workflow == case.workflow, Case.organisation_id == case.organisation_id)
    query = (
        select(Case)
        .join(StepAnswer)
        .where(*mine, Case.product_id == case.product_id, Case.id != case.id, StepAnswer.step == step_name)
        .order_by(Case.started_at.desc())
        .limit(1)
    )
    earlier = session.scalar(query)
    given = overtaken.stored(earlier, step_name) if earlier else None
    if earlier is None or given is None:
        return {}
    source = say(FROM_EARLIER, reference=earlier.reference)
    known: Known = {}
    for name, value in given.values.items():
        kept = _still_said(earlier, case, OF_MODEL[name], value) if name in OF_MODEL else value
        if kept not in (None, "", [], {}) and not _is_file(kept):
            known[name] = (kept, source)
    return known


def _still_said(earlier: Case, case: Case, of: str, value: Any) -> Any:
    if earlier.publication is None or case.publication is None or not isinstance(value, dict):
        return {}
    before = {each["id"]: each for each in earlier.publication.body.get(of, ())}
    now = {each["id"]: each for each in case.publication.body.get(of, ())}
    return {
        id_: {name: each for name, each in row.items() if not _is_file(each)}
        for id_, row in value.items()
        if id_ in now and now[id_] == before.get(id_)
    }


def _is_file(value: Any) -> bool:
    """Files are given anew: each case keeps its own."""
    return isinstance(value, dict) and "sha256" in value
