"""What boards decided about DPIAs, as it counts now: the last decision about each school."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import in_force
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.cases.tables import Case, Document, InForce
from workflows.dpia_facts import Outcome


def document_of(case: Case) -> Document | None:
    """The document of a case that counts."""
    return next((each for each in case.documents if each.void_at is None), None)


def facts_of(case: Case) -> Mapping[str, Any]:
    """What the document of a decision says of it: this, and not the answers as they are, is what was decided."""
    document = document_of(case)
    found: Mapping[str, Any] = document.facts.get("dpia", {}) if document else {}
    return found


def schools_of(decision: DpiaDecision) -> tuple[str, ...]:
    """The codes of the schools that a decision is about."""
    return tuple(facts_of(decision.case).get("schools", ()))


def of_board(session: Session, board_id: uuid.UUID, product_id: uuid.UUID | None = None) -> list[DpiaDecision]:
    """Every decision of a board (about one product), the newest first."""
    asked = select(DpiaDecision).where(DpiaDecision.organisation_id == board_id)
    if product_id is not None:
        asked = asked.where(DpiaDecision.product_id == product_id)
    whole = selectinload(DpiaDecision.case).selectinload(Case.documents)
    newest_first = (DpiaDecision.decided_at.desc(), DpiaDecision.case_id)
    return list(session.scalars(asked.options(whole).order_by(*newest_first)))


def last_about(session: Session, board_id: uuid.UUID, product_id: uuid.UUID, code: str) -> DpiaDecision | None:
    """The decision that counts for a school: the last one about it, also where it was refused or has ended."""
    return next((each for each in of_board(session, board_id, product_id) if code in schools_of(each)), None)


def still_about(session: Session, decision: DpiaDecision) -> frozenset[str]:
    """The schools of which no later decision has been taken: evidence for this one says nothing about the others."""
    if decision.ended_at is not None:
        return frozenset()
    return left(of_board(session, decision.organisation_id, decision.product_id))[decision.case_id]


def left(those: Iterable[DpiaDecision]) -> dict[uuid.UUID, frozenset[str]]:
    """The same of each of these, by its id: they are all that a board decided, about one product or about every."""
    found: dict[uuid.UUID, frozenset[str]] = {}
    since: dict[uuid.UUID, set[str]] = {}
    newest_first = sorted(those, key=lambda each: each.decided_at, reverse=True)
    for _, at_once in groupby(newest_first, key=lambda each: each.decided_at):
        together = list(at_once)
        for each in together:
            counts = each.ended_at is None
            later = since.get(each.product_id, set())
            found[each.case_id] = frozenset(schools_of(each)) - later if counts else frozenset()
        for each in together:
            since.setdefault(each.product_id, set()).update(schools_of(each))
    return found


def open_measures(session: Session, case_id: uuid.UUID) -> list[DpiaMeasure]:
    """What is still to be done after a decision, the first day first."""
    asked = select(DpiaMeasure).where(DpiaMeasure.case_id == case_id, DpiaMeasure.accepted_at.is_(None))
    return list(session.scalars(asked.order_by(DpiaMeasure.due_on, DpiaMeasure.thing)))


def measures_of(session: Session, case_id: uuid.UUID) -> list[DpiaMeasure]:
    """Everything that was still to be done after a decision."""
    return list(session.scalars(select(DpiaMeasure).where(DpiaMeasure.case_id == case_id)))


def accepted(session: Session, case_id: uuid.UUID) -> dict[str, dict[str, Any]]:
    """Of each measure of a decision with evidence that was accepted: the day, and what it shows."""
    return {
        each.thing: {"on": clock.day_of(each.accepted_at).isoformat(), "evidence": each.evidence_text or each.file_name}
        for each in measures_of(session, case_id)
        if each.accepted_at is not None
    }


def counting() -> Select[uuid.UUID]:
    """The ids of decisions that hold, and of those that will once their measures are done; a part of a question."""
    holding = select(InForce.case_id).where(InForce.kind.in_(in_force.DPIA_DECISIONS), *in_force.holds(clock.now()))
    counts = or_(DpiaDecision.case_id.in_(holding), DpiaDecision.outcome == Outcome.MEASURES_FIRST)
    return select(DpiaDecision.case_id).where(DpiaDecision.ended_at.is_(None), counts)


def end(those: Iterable[DpiaDecision], *, at: dt.datetime, because: str) -> None:
    """From now on these say nothing any more."""
    for each in those:
        if each.ended_at is None:
            each.ended_at, each.ended_because = at, because
