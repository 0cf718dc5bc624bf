"""Whoever can mend what keeps a gate shut is reminded of it because somebody asks so: by mail, once in a while."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import NotFoundError, TooManyError
from portal.parties.tables import Person
from portal.record import ledger, outbox
from portal.record.ledger import Entry
from portal.record.outbox import Mail
from portal.wording import mark, say

ONCE_IN = dt.timedelta(days=7)
MOST = 50
"""So many may one person send in a day."""
REMIND = "remind_at_gate"
SUBJECT = mark("Wilt u dit regelen? %(product)s voor %(school)s")


@dataclass(frozen=True)
class Lack:
    """What is missing at one gate, for one person."""

    code: str
    product_name: str
    product_title: str
    location_code: str
    school_name: str
    what: str
    """In words, as whoever mends it reads them."""


def last_sent(session: Session, lack: Lack, to: uuid.UUID) -> dt.datetime | None:
    """When this was asked of this person last; none where that is long enough ago to ask again."""
    recent = select(func.max(Mail.put_at)).where(
        Mail.key.startswith(f"{_name(lack, to)}:", autoescape=True), Mail.put_at > clock.now() - ONCE_IN
    )
    return session.scalar(recent)


def remind(lack: Lack, *, by: Person, whom: Callable[[Session], Sequence[Person]]) -> list[str]:
    """Mail whoever can mend it, as `whom` says now; gives the names of those who got one. Asking twice mails once.

    Raises NotFoundError where nothing is missing any more, or nobody else can mend it; TooManyError for who sends on
    and on.
    """
    with act() as session:
        others = [each for each in whom(session) if each.id != by.id]
        if not others:
            raise NotFoundError
        new = [each for each in others if last_sent(session, lack, each.id) is None]
        if not new:
            return []
        if _today(session, by.id) >= MOST:
            raise TooManyError("U stuurde vandaag al veel herinneringen. Probeer het morgen weer.")
        for each in new:
            outbox.put(
                session,
                key=f"{_name(lack, each.id)}:{clock.now():%Y%m%d%H%M%S}",
                to=each.email,
                kind="gate_reminder",
                subject=say(SUBJECT, product=lack.product_title, school=lack.school_name),
                about=f"person:{each.id}",
                link=("reports.gate", {"product_name": lack.product_name, "code": lack.location_code}),
                name=each.name,
                who=by.name,
                product=lack.product_title,
                school=lack.school_name,
                what=lack.what,
            )
        ledger.append(
            session,
            act=REMIND,
            subject=f"gate:{lack.product_name}/{lack.location_code}",
            actor=by.id,
            condition=lack.code,
            mails=len(new),
        )
        return [each.name for each in new]


def _name(lack: Lack, to: uuid.UUID) -> str:
    return f"{REMIND}:{lack.code}:{lack.product_name}:{lack.location_code}:{to}"


def _today(session: Session, person_id: uuid.UUID) -> int:
    since = clock.now() - dt.timedelta(days=1)
    sent = select(func.count()).where(Entry.act == REMIND, Entry.actor == str(person_id), Entry.at > since)
    return session.scalar(sent) or 0
