"""What others say that a board signed elsewhere: the board says whether it did, and until then it opens nothing."""

import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.agreements import elsewhere
from portal.cases.agreements.tables import SignedElsewhere
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.record import ledger
from portal.wording import say
from workflows.vocabulary import Role

CONFIRMS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.SIGNATORY})
"""Who says for a board what it signed."""
MOST_WAITING = 100


def may_answer(found: SignedElsewhere, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor speaks for the board, and nobody answered yet."""
    if found.confirmed_at is not None or _is_over(found):
        return False
    return bool(access.roles_at(visitor, found.board_id, session=session) & CONFIRMS)


def confirm(agreement_id: uuid.UUID, *, by: Visitor) -> None:
    """The board says that it signed this; from now on it counts. Pressing twice is once."""
    with act() as session:
        found = _found(session, agreement_id, by)
        if found.confirmed_at is not None:
            return
        _refuse_ended(found)
        found.confirmed_at, found.confirmed_by = clock.now(), by.person_id
        ledger.append(
            session,
            act="confirm_elsewhere",
            subject=elsewhere.subject(found.id),
            actor=by.person_id,
            on_behalf_of=found.board_id,
            document=found.blob,
        )


def deny(agreement_id: uuid.UUID, *, why: str, by: Visitor) -> None:
    """The board says that it did not: it never counts. Pressing twice is once."""
    with act() as session:
        found = _found(session, agreement_id, by)
        if found.ended_at is not None and found.ended_by == by.person_id:
            return
        if found.confirmed_at is not None:
            raise RefusedError("Uw bestuur heeft al gezegd dat dit klopt. U kunt de overeenkomst opzeggen.")
        _refuse_ended(found)
        if not why or len(why) > elsewhere.LONGEST_WHY:
            raise InvalidError("Schrijf op waarom.", {"why": say("Schrijf op wat er niet klopt.")})
        elsewhere.end_at(session, found, at=clock.now(), why=why, by=by.person_id)


def waiting_for(session: Session, visitor: Visitor) -> list[SignedElsewhere]:
    """What this (well known) visitor can confirm for a board, the longest waiting first."""
    roles = visitor.known.roles if visitor.known else {}
    boards = [each for each, held in roles.items() if held & CONFIRMS]
    if not boards:
        return []
    asked = (
        select(SignedElsewhere)
        .where(SignedElsewhere.board_id.in_(boards))
        .where(SignedElsewhere.confirmed_at.is_(None), SignedElsewhere.ended_at.is_(None))
        .where(or_(SignedElsewhere.until.is_(None), SignedElsewhere.until > clock.now()))
        .options(
            selectinload(SignedElsewhere.board),
            selectinload(SignedElsewhere.product).selectinload(Product.supplier),
        )
    )
    return list(session.scalars(asked.order_by(SignedElsewhere.entered_at).limit(MOST_WAITING)))


def _found(session: Session, agreement_id: uuid.UUID, by: Visitor) -> SignedElsewhere:
    found = session.get(SignedElsewhere, agreement_id)
    if found is None or not access.roles_at(by, found.board_id, session=session) & CONFIRMS:
        raise NotFoundError
    return found


def _is_over(found: SignedElsewhere) -> bool:
    return found.ended_at is not None or (found.until is not None and found.until <= clock.now())


def _refuse_ended(found: SignedElsewhere) -> None:
    if _is_over(found):
        raise RefusedError("Deze overeenkomst is al geëindigd.")
