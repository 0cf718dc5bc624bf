"""The register of DPIAs: what a board decided about which product, for which schools, and when it looks again."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.cases import in_force
from portal.cases.dpia import decided
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, Document, InForce
from portal.offers.tables import Product
from portal.parties import register as parties
from portal.parties.tables import Organisation
from portal.wording import mark
from workflows.vocabulary import Party

SORTS = ("product", "outcome", "decided", "review", "standing")
IN_FORCE, WAITING, ENDED = "in_force", "waiting", "ended"
STATES = {IN_FORCE: mark("van kracht"), WAITING: mark("gebruik niet toegestaan"), ENDED: mark("niet meer actueel")}
OVERDUE, LATE = "overdue", "late"
FILTERS = {**STATES, OVERDUE: mark("opnieuw beoordelen is te laat"), LATE: mark("te laat gemaakt")}
_SHOWN_AS = {IN_FORCE: "done", WAITING: "waiting", ENDED: "neutral"}


@dataclass(frozen=True)
class Line:
    """One decision as the register shows it."""

    decision: DpiaDecision
    state: str
    schools: tuple[str, ...]
    """By name; a school sees itself and no other."""
    signed_by: tuple[str, ...]
    is_overdue: bool

    @property
    def review_on(self) -> dt.date | None:
        """The last day on which it is to be looked at again."""
        return dt.date.fromisoformat(self.decision.review_on) if self.decision.review_on else None

    @property
    def model(self) -> str:
        """The model that was reused; empty for a DPIA of one's own."""
        return self.decision.publication.title if self.decision.publication else ""

    @property
    def version(self) -> str:
        """The version of the model."""
        return self.decision.publication.version if self.decision.publication else ""

    @property
    def shown_as(self) -> str:
        """The kind of its status tag."""
        return _SHOWN_AS[self.state]


def of(
    session: Session,
    organisation: Organisation,
    *,
    at: dt.datetime,
    today: dt.date,
    text: str = "",
    state: str = "",
    sort: str = "standing",
    descending: bool = False,
) -> list[Line]:
    """The decisions of a board, or of a school those that are about it: searched, filtered and sorted."""
    lines = [_line(each, session, organisation, at=at, today=today) for each in _decisions(session, organisation)]
    wanted = text.casefold()
    found = [each for each in lines if wanted in _words(each).casefold() and _is(each, state)]
    found.sort(key=lambda each: each.decision.product.title.casefold())
    found.sort(key=lambda each: _key(each, sort), reverse=descending)
    return found


def _decisions(session: Session, organisation: Organisation) -> list[DpiaDecision]:
    whole = (
        selectinload(DpiaDecision.case).selectinload(Case.documents).selectinload(Document.signatures),
        selectinload(DpiaDecision.product).selectinload(Product.supplier),
        selectinload(DpiaDecision.publication),
    )
    asked = select(DpiaDecision).options(*whole).order_by(DpiaDecision.decided_at.desc(), DpiaDecision.case_id)
    if organisation.kind == Party.BOARD:
        return list(session.scalars(asked.where(DpiaDecision.organisation_id == organisation.id)))
    code = (organisation.register_key or "").removeprefix("location:")
    location = parties.location(code)
    if location is None:
        return []
    board = select(Organisation.id).where(Organisation.register_key == f"board:{location.board_number}")
    theirs = session.scalars(asked.where(DpiaDecision.organisation_id.in_(board)))
    return [each for each in theirs if code in decided.schools_of(each)]


def _line(
    decision: DpiaDecision, session: Session, organisation: Organisation, *, at: dt.datetime, today: dt.date
) -> Line:
    rows = session.scalars(select(InForce).where(InForce.case_id == decision.case_id, *in_force.holds(at)))
    holding = {each.organisation_id for each in rows}
    review_on = dt.date.fromisoformat(decision.review_on) if decision.review_on else None
    state = _state(decision, holding, organisation, session)
    document = decided.document_of(decision.case)
    return Line(
        decision,
        state,
        _schools(decision, organisation),
        tuple(each.typed_name for each in document.signatures) if document else (),
        state != ENDED and review_on is not None and review_on < today,
    )


def _state(decision: DpiaDecision, holding: set[uuid.UUID | None], organisation: Organisation, session: Session) -> str:
    if organisation.id in holding:
        return IN_FORCE
    left = decided.still_about(session, decision)
    code = (organisation.register_key or "").removeprefix("location:")
    concerned = bool(left) if organisation.kind == Party.BOARD else code in left
    ever = session.scalar(select(InForce.id).where(InForce.case_id == decision.case_id).limit(1))
    return WAITING if concerned and ever is None else ENDED


def _schools(decision: DpiaDecision, organisation: Organisation) -> tuple[str, ...]:
    if organisation.kind != Party.BOARD:
        return (organisation.name,)
    known = {code: parties.location(code) for code in decided.schools_of(decision)}
    return tuple(sorted(each.name if each else code for code, each in known.items()))


def _words(line: Line) -> str:
    of_product = (line.decision.product.title, line.decision.product.supplier.name, line.model, line.version)
    return " ".join((*of_product, line.decision.case.reference, *line.schools, *line.signed_by))


def _is(line: Line, state: str) -> bool:
    return {"": True, OVERDUE: line.is_overdue, LATE: line.decision.is_late}.get(state, line.state == state)


def _key(line: Line, sort: str) -> str:
    match sort:
        case "product":
            return line.decision.product.title.casefold()
        case "outcome":
            return line.decision.outcome
        case "decided":
            return line.decision.decided_at.isoformat()
        case "review":
            return line.decision.review_on or "9999"
    return str(list(STATES).index(line.state))
