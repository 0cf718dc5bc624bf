"""How far what a board signs is for one of its schools: its declaration, and its processor agreement for a product."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.agreements import elsewhere as signed_elsewhere
from portal.cases.agreements.tables import AgreementEnd, SignedElsewhere
from portal.cases.catalogue import ENDED
from portal.cases.tables import Case, CaseState, InForce
from portal.dossier.tasks import waits_for
from portal.gate.facts import Agreement, Paper, Standing
from portal.offers import publications
from portal.offers.tables import Product, Publication
from portal.parties import mandates
from portal.parties.tables import Organisation


@dataclass(frozen=True)
class Place:
    """A school as the register knows it, with what is registered here of it and of its board."""

    code: str
    school: Organisation | None
    board: Organisation | None


class Standings:
    """How far the papers of these schools are, for one product at one moment; each question is asked once for all."""

    def __init__(self, session: Session, product: Product, places: Collection[Place], *, at: dt.datetime) -> None:
        self.session, self.product, self.at = session, product, at
        self.schools = {each.school.id for each in places if each.school}
        self.boards = {each.board.id for each in places if each.board}
        self._open: dict[tuple[str, uuid.UUID], list[Case]] = {}
        self._papers: dict[uuid.UUID, Paper] = {}
        self._coming: dict[str, dict[uuid.UUID, list[InForce]]] = {}

    def declared(self, place: Place) -> InForce | None:
        """The declaration that holds for this school."""
        rows = self._declarations.get(place.school.id) if place.school else None
        return rows[0] if rows else None

    def declaration(self, place: Place) -> Paper:
        """How far the declaration of the board is for this school."""
        if declared := self.declared(place):
            return Paper(Standing.IN_FORCE, str(declared.case_id))
        return self._coming_or_open(in_force.BOARD_DECLARATION, place)

    def agreement(self, place: Place) -> Agreement:
        """What holds of the product's processor agreement for this school, and how far its board is with the next one.

        Nothing is looked up for a product whose gate does not ask for one.
        """
        if "agreement" not in self.product.conditions or not self._sufficing:
            return Agreement()
        board, school = place.board, place.school
        enough = tuple(each.version for each in self._sufficing)
        rows = self._agreements.get(board.id, []) if board is not None else []
        mine = [each.version for each in rows if school and each.organisation_id == school.id]
        claimed: list[SignedElsewhere] = []
        if board is not None and school is not None:
            if any(each.on_behalf_of == board.id for each in self._declarations.get(school.id, [])):
                mine += [each.version for each in signed_elsewhere.confirmed(self._elsewhere, board.id, at=self.at)]
            claimed = signed_elsewhere.unconfirmed(self._elsewhere, board.id, at=self.at)
        held = tuple(dict.fromkeys(mine))
        elsewhere = {each.version for each in rows if school is None or each.organisation_id != school.id}
        found = Agreement(
            published=True,
            version=enough[0],
            sufficing=enough,
            held=held,
            only_elsewhere=bool(elsewhere & set(enough)) and not held,
        )
        if found.suffices:
            return found
        return replace(
            found,
            paper=self._coming_or_open(in_force.PROCESSOR_AGREEMENT, place, self.product),
            ended=self._ended.get(board.id) if board is not None else None,
            claimed=next((str(each.id) for each in claimed if each.version in enough), ""),
        )

    # --- Asked once

    @cached_property
    def _declarations(self) -> dict[uuid.UUID, list[InForce]]:
        asked = select(InForce).where(
            InForce.kind == in_force.BOARD_DECLARATION,
            InForce.organisation_id.in_(self.schools),
            *in_force.holds(self.at),
        )
        return _grouped(self.session.scalars(asked), "organisation_id") if self.schools else {}

    @cached_property
    def _sufficing(self) -> list[Publication]:
        return publications.sufficing(self.session, self.product.id, in_force.PROCESSOR_AGREEMENT, at=self.at)

    @cached_property
    def _agreements(self) -> dict[uuid.UUID, list[InForce]]:
        asked = select(InForce).where(
            InForce.kind == in_force.PROCESSOR_AGREEMENT,
            InForce.on_behalf_of.in_(self.boards),
            InForce.product_id == self.product.id,
            *in_force.holds(self.at),
        )
        return _grouped(self.session.scalars(asked), "on_behalf_of")

    @cached_property
    def _elsewhere(self) -> list[SignedElsewhere]:
        return signed_elsewhere.holding_or_coming(self.session, self.product.id, at=self.at)

    @cached_property
    def _ended(self) -> dict[uuid.UUID, dt.date]:
        """Since which day each board has done without the agreement that either side ended last."""
        last = (
            select(AgreementEnd.board_id, func.max(AgreementEnd.ends_at))
            .where(AgreementEnd.product_id == self.product.id, AgreementEnd.ends_at <= self.at)
            .where(AgreementEnd.board_id.in_(self.boards))
            .group_by(AgreementEnd.board_id)
        )
        return {board_id: clock.day_of(ended) for board_id, ended in self.session.execute(last)}

    def _coming_or_open(self, kind: str, place: Place, product: Product | None = None) -> Paper:
        """An open case goes before what is only to come: it is what somebody can do something about."""
        for case in self._open_cases(kind, place.board, product):
            scope = next((each.values for each in case.answers if each.step == "scope"), None)
            if scope is None or place.code in scope["schools"]:
                if case.id not in self._papers:
                    self._papers[case.id] = _of_case(self.session, case, self.at)
                return self._papers[case.id]
        later = [each for each in self._to_come(kind, place, product) if each.since > self.at]
        return Paper(Standing.COMING, since=clock.day_of(later[0].since)) if later else Paper()

    def _open_cases(self, workflow: str, board: Organisation | None, product: Product | None) -> list[Case]:
        if board is None:
            return []
        if (workflow, board.id) not in self._open:
            theirs = select(Case).where(
                Case.workflow == workflow, Case.organisation_id == board.id, Case.state.not_in(ENDED)
            )
            if product is not None:
                theirs = theirs.where(Case.product_id == product.id)
            self._open[workflow, board.id] = list(self.session.scalars(theirs.order_by(Case.started_at.desc())))
        return self._open[workflow, board.id]

    def _to_come(self, kind: str, place: Place, product: Product | None) -> list[InForce]:
        if place.school is None:
            return []
        if kind not in self._coming:
            asked = select(InForce).where(
                InForce.kind == kind, InForce.organisation_id.in_(self.schools), InForce.since > self.at
            )
            asked = asked.where(or_(InForce.until.is_(None), InForce.until > self.at))
            if product is not None:
                asked = asked.where(InForce.product_id == product.id)
            self._coming[kind] = _grouped(self.session.scalars(asked), "organisation_id")
        return self._coming[kind].get(place.school.id, [])


def _grouped(rows: Iterable[InForce], column: str) -> dict[uuid.UUID, list[InForce]]:
    found: dict[uuid.UUID, list[InForce]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


def _of_case(session: Session, case: Case, at: dt.datetime) -> Paper:
    document = next((each for each in case.documents if each.void_at is None), None)
    waiting = tuple(waits_for(case))
    if case.state == CaseState.SIGNING and document is not None and case.organisation_id:
        rule = mandates.rule_at(session, case.organisation_id, at=at)
        return Paper(
            Standing.SIGNING,
            str(case.id),
            signed=len(document.signatures),
            needed=rule.rule.needed(len(document.facts["signatories"])) if rule else len(document.facts["signatories"]),
            waits_for=waiting,
        )
    state = Standing.PREPARING if case.state == CaseState.PREPARING else Standing.DRAFT
    return Paper(state, str(case.id), waits_for=waiting)
