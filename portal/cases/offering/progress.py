"""How far each board is with a version, offered or begun by itself: the stage, and nothing of the answers inside."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, SelectBase, and_, case, exists, func, insert, or_, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.access import Visitor
from portal.cases.catalogue import ENDED
from portal.cases.offering import threads
from portal.cases.offering.tables import Offer, OfferOpening
from portal.cases.tables import Case, CaseState, StepAnswer
from portal.database import aside, reader
from portal.parties.tables import Organisation
from portal.record.outbox import Mail
from portal.wording import mark
from workflows import processor_agreement

STAGES: Mapping[str, tuple[str, str]] = {
    "offered": ("todo", mark("aangeboden")),
    "opened": ("todo", mark("geopend")),
    "begun": ("waiting", mark("zelf begonnen")),
    "assessing": ("waiting", mark("wordt beoordeeld")),
    "questions": ("problem", mark("vraag aan u")),
    "to_sign": ("waiting", mark("ligt ter tekening")),
    "signed": ("problem", mark("bestuur tekende, nu u")),
    "in_force": ("done", mark("van kracht")),
    "declined": ("problem", mark("niet akkoord")),
    "withdrawn": ("neutral", mark("ingetrokken")),
    "replaced": ("neutral", mark("vervangen")),
    "lapsed": ("neutral", mark("vervallen")),
}
"""Each stage, in the order in which a case comes to them: how it is shown, and its words."""
STILL = ("offered", "opened", "assessing", "to_sign")
"""The stages in which the board is to act."""
ACCEPTED, WITH_REMARKS, REJECTED = "accepted", "with_remarks", "rejected"
OUTCOMES: Mapping[str, str] = {
    ACCEPTED: mark("akkoord"),
    WITH_REMARKS: mark("akkoord, met opmerkingen"),
    REJECTED: mark("niet akkoord"),
}
SENT = (CaseState.PREPARING, CaseState.SIGNING, CaseState.DECIDED)
"""The states in which the board has sent what it thinks of the points."""
SORTS = ("name", "stage", "at", "moved")


@dataclass(frozen=True)
class Line:
    """One board with its case about this version."""

    case_id: uuid.UUID
    offer: Offer | None
    """None where the board began the case by itself."""
    at: dt.datetime
    """When it was offered, or begun."""
    name: str
    number: str
    reference: str
    stage: str
    moved_at: dt.datetime
    opened_at: dt.datetime | None
    outcome: str
    """A word of OUTCOMES; empty while the board has said nothing."""
    mail: str
    """How its last mail fared: a word of outbox.STATES; empty where nobody was there to be mailed."""

    @property
    def days(self) -> int:
        """How long ago it was offered, or begun."""
        return (clock.today() - clock.day_of(self.at)).days


def figures(session: Session, publication_id: uuid.UUID) -> dict[str, int]:
    """How many boards are at each stage; those with none are left out."""
    staged = _cases_of(publication_id).with_only_columns(stage_of_offer().label("stage")).subquery()
    counted = select(staged.c.stage, func.count()).group_by(staged.c.stage)
    found: dict[str, int] = {row.stage: row[1] for row in session.execute(counted)}
    return {stage: found[stage] for stage in STAGES if stage in found}


def lines(
    session: Session,
    publication_id: uuid.UUID,
    *,
    text: str = "",
    stage: str = "",
    sort: str = "moved",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Line], int]:
    """One page of the boards, searched by name, number or reference; and how many there are. Four queries, whatever
    their number."""
    asked = _cases_of(publication_id)
    if text:
        matches = [each.icontains(text, autoescape=True) for each in (Organisation.name, Case.reference)]
        asked = asked.where(or_(*matches, Organisation.board_number == text.zfill(5)))
    if stage:
        asked = asked.where(stage_of_offer() == stage)
    total = session.scalar(select(func.count()).select_from(asked.with_only_columns(Case.id).subquery())) or 0
    columns: dict[str, Any] = {
        "name": func.lower(Organisation.name),
        "stage": case({name: place for place, name in enumerate(STAGES)}, value=stage_of_offer()),
        "at": _at(),
        "moved": _moved(),
    }
    order = columns[sort]
    page = asked.order_by(order.desc() if descending else order, func.lower(Organisation.name), Case.id)
    rows = session.execute(page.offset(offset).limit(limit)).all()
    outcomes = _outcomes(session, [row.case_id for row in rows])
    mails = _mails(session, [row.case_id for row in rows])
    return [
        Line(
            row.case_id,
            row.Offer,
            row.at,
            row.name,
            row.number or "",
            row.reference,
            row.stage,
            row.moved,
            row.opened,
            REJECTED if row.stage == "declined" else outcomes.get(row.case_id, ""),
            mails.get(row.case_id, ""),
        )
        for row in rows
    ], total


def line_of(session: Session, case: Case) -> Line | None:
    """One board's line, by its case; None where that is about no agreement that two sides sign."""
    offer = session.scalar(select(Offer).where(Offer.case_id == case.id))
    publication_id = offer.publication_id if offer else case.publication_id
    if publication_id is None:
        return None
    found, _ = lines(session, publication_id, text=case.reference)
    return next((each for each in found if each.case_id == case.id), None)


def witness_opening(case_id: uuid.UUID, visitor: Visitor) -> None:
    """Note that somebody of the board opened what it was offered, the first time. Written as it happens."""
    if visitor.person_id is None:
        return
    unseen = ~exists().where(OfferOpening.offer_id == Offer.id)
    offer_id = reader.scalar(select(Offer.id).where(Offer.case_id == case_id, unseen))
    if offer_id is None:
        return
    seen = {"offer_id": offer_id, "person_id": visitor.person_id, "at": clock.now()}
    with suppress(IntegrityError), aside() as connection:  # two who open it at one moment: one was first
        connection.execute(insert(OfferOpening).values(seen))
    reader.rollback()


# --- How ---------------------------------------------------------------------------------------------------------


def offers_of(publication_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    """The offers of a version that came to a board, each with its stage."""
    return _lines(select(Offer.case_id).where(Offer.publication_id == publication_id))


def _cases_of(publication_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    """The same, and the cases about it that boards began by themselves."""
    offered = select(Offer.case_id).where(Offer.publication_id == publication_id, Offer.case_id.is_not(None))
    of_two_sides = (Case.counterparty_id.is_not(None), Case.publication_id == publication_id)
    by_itself = select(Case.id).where(*of_two_sides, ~exists().where(Offer.case_id == Case.id))
    return _lines(union_all(offered, by_itself))


def _lines(case_ids: SelectBase) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Case.id.label("case_id"),
            Offer,
            Organisation.name.label("name"),
            Organisation.board_number.label("number"),
            Case.reference.label("reference"),
            stage_of_offer().label("stage"),
            _at().label("at"),
            _moved().label("moved"),
            OfferOpening.at.label("opened"),
        )
        .join(Organisation, Case.organisation_id == Organisation.id)
        .outerjoin(Offer, Offer.case_id == Case.id)
        .outerjoin(OfferOpening, OfferOpening.offer_id == Offer.id)
        .where(Case.id.in_(case_ids))
    )


@cache
def stage_of_offer() -> ColumnElement[str]:
    """At which stage a board is: worked out from its case, never stored."""
    answered = exists().where(StepAnswer.case_id == Case.id)
    draft, signing = Case.state == CaseState.DRAFT, Case.state == CaseState.SIGNING
    return case(
        (Offer.replaced_by.is_not(None), "replaced"),
        (Case.state == CaseState.DECIDED, "in_force"),
        (Case.state.in_((CaseState.DECLINED, CaseState.REFUSED)), "declined"),
        (Case.state == CaseState.LAPSED, "lapsed"),
        (Case.state.in_(ENDED), "withdrawn"),
        (and_(draft, threads.waits_for_supplier(Case.id)), "questions"),
        (and_(draft, answered), "assessing"),
        (and_(draft, OfferOpening.at.is_not(None)), "opened"),
        (and_(draft, Offer.id.is_(None)), "begun"),
        (draft, "offered"),
        (and_(signing, Case.signing_for == Case.counterparty_id), "signed"),
        else_="to_sign",
    )


def _at() -> ColumnElement[dt.datetime]:
    return func.coalesce(Offer.at, Case.started_at, type_=Offer.at.type)


def _moved() -> ColumnElement[dt.datetime]:
    return func.coalesce(Offer.withdrawn_at, Case.moved_at, type_=Offer.at.type)


def _outcomes(session: Session, case_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """What the boards said of the points, where they sent it."""
    sent = (
        select(StepAnswer)
        .join(Case, StepAnswer.case_id == Case.id)
        .where(StepAnswer.case_id.in_(case_ids), Case.state.in_(SENT), StepAnswer.step.in_(("content", "safety")))
    )
    answers: dict[uuid.UUID, dict[str, Any]] = {}
    for each in session.scalars(sent):
        answers.setdefault(each.case_id, {})[each.step] = each.values
    return {
        case_id: WITH_REMARKS if processor_agreement.remarked(said) else ACCEPTED for case_id, said in answers.items()
    }


def _mails(session: Session, case_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """How the last mail of each offer to its board fared; the worst of several people's counts."""
    about = {f"case:{each}": each for each in case_ids if each is not None}
    sent = select(Mail.about, Mail.state).where(Mail.about.in_(about), Mail.kind.in_(("offered", "offer_reminder")))
    found: dict[uuid.UUID, str] = {}
    for subject, state in session.execute(sent.order_by(Mail.put_at, Mail.state)):
        found[about[subject]] = state
    return found
