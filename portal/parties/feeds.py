"""The secret address of one person's calendar: made, renewed and taken back by its owner; it only reads."""

import base64
import hashlib
import hmac
import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.database import act
from portal.parties.tables import CalendarAddress, Person
from portal.record import ledger


def token_of(session: Session, person_id: uuid.UUID, *, link_secret: str) -> str | None:
    """The token of this person's address, made anew from its id and a secret outside the database."""
    kept = session.scalar(select(CalendarAddress.id).where(CalendarAddress.person_id == person_id))
    return _token(kept, link_secret) if kept else None


def owner(session: Session, token: str) -> uuid.UUID | None:
    """Whose address this is; nobody's where it was taken back, or where the account is blocked or erased."""
    kept = select(CalendarAddress.person_id).join(Person).where(CalendarAddress.token_hash == _hash(token))
    return session.scalar(kept.where(Person.active, Person.blocked_at.is_(None)))


def renew(person_id: uuid.UUID, *, link_secret: str) -> None:
    """Make an address; the one before stops working at once."""
    with act() as session:
        _drop(session, person_id)
        made = uuid.uuid4()
        session.add(CalendarAddress(id=made, person_id=person_id, token_hash=_hash(_token(made, link_secret))))
        ledger.append(session, act="calendar_address_made", subject=f"person:{person_id}", actor=person_id)


def stop(person_id: uuid.UUID) -> None:
    """Take the address back; without one nothing happens."""
    with act() as session:
        if _drop(session, person_id):
            ledger.append(session, act="calendar_address_ended", subject=f"person:{person_id}", actor=person_id)


def _drop(session: Session, person_id: uuid.UUID) -> bool:
    gone = delete(CalendarAddress).where(CalendarAddress.person_id == person_id).returning(CalendarAddress.id)
    return session.execute(gone).first() is not None


def _token(kept: uuid.UUID, link_secret: str) -> str:
    mac = hmac.digest(link_secret.encode(), b"calendar:" + kept.bytes, "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
