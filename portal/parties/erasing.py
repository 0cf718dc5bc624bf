"""Erasing what has had its time: ended accounts, old invitations and the addresses of mails sent long ago.

What a signed document says of a person stays, since the document cannot be changed; the ledger holds ids and no names.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.parties import authenticator, people, retention
from portal.parties.tables import CalendarAddress, Invitation, Mandate, Membership, Person, WebSession
from portal.record import jobs, ledger
from portal.record.outbox import Mail
from portal.wording import mark

ERASE = "erase"
"""The kind of the job that the worker does once a day."""
AT_HOUR = dt.time(3)
"""When, Dutch time: while nobody is waiting for the lock."""
ERASED = mark("gewiste persoon")
NOWHERE = "invalid"
"""The end of the address of an erased account: a name that can never exist (RFC 2606)."""
AT_ONCE = 200
"""How many accounts one act erases, so that nobody waits long for the lock."""
SETTLED = ("sent", "mailbox", "refused", "uncertain")


@dataclass(frozen=True)
class Erased:
    """How much was erased."""

    accounts: int
    invitations: int
    mails: int
    sessions: int


def erase_what_is_over(*, keeps_name: ColumnElement[bool] | None = None) -> Erased:
    """Erase everything whose time is over at this moment.

    `keeps_name` is a condition on `Person`: of whom it holds, the name and the function stay (who signed a document).
    """
    now = clock.now()
    accounts = 0
    while True:
        with act() as session:
            over = _over(session, now)
            keeping = _of_whom(session, over, keeps_name)
            for person_id in over:
                _erase(session, person_id, with_name=person_id not in keeping, at=now)
        accounts += len(over)
        if len(over) < AT_ONCE:
            break
    with act() as session:
        invitations = _delete_invitations(session, now)
        mails = _wipe_mails(session, now)
        sessions = _delete_sessions(session, now)
    return Erased(accounts, invitations, mails, sessions)


def ask(*, after: dt.date) -> None:
    """Ask for the round of the night after this day; each round asks for the next."""
    jobs.ask_daily(ERASE, after=after, at=AT_HOUR)


def is_erased(person: Person) -> bool:
    """Whether of this person no more is left than what documents keep."""
    return person.email.endswith(f".{NOWHERE}")


def _over(session: Session, now: dt.datetime) -> list[uuid.UUID]:
    """Who has no role left since long, and who was invited long ago and never came. Who is blocked stays blocked."""
    roles = select(Membership.person_id, func.max(func.coalesce(Membership.until, Membership.since)).label("last"))
    last_role = roles.group_by(Membership.person_id).subquery()
    ended_long_ago = and_(
        Person.password.is_not(None),
        ~_has(Membership, and_(*Membership.live(now))),
        func.coalesce(last_role.c.last, Person.created_at) <= now - retention.ACCOUNT,
    )
    never_came = and_(
        Person.password.is_(None),
        ~_has(Membership, and_(*Membership.held(now))),
        ~_has(Invitation, Invitation.expires_at > now - retention.NEVER_ACCEPTED),
        Person.created_at <= now - retention.NEVER_ACCEPTED,
    )
    found = (
        select(Person.id)
        .outerjoin(last_role, last_role.c.person_id == Person.id)
        .where(
            or_(ended_long_ago, never_came),
            Person.blocked_at.is_(None),
            Person.email.not_like(f"%.{NOWHERE}"),
            ~_has(Mandate, or_(Mandate.until.is_(None), Mandate.until > now)),
            ~exists().where(WebSession.person == Person.fs_uniquifier, WebSession.seen_at > now - dt.timedelta(days=1)),
        )
        .order_by(Person.created_at)
        .limit(AT_ONCE)
    )
    return list(session.scalars(found))


def _has(table: type[Membership | Invitation | Mandate], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.person_id == Person.id, condition)


def _of_whom(session: Session, those: list[uuid.UUID], condition: ColumnElement[bool] | None) -> set[uuid.UUID]:
    """Those of whom documents keep the name: who signed one, and whose mandate rests on evidence that names them."""
    keeps = _has(Mandate, Mandate.id.is_not(None))
    if condition is not None:
        keeps = or_(keeps, condition)
    return set(session.scalars(select(Person.id).where(Person.id.in_(those), keeps)))


def _erase(session: Session, person_id: uuid.UUID, *, with_name: bool, at: dt.datetime) -> None:
    person = session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    people.end_sessions(session, person)
    for table in (Invitation, CalendarAddress):
        session.execute(delete(table).where(table.person_id == person_id))
    session.execute(
        update(Membership)
        .where(Membership.person_id == person_id, Membership.status == "invited")
        .values(status="ended", until=at)
    )
    _wipe(session, Mail.to == person.email)
    if with_name:
        person.name, person.function = ERASED, ""
    person.email, person.phone = f"{person_id.hex}@{authenticator.ISSUER.lower()}.{NOWHERE}", ""
    person.password = None
    person.active = False
    person.wrong_codes = None
    authenticator.forget_app(session, person)
    ledger.append(session, act="erase", subject=f"person:{person_id}", name_kept=not with_name)


def _delete_invitations(session: Session, now: dt.datetime) -> int:
    over = now - retention.INVITATION
    used = or_(Invitation.used_at <= over, Invitation.expires_at <= over)
    # Somebody who never came is known by the last invitation: that one stays until the account itself is erased.
    waits = exists().where(Person.id == Invitation.person_id, Person.password.is_(None), Person.active)
    gone = session.execute(delete(Invitation).where(used, ~waits).returning(Invitation.id))
    return len(gone.all())


def _delete_sessions(session: Session, now: dt.datetime) -> int:
    idle = WebSession.seen_at <= now - retention.SESSION_IDLE
    old = WebSession.made_at <= now - retention.SESSION_LONGEST
    return len(session.execute(delete(WebSession).where(or_(idle, old)).returning(WebSession.token_hash)).all())


def _wipe_mails(session: Session, now: dt.datetime) -> int:
    return _wipe(session, Mail.put_at <= now - retention.MAIL, Mail.to != "")


def _wipe(session: Session, *which: ColumnElement[bool]) -> int:
    wiped = update(Mail).where(*which, Mail.state.in_(SETTLED)).values(to="", subject="", facts={}, cause="")
    return len(session.execute(wiped.returning(Mail.id)).all())
