"""Agreements signed elsewhere: handed in and looked at, then taken in all at once or not at all, ended by hand."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import access, in_force
from portal.cases.access import Visitor
from portal.cases.agreements.tables import SignedElsewhere
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.record import ledger
from portal.wording import say

LONGEST_WHY = 2000


def end(agreement_id: uuid.UUID, *, why: str, by: Visitor) -> None:
    """End one now, with a reason; for the service desk. Pressing twice ends once."""
    with act() as session:
        found = session.get(SignedElsewhere, agreement_id)
        if found is None or not access.is_service_desk(by, session=session):
            raise NotFoundError
        if found.ended_at is not None:
            return
        if not why or len(why) > LONGEST_WHY:
            raise InvalidError("Schrijf op waarom.", {"why": say("Schrijf op waarom deze overeenkomst eindigt.")})
        if found.until is not None and found.until <= clock.now():
            raise RefusedError("Deze overeenkomst is al geëindigd.")
        end_at(session, found, at=clock.now(), why=why, by=by.person_id)


def replace(session: Session, board_id: uuid.UUID, product_id: uuid.UUID, *, at: dt.datetime, because: str) -> None:
    """End what was signed elsewhere about this, because the two signed in the portal; inside the act that says so."""
    for each in holding_or_coming(session, product_id, at=at):
        if each.board_id == board_id:
            end_at(session, each, at=at, why=because, by=None)


def holding_or_coming(session: Session, product_id: uuid.UUID, *, at: dt.datetime) -> list[SignedElsewhere]:
    """What about this product holds, or is to begin."""
    mine = (SignedElsewhere.product_id == product_id, or_(SignedElsewhere.until.is_(None), SignedElsewhere.until > at))
    return list(session.scalars(select(SignedElsewhere).where(*mine).order_by(SignedElsewhere.since)))


def versions_for(
    session: Session, board_id: uuid.UUID, school_id: uuid.UUID, product_id: uuid.UUID, *, at: dt.datetime
) -> list[str]:
    """The versions that hold for this school: signed elsewhere by the board whose declaration covers it.

    What only a supplier says that the board signed is not among them.
    """
    covers = {"organisation_id": school_id, "on_behalf_of": board_id}
    if not in_force.holding(session, in_force.BOARD_DECLARATION, at=at, **covers):
        return []
    rows = [each for each in holding_or_coming(session, product_id, at=at) if each.board_id == board_id]
    return [each.version for each in rows if each.since <= at and each.confirmed_at is not None]


def unconfirmed(
    session: Session, board_id: uuid.UUID, product_id: uuid.UUID, *, at: dt.datetime
) -> list[SignedElsewhere]:
    """What others say that the board signed about this, where it is yet to say so itself."""
    rows = holding_or_coming(session, product_id, at=at)
    return [each for each in rows if each.board_id == board_id and each.since <= at and each.confirmed_at is None]


def of_boards(session: Session, boards: Iterable[uuid.UUID]) -> list[SignedElsewhere]:
    """All of these boards."""
    return _whole(session, SignedElsewhere.board_id.in_(set(boards)))


def about(session: Session, products: Iterable[uuid.UUID]) -> list[SignedElsewhere]:
    """All about these products."""
    return _whole(session, SignedElsewhere.product_id.in_(set(products)))


def those(
    session: Session, which: ColumnElement[bool], *, only: Collection[uuid.UUID] | None = None
) -> list[SignedElsewhere]:
    """All of which this is true, or those of these ids among them."""
    return _whole(session, which if only is None else which & SignedElsewhere.id.in_(only))


def _whole(session: Session, which: ColumnElement[bool]) -> list[SignedElsewhere]:
    whole = (
        selectinload(SignedElsewhere.board),
        selectinload(SignedElsewhere.product).selectinload(Product.supplier),
    )
    asked = select(SignedElsewhere).where(which).options(*whole)
    return list(session.scalars(asked.order_by(SignedElsewhere.since)))


def end_at(session: Session, found: SignedElsewhere, *, at: dt.datetime, why: str, by: uuid.UUID | None) -> None:
    """End it at this moment, inside an act, or when it ends anyway; None where the portal does so by itself."""
    found.until = min(max(at, found.since), found.until or dt.datetime.max.replace(tzinfo=dt.UTC))
    found.ended_at, found.ended_by, found.why_ended = clock.now(), by, why
    ledger.append(
        session,
        act="end_elsewhere",
        subject=subject(found.id),
        actor=by,
        until=found.until.isoformat(),
        why=hashlib.sha256(why.encode()).hexdigest(),
    )


def subject(agreement_id: uuid.UUID) -> str:
    """How the ledger names one."""
    return f"elsewhere:{agreement_id}"
