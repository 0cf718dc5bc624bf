"""Withdrawing a model DPIA: it stays to be read, and nobody can begin with it or decide by it any more."""

import hashlib
import uuid

from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import InvalidError, NotFoundError
from portal.offers import suppliers
from portal.offers.publications import DPIA_MODEL
from portal.offers.tables import Publication, Withdrawal
from portal.record import ledger
from portal.wording import mark, say

LONGEST_WHY = 2000
SAY_WHY = mark("Schrijf op waarom. Besturen die dit model gebruiken, lezen dit.")


def of(session: Session, publication_id: uuid.UUID) -> Withdrawal | None:
    """The withdrawal of a model, where there was one."""
    return session.get(Withdrawal, publication_id)


def withdraw(publication_id: uuid.UUID, *, why: str, by: uuid.UUID) -> None:
    """Withdraw a model from now on, with the reason. Pressing twice withdraws once."""
    with act() as session:
        publication = session.get(Publication, publication_id)
        if publication is None or publication.kind != DPIA_MODEL:
            raise NotFoundError
        organisation = suppliers.authority_over(session, by, publication.product)
        if organisation is None:
            raise NotFoundError
        if session.get(Withdrawal, publication_id) is not None:
            return
        if not why:
            raise InvalidError(SAY_WHY, {"why": say(SAY_WHY)})
        if len(why) > LONGEST_WHY:
            sentence = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST_WHY)
            raise InvalidError(sentence, {"why": sentence})
        made = Withdrawal(publication_id=publication_id, why=why, withdrawn_by=by, organisation_id=organisation.id)
        made.at = clock.now()
        session.add(made)
        session.flush()
        ledger.append(
            session,
            act="withdraw_publication",
            subject=f"publication:{publication_id}",
            actor=by,
            on_behalf_of=organisation.id,
            document=publication.sha256,
            at=made.at.isoformat(),
            why=digest(why),
        )


def digest(why: str) -> str:
    """The SHA-256 of a reason, so that the ledger can tell a change without the words."""
    return hashlib.sha256(why.encode()).hexdigest()
