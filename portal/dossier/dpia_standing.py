"""How far a board is with the DPIA of a product, for one of its schools: as the gate asks it."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import replace
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.catalogue import ENDED
from portal.cases.dpia import decided
from portal.cases.dpia.outcomes import holds
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, CaseState, InForce
from portal.dossier.standings import Place
from portal.dossier.tasks import waits_for
from portal.gate.facts import Dpia, DpiaStage, OpenMeasure, Paper
from portal.offers.tables import Product, Publication
from portal.parties import memberships
from portal.parties.tables import Organisation
from workflows import dpia_assessment
from workflows.vocabulary import Role

CODE = "dpia"
MAY_BEGIN = frozenset(dpia_assessment.WORKFLOW.started_by)
MODEL = "dpia_model"
_STAGES = {CaseState.PREPARING: DpiaStage.PREPARING, CaseState.SIGNING: DpiaStage.SIGNING}


class DpiaStandings:
    """How far the decisions about these schools are, for one product at one moment; each question is asked once."""

    def __init__(self, session: Session, product: Product, places: Collection[Place], *, at: dt.datetime) -> None:
        self.session, self.product, self.at = session, product, at
        self.schools = {each.school.id for each in places if each.school}
        self._officers: dict[uuid.UUID, tuple[str, ...]] = {}
        self._open: dict[uuid.UUID, list[Case]] = {}
        self._all: dict[uuid.UUID, list[DpiaDecision]] = {}

    def of(self, place: Place, *, at_board: Collection[str]) -> Dpia:
        """What holds for this school, else what its board is doing about it, else what it decided last.

        `at_board` are the roles at the board of who asks. Nothing is looked up for a product whose gate does not ask.
        """
        if CODE not in self.product.conditions:
            return Dpia()
        board = place.board
        found = Dpia(
            today=clock.day_of(self.at),
            has_model=self._has_model,
            officers=self._officers_of(board),
            paper=Paper(may_start=bool(set(at_board) & MAY_BEGIN)),
        )
        if board is None:
            return found
        if row := self._holding(place.school, board):
            return _in_force(self.session, found, row)
        if case := self._open_case(board, place.code):
            stage = _STAGES.get(CaseState(case.state), DpiaStage.DRAFT)
            paper = replace(found.paper, case=str(case.id), waits_for=tuple(waits_for(case)))
            return replace(found, stage=stage, paper=paper)
        if board.id not in self._all:
            self._all[board.id] = decided.of_board(self.session, board.id, self.product.id)
        last = next((each for each in self._all[board.id] if place.code in decided.schools_of(each)), None)
        return _decided(self.session, found, last) if last else found

    @cached_property
    def _has_model(self) -> bool:
        of_it = select(Publication.id).where(Publication.product_id == self.product.id, Publication.kind == MODEL)
        return self.session.scalar(of_it.limit(1)) is not None

    @cached_property
    def _rows(self) -> list[InForce]:
        kinds = (in_force.DPIA_REUSE, in_force.DPIA_OWN)
        asked = select(InForce).where(
            InForce.kind.in_(kinds),
            InForce.organisation_id.in_(self.schools),
            InForce.product_id == self.product.id,
            *in_force.holds(self.at),
        )
        return sorted(self.session.scalars(asked), key=lambda each: kinds.index(each.kind))

    def _holding(self, school: Organisation | None, board: Organisation) -> InForce | None:
        mine = [
            row for row in self._rows if school and row.organisation_id == school.id and row.on_behalf_of == board.id
        ]
        return max(mine, key=lambda each: each.since, default=None)

    def _open_case(self, board: Organisation, code: str) -> Case | None:
        """The newest open assessment that names this school, or names none yet."""
        if board.id not in self._open:
            theirs = select(Case).where(
                Case.workflow.in_((in_force.DPIA_REUSE, in_force.DPIA_OWN)),
                Case.organisation_id == board.id,
                Case.product_id == self.product.id,
                Case.state.not_in(ENDED),
            )
            self._open[board.id] = list(self.session.scalars(theirs.order_by(Case.started_at.desc())))
        for case in self._open[board.id]:
            subject = next((each.values for each in case.answers if each.step == "subject"), None)
            if subject is None or code in subject.get("schools", ()):
                return case
        return None

    def _officers_of(self, board: Organisation | None) -> tuple[str, ...]:
        if board is None:
            return ()
        if board.id not in self._officers:
            those = memberships.people_of(board.id, session=self.session)
            names = (each.person.name for each in those if each.role == Role.PRIVACY_OFFICER)
            self._officers[board.id] = tuple(dict.fromkeys(names))
        return self._officers[board.id]


def _in_force(session: Session, found: Dpia, row: InForce) -> Dpia:
    decision = session.get(DpiaDecision, row.case_id)
    review_on = dt.date.fromisoformat(decision.review_on) if decision and decision.review_on else None
    paper = replace(found.paper, case=str(row.case_id))
    late = bool(decision and decision.is_late)
    return replace(found, stage=DpiaStage.IN_FORCE, is_late=late, review_on=review_on, paper=paper)


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
