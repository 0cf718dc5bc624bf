"""Withdrawing what was offered: to one board, or a version for all; what is in force stays."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import telling, turning, waiting
from portal.cases.access import Visitor
from portal.cases.catalogue import ENDED
from portal.cases.offering import making, suppliers
from portal.cases.offering.tables import Offer, OfferRound
from portal.cases.tables import Case, CaseState, TurnKind
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.record import jobs, ledger
from portal.wording import mark

WITHDRAW = "withdraw_offers"
"""The work of withdrawing the next of what is open of a version."""
AT_ONCE = 20
IN_FORCE = mark("Deze overeenkomst is al van kracht. Die kunt u niet meer intrekken.")
ENDED_ALREADY = mark("Deze zaak is al afgelopen. Er is niets meer om in te trekken.")


def of_case(session: Session, case_id: uuid.UUID) -> Offer | None:
    """With which offer a case began; None where its board began it."""
    return session.scalar(select(Offer).where(Offer.case_id == case_id))


def may_withdraw(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may take back what was offered with this case: until it is in force, or ended."""
    return (
        case.state not in ENDED
        and case.publication is not None
        and suppliers.may_offer(case.publication.product, visitor, session=session)
    )


def withdraw(case_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    """Take back what one board was offered: its case ends, what was signed on it is void."""
    with act() as session:
        case = session.get(Case, case_id)
        offer = of_case(session, case_id)
        if case is None or offer is None or case.publication is None:
            raise NotFoundError
        making.find(session, offer.publication_id, by)
        if offer.withdrawn_at is not None and offer.replaced_by is None:
            return  # pressed twice
        turning.refuse_silence(words)
        if case.state in ENDED:
            raise RefusedError(IN_FORCE if case.state == CaseState.DECIDED else ENDED_ALREADY)
        _withdraw(session, offer, case, words=words, by=by)
        telling.receipt(session, case, by.person_id, TurnKind.WITHDRAWN)


def withdraw_all(publication_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    """Take back a version for all: nobody is offered it any more, and each open case ends, some at a time."""
    with act() as session:
        publication = making.find(session, publication_id, by)
        turning.refuse_silence(words)
        rounds = list(session.scalars(select(OfferRound).where(OfferRound.publication_id == publication.id)))
        if rounds and all(each.stopped_at is not None for each in rounds):
            return  # pressed twice: whoever is offered it once more, is so in a new round
        for made in rounds:
            made.stopped_at = made.stopped_at or clock.now()
        ledger.append(
            session,
            act=WITHDRAW,
            subject=f"publication:{publication.id}",
            actor=by.person_id,
            on_behalf_of=publication.product.supplier_id,
            words=words,
        )
        _next(session, publication.id, words=words, by=by)


def withdraw_more(publication_id: uuid.UUID, *, words: str, by: uuid.UUID) -> None:
    """The next of them; the worker asks, some at a time."""
    with act() as session:
        _next(session, publication_id, words=words, by=Visitor(by))


def _next(session: Session, publication_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    open_ones = (
        select(Offer, Case)
        .join(Case, Offer.case_id == Case.id)
        .where(Offer.publication_id == publication_id, Case.state.not_in(ENDED))
        .order_by(Offer.at, Offer.id)
        .limit(AT_ONCE)
    )
    found = session.execute(open_ones).all()
    for offer, case in found:
        _withdraw(session, offer, case, words=words, by=by)
    if len(found) == AT_ONCE:
        key = f"{WITHDRAW}:{publication_id}:{found[-1][0].id}"
        jobs.ask(session, WITHDRAW, key, publication=str(publication_id), words=words, by=str(by.person_id))


def _withdraw(session: Session, offer: Offer, case: Case, *, words: str, by: Visitor) -> None:
    told = waiting.everyone(session, case)
    turning.void_documents(case)
    case.state, case.decided_at = CaseState.WITHDRAWN, clock.now()
    offer.withdrawn_at, offer.words = clock.now(), words
    ledger.append(
        session,
        act="withdraw_offer",
        subject=f"offer:{offer.id}",
        actor=by.person_id,
        on_behalf_of=offer.publication.product.supplier_id,
        words=words,
    )
    turning.turn(
        session,
        case,
        TurnKind.WITHDRAWN,
        words=words,
        by=by,
        told=told,
        speaks_for=case.counterparty_id,
    )
