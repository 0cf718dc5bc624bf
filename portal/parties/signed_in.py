"""Where a person is signed in: each browser by a name of its own, ended one by one or all but this one."""

import hashlib
import uuid

from sqlalchemy.orm import Session

from portal.database import act
from portal.errors import NotFoundError
from portal.parties import people
from portal.parties.tables import Person, WebSession
from portal.record import ledger


def key_of(kept: WebSession) -> str:
    """A name for a session that says nothing about its cookie."""
    return hashlib.sha256(kept.token_hash.encode()).hexdigest()[:16]


def end(person_id: uuid.UUID, key: str) -> None:
    """Sign this person out in one browser; NotFoundError where that has happened already."""
    with act() as session:
        found = next((each for each in _all(session, person_id) if key_of(each) == key), None)
        if found is None:
            raise NotFoundError("Dit apparaat is al uitgelogd.")
        session.delete(found)
        ledger.append(session, act="session_ended", subject=f"person:{person_id}", actor=person_id)


def end_others(person_id: uuid.UUID, *, here: str) -> int:
    """Sign this person out everywhere but where the session has the hash `here`; says how many those were."""
    with act() as session:
        others = [each for each in _all(session, person_id) if each.token_hash != here]
        for each in others:
            session.delete(each)
        if others:
            ledger.append(
                session,
                act="other_sessions_ended",
                subject=f"person:{person_id}",
                actor=person_id,
                count=len(others),
            )
        return len(others)


def _all(session: Session, person_id: uuid.UUID) -> list[WebSession]:
    return people.sessions_of(session.get_one(Person, person_id), session=session)
