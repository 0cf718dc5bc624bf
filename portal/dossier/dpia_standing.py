"""How far a board is with the DPIA of a product, for one of its schools: as the gate asks it."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.catalogue import ENDED
from portal.cases.dpia import decided
from portal.cases.dpia.outcomes import holds
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, CaseState
from portal.dossier.deciding import Deciding
from portal.dossier.tasks import waits_for
from portal.gate.facts import Dpia, DpiaStage, OpenMeasure, Paper
from portal.offers.publications import DPIA_MODEL
from portal.offers.tables import Product, Publication
from portal.parties import memberships
from portal.parties.tables import Organisation
from workflows import dpia_assessment
from workflows.vocabulary import Role

CODE = "dpia"
MAY_BEGIN = frozenset(dpia_assessment.WORKFLOW.started_by)
_STAGES = {CaseState.PREPARING: DpiaStage.PREPARING, CaseState.SIGNING: DpiaStage.SIGNING}


def of(
    session: Session,
    known: Deciding,
    product: Product,
    board: Organisation | None,
    code: str,
    *,
    at: dt.datetime,
    at_board: Collection[str],
) -> Dpia:
    """What holds for this school, else what its board is doing about it, else what it decided last.

    Nothing is looked up for a product whose gate does not ask for it.
    """
    if CODE not in product.conditions:
        return Dpia()
    has_model = select(Publication.id).where(Publication.product_id == product.id, Publication.kind == DPIA_MODEL)
    found = Dpia(
        today=clock.day_of(at),
        has_model=session.scalar(has_model.limit(1)) is not None,
        officers=_officers(session, board),
        paper=Paper(may_start=bool(set(at_board) & MAY_BEGIN)),
    )
    if known.dpia is not None:
        return _holding(session, found, known.dpia.case_id)
    if board is None:
        return found
    if case := _open_case(session, board, product, code):
        stage = _STAGES.get(CaseState(case.state), DpiaStage.DRAFT)
        paper = replace(found.paper, case=str(case.id), waits_for=tuple(waits_for(case)))
        return replace(found, stage=stage, paper=paper)
    last = decided.last_about(session, board.id, product.id, code)
    return _decided(session, found, last) if last else found


def _holding(session: Session, found: Dpia, case_id: uuid.UUID) -> Dpia:
    decision = session.get(DpiaDecision, case_id)
    review_on = dt.date.fromisoformat(decision.review_on) if decision and decision.review_on else None
    paper = replace(found.paper, case=str(case_id))
    late = bool(decision and decision.is_late)
    return replace(found, stage=DpiaStage.IN_FORCE, is_late=late, review_on=review_on, paper=paper)


def _open_case(session: Session, board: Organisation, product: Product, code: str) -> Case | None:
    """The newest open assessment that names this school, or names none yet."""
    theirs = select(Case).where(
        Case.workflow.in_(in_force.DPIA_DECISIONS),
        Case.organisation_id == board.id,
        Case.product_id == product.id,
        Case.state.not_in(ENDED),
    )
    for case in session.scalars(theirs.order_by(Case.started_at.desc())):
        subject = next((each.values for each in case.answers if each.step == "subject"), None)
        if subject is None or code in subject.get("schools", ()):
            return case
    return None


def _decided(session: Session, found: Dpia, last: DpiaDecision) -> Dpia:
    """What was decided last does not hold: because of what it says, or because it ended."""
    paper = replace(found.paper, case=str(last.case_id))
    if last.ended_at is not None or holds(last.outcome):
        return replace(found, stage=DpiaStage.ENDED, paper=paper)
    measures = tuple(
        OpenMeasure(each.text, each.owner, dt.date.fromisoformat(each.due_on) if each.due_on else None)
        for each in decided.open_measures(session, last.case_id)
    )
    return replace(found, stage=DpiaStage(last.outcome), paper=paper, open=measures)


def _officers(session: Session, board: Organisation | None) -> tuple[str, ...]:
    if board is None:
        return ()
    those = memberships.people_of(board.id, session=session)
    return tuple(dict.fromkeys(each.person.name for each in those if each.role == Role.PRIVACY_OFFICER))
