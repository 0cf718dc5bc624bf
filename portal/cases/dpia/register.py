"""The register of DPIAs: what a board decided about which product, for which schools, and when it looks again."""

import datetime as dt
import uuid
from collections.abc import Mapping
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
    those, every = _decisions(session, organisation)
    left, ever, holding = decided.left(every), *_in_force(session, organisation, those, at=at)
    names = parties.location_names({code for each in those for code in decided.schools_of(each)})
    lines = [
        _line(each, _state(each, organisation, left[each.case_id], ever, holding), organisation, names, today=today)
        for each in those
    ]
    wanted = text.casefold()
    found = [each for each in lines if wanted in _words(each).casefold() and _is(each, state)]
    found.sort(key=lambda each: each.decision.product.title.casefold())
    found.sort(key=lambda each: _key(each, sort), reverse=descending)
    return found


def _decisions(session: Session, organisation: Organisation) -> tuple[list[DpiaDecision], list[DpiaDecision]]:
    """Those that are shown, and every one of the board: of these all that came later must be known."""
    whole = (
        selectinload(DpiaDecision.case).selectinload(Case.documents).selectinload(Document.signatures),
        selectinload(DpiaDecision.product).selectinload(Product.supplier),
        selectinload(DpiaDecision.publication),
    )
    asked = select(DpiaDecision).options(*whole).order_by(DpiaDecision.decided_at.desc(), DpiaDecision.case_id)
    if organisation.kind == Party.BOARD:
        own = list(session.scalars(asked.where(DpiaDecision.organisation_id == organisation.id)))
        return own, own
    code = (organisation.register_key or "").removeprefix("location:")
    location = parties.location(code)
    if location is None:
        return [], []
    board = select(Organisation.id).where(Organisation.register_key == f"board:{location.board_number}")
    theirs = list(session.scalars(asked.where(DpiaDecision.organisation_id.in_(board))))
    return [each for each in theirs if code in decided.schools_of(each)], theirs


def _in_force(
    session: Session, organisation: Organisation, those: list[DpiaDecision], *, at: dt.datetime
) -> tuple[frozenset[uuid.UUID], frozenset[uuid.UUID]]:
    """Which of these decisions ever held for anybody, and which hold for this organisation now."""
    rows = select(InForce.case_id).where(InForce.case_id.in_([each.case_id for each in those])).distinct()
    now = rows.where(InForce.organisation_id == organisation.id, *in_force.holds(at))
    return frozenset(session.scalars(rows)), frozenset(session.scalars(now))


def _line(
    decision: DpiaDecision, state: str, organisation: Organisation, names: Mapping[str, str], *, today: dt.date
) -> Line:
    review_on = dt.date.fromisoformat(decision.review_on) if decision.review_on else None
    document = decided.document_of(decision.case)
    return Line(
        decision,
        state,
        _schools(decision, organisation, names),
        tuple(each.typed_name for each in document.signatures) if document else (),
        state != ENDED and review_on is not None and review_on < today,
    )


def _state(
    decision: DpiaDecision,
    organisation: Organisation,
    left: frozenset[str],
    ever: frozenset[uuid.UUID],
    holding: frozenset[uuid.UUID],
) -> str:
    if decision.case_id in holding:
        return IN_FORCE
    code = (organisation.register_key or "").removeprefix("location:")
    concerned = bool(left) if organisation.kind == Party.BOARD else code in left
    return WAITING if concerned and decision.case_id not in ever else ENDED


def _schools(decision: DpiaDecision, organisation: Organisation, names: Mapping[str, str]) -> tuple[str, ...]:
    if organisation.kind != Party.BOARD:
        return (organisation.name,)
    return tuple(sorted(names.get(code, code) for code in decided.schools_of(decision)))


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
