"""Persons: found and made, invited, blocked, and where they are signed in."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, scoped_session

from portal import clock
from portal.database import reader
from portal.errors import ExpiredError, NotFoundError, RefusedError
from portal.parties import mandates
from portal.parties.spelling import address
from portal.parties.tables import Invitation, Person, WebSession
from portal.wording import day, mark

INVITED_FOR = timedelta(days=7)

Reading = Session | scoped_session[Session]

_used = mark("Deze uitnodiging is al gebruikt. Log in met uw e-mailadres en wachtwoord.")
_expired = mark("Deze uitnodiging is verlopen op %(day)s. Vraag een nieuwe aan degene die u uitnodigde.")


def by_email(session: Reading, email: str) -> Person | None:
    """The person with this address, however it is capitalised."""
    return session.scalar(select(Person).where(Person.email == address(email)))


def a_person(session: Session, *, name: str, email: str, function: str = "", phone: str = "") -> Person:
    """The person with this address; made, without a password, when there is none yet."""
    person = by_email(session, email)
    if person is None:
        person = Person(name=name, email=address(email), function=function, phone=phone)
        session.add(person)
        session.flush()
    return person


def names_of(person_ids: Iterable[str], *, session: Reading = reader) -> dict[str, str]:
    """The names that go with these ids."""
    known = select(Person.id, Person.name).where(Person.id.in_([uuid.UUID(each) for each in person_ids]))
    return {str(person_id): name for person_id, name in session.execute(known)}


# --- invitations


def invite(session: Session, person: Person, *, at: datetime, link_secret: str) -> str:
    """Makes the one link by which this person can come in until seven days from `at`; earlier links stop working.

    The token is made from the invitation's id and a secret outside the database, which keeps only its SHA-256.
    """
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == person.id, Invitation.used_at.is_(None), Invitation.expires_at > at)
        .values(expires_at=at)
    )
    invitation_id = uuid.uuid4()
    mac = hmac.digest(link_secret.encode(), b"invitation:" + invitation_id.bytes, "sha256")
    token = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    session.add(
        Invitation(
            id=invitation_id,
            token_hash=_hash(token),
            person_id=person.id,
            made_at=at,
            expires_at=at + INVITED_FOR,
        )
    )
    session.flush()
    return token


def find_invitation(token: str, *, session: Reading = reader) -> Invitation:
    """The open invitation behind a link; NotFoundError when there is none, ExpiredError when it is used or over."""
    invitation = session.scalar(select(Invitation).where(Invitation.token_hash == _hash(token)))
    if invitation is None:
        raise NotFoundError
    _check_open(invitation)
    return invitation


def has_taken(token: str, person_id: uuid.UUID, *, session: Reading = reader) -> bool:
    """Whether this person is the one who used the invitation behind a link."""
    mine = (Invitation.token_hash == _hash(token), Invitation.person_id == person_id, Invitation.used_at.is_not(None))
    return session.scalar(select(Invitation.id).where(*mine)) is not None


def accept(session: Session, invitation: Invitation, *, password_hash: str | None, name: str, function: str) -> Person:
    """Uses the invitation, once: its person's invited roles become active, and a new account gets its password.

    Somebody who has an account already keeps it as it is (`password_hash` None): a link never changes a password.
    """
    kept = session.get(Invitation, invitation.id, with_for_update=True, populate_existing=True)
    if kept is None:
        raise NotFoundError
    _check_open(kept)
    person = session.get_one(Person, kept.person_id, with_for_update=True, populate_existing=True)
    if not person.active:
        raise NotFoundError
    if (person.password is None) != (password_hash is not None):
        raise RefusedError(mark("U hebt al een account. Log in om deze uitnodiging aan te nemen."))
    if password_hash is not None:
        person.password = password_hash
        if not mandates.has_mandate(session, person.id, at=clock.now()):
            person.name, person.function = name, function
    kept.used_at = clock.now()
    person.confirmed_at = person.confirmed_at or clock.now()
    for membership in person.memberships:
        if membership.status == "invited":
            membership.status = "active"
    session.flush()
    return person


def _check_open(invitation: Invitation) -> None:
    if invitation.used_at is not None:
        raise ExpiredError(_used)
    if invitation.expires_at <= clock.now():
        raise ExpiredError(_expired, day=day(clock.day_of(invitation.expires_at)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


# --- blocking, and the sessions of a person


def block(session: Session, person: Person, *, at: datetime) -> None:
    """Shuts the account at once: no sign-in, no running session, no open link."""
    person.active = False
    person.blocked_at = at
    end_sessions(session, person)
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == person.id, Invitation.used_at.is_(None), Invitation.expires_at > at)
        .values(expires_at=at)
    )


def unblock(session: Session, person: Person) -> None:
    """Opens the account again; roles, password and second factor are as they were."""
    person.active = True
    person.blocked_at = None
    session.flush()


def sessions_of(person: Person, *, session: Reading = reader) -> list[WebSession]:
    """The browsers in which this person is signed in, the latest used first."""
    found = select(WebSession).where(WebSession.person == person.fs_uniquifier).order_by(WebSession.seen_at.desc())
    return list(session.scalars(found))


def end_sessions(session: Session, person: Person) -> None:
    """Signs the person out everywhere, half-finished sign-ins and reset links included."""
    session.execute(delete(WebSession).where(WebSession.person == person.fs_uniquifier))
    person.fs_uniquifier = uuid.uuid4().hex
    session.flush()
