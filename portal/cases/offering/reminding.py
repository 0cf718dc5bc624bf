"""Reminding boards of what they were offered: one, or all that are to act; nobody more than once a week."""

import datetime as dt
import uuid

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.access import Visitor
from portal.cases.offering import making, progress
from portal.cases.offering.tables import Offer
from portal.cases.tables import Case
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.record import jobs, ledger
from portal.wording import mark

REMIND = "remind_offers"
"""The work of reminding the next boards of a version."""
REST = dt.timedelta(days=7)
"""Nobody is reminded by a supplier more than once in so long, nor so soon after the offer."""
AT_ONCE = 50
REMINDER = mark("Herinnering: verwerkersovereenkomst voor %(product)s (%(reference)s)")


def may_remind(line: progress.Line) -> bool:
    """Whether the board can be reminded now: it is to act, and was not mailed by the supplier lately."""
    if line.offer is None:
        return False  # who began by itself is reminded by the portal alone
    last = line.offer.reminded_at or line.offer.at
    return line.stage in progress.STILL and last <= clock.now() - REST


def remind(case_id: uuid.UUID, *, by: Visitor) -> int:
    """Remind one board, once a week at most; says how many people that concerns."""
    with act() as session:
        case = session.get(Case, case_id)
        line = progress.line_of(session, case) if case else None
        if line is None or line.offer is None:
            raise NotFoundError
        making.find(session, line.offer.publication_id, by)
        if line.offer.reminded_at == clock.now():
            return 0  # pressed twice
        if not may_remind(line):
            raise RefusedError("Dit bestuur kreeg de afgelopen week al bericht, of hoeft nu niets te doen.")
        return _remind(session, line.offer, by=by)


def to_remind(session: Session, publication_id: uuid.UUID) -> int:
    """How many boards would be reminded now."""
    return session.scalar(select(func.count()).select_from(_due(publication_id, clock.now()).subquery())) or 0


def remind_all(publication_id: uuid.UUID, *, by: Visitor) -> int:
    """Remind every board that is to act and was not mailed lately; says how many. The worker does it."""
    with act() as session:
        publication = making.find(session, publication_id, by)
        count, now = to_remind(session, publication.id), clock.now()
        if count:
            ledger.append(
                session, act="remind", subject=f"publication:{publication.id}", actor=by.person_id, boards=count
            )
            key = f"{REMIND}:{publication.id}:{now.isoformat()}"
            jobs.ask(session, REMIND, key, publication=str(publication.id), by=str(by.person_id))
        return count


def remind_some(publication_id: uuid.UUID, *, by: uuid.UUID) -> int:
    """The next of them; the worker asks, some at a time."""
    with act() as session:
        found = list(session.scalars(_due(publication_id, clock.now()).limit(AT_ONCE)))
        for offer in found:
            _remind(session, offer, by=Visitor(by))
        if len(found) == AT_ONCE:
            key = f"{REMIND}:{publication_id}:{found[-1].id}:{clock.now().isoformat()}"
            jobs.ask(session, REMIND, key, publication=str(publication_id), by=str(by))
        return len(found)


def _due(publication_id: uuid.UUID, now: dt.datetime) -> Select[Offer]:
    rested = func.coalesce(Offer.reminded_at, Offer.at) <= now - REST
    due = progress.offers_of(publication_id).where(progress.stage_of_offer().in_(progress.STILL), rested)
    return due.with_only_columns(Offer).order_by(Offer.at, Offer.id)


def _remind(session: Session, offer: Offer, *, by: Visitor) -> int:
    case_ = session.get_one(Case, offer.case_id)
    offer.reminded_at = clock.now()
    ledger.append(session, act="remind", subject=f"case:{case_.id}", actor=by.person_id)
    key = f"{making.mail_key(offer)}:{clock.today()}"
    return making.tell(session, offer, case_, kind="offer_reminder", subject=REMINDER, key=key)
