"""The authenticator app: set, forgotten, and the code of it that proves it is them, once."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from passlib.exc import MalformedTokenError, TokenError, UsedTokenError  # type: ignore[import-untyped]
from passlib.totp import TOTP  # type: ignore[import-untyped]
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import NotFoundError, RefusedError, TooManyError
from portal.parties.tables import Person
from portal.wording import mark

ISSUER = "Tekenpoort"
WRONG_CODES = 5
WRONG_CODES_WITHIN = timedelta(minutes=15)
STEP = 30
"""Seconds that one code lasts."""


def set_app(session: Session, person: Person, secret: str, code: str, *, totp_secrets: Mapping[str, str]) -> bool:
    """Sets the authenticator app that holds this new (encrypted) secret, when `code` shows that it works."""
    person = _locked(session, person.id)
    try:
        match = _totp(totp_secrets).verify(code, secret, time=clock.now().timestamp(), window=STEP)
    except TokenError:
        return False
    person.tf_primary_method, person.tf_totp_secret = "authenticator", secret
    person.totp_counter, person.wrong_codes = match.counter, []
    session.flush()
    return True


def forget_app(session: Session, person: Person) -> None:
    """Takes away the authenticator app and the recovery codes: for whoever lost both, or no longer needs one."""
    person.tf_primary_method = person.tf_totp_secret = person.totp_counter = None
    person.mf_recovery_codes = []
    session.flush()


def code_is_good(session: Session, person_id: uuid.UUID, code: str, *, totp_secrets: Mapping[str, str]) -> bool:
    """Whether this code of the person's authenticator app counts now: at most one step (30 s) early or late, and once.

    Sign-in and signing ask here, inside an act: the person's row is locked and the used step is stored, so the same
    code is refused the second time, wherever it is used. After five wrong codes in fifteen minutes no code is looked at
    and TooManyError says so; a wrong one counts even when the act that asked is rolled back.
    """
    person = _locked(session, person_id)
    now = clock.now().timestamp()
    wrong = [moment for moment in person.wrong_codes or [] if now - moment < WRONG_CODES_WITHIN.total_seconds()]
    if len(wrong) >= WRONG_CODES:
        raise TooManyError(
            mark("U hebt te vaak een verkeerde code ingevuld. Wacht een kwartier en probeer het dan opnieuw.")
        )
    if not person.has_second_factor or not person.active:
        return False
    try:
        match = _totp(totp_secrets).verify(
            code, person.tf_totp_secret, time=now, window=STEP, last_counter=person.totp_counter
        )
    except (UsedTokenError, MalformedTokenError):
        return False  # not a guess: typed twice, or not six digits
    except TokenError:
        person.wrong_codes = [*wrong, now]
        session.flush()
        _count_after_rollback(session, person_id, now)
        return False
    person.totp_counter, person.wrong_codes = match.counter, []
    session.flush()
    return True


def unused_code(person: Person, *, totp_secrets: Mapping[str, str]) -> str:
    """The code that the person's authenticator app shows now, or its next one where that one was used already.

    For demonstrations, on the machine itself. A code counts one step early, so that it works at once; the third within
    one step (30 s) does not, as with a real app.
    """
    if not person.has_second_factor:
        raise RefusedError(mark("Deze persoon heeft nog geen app gekoppeld."))
    step = max(int(clock.now().timestamp()) // STEP, (person.totp_counter or 0) + 1)
    made = _totp(totp_secrets).from_source(person.tf_totp_secret).generate(time=step * STEP)
    return str(made.token)


def _locked(session: Session, person_id: uuid.UUID) -> Person:
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFoundError
    return person


def _totp(totp_secrets: Mapping[str, str]) -> Any:
    return TOTP.using(issuer=ISSUER, secrets=dict(totp_secrets))


def _count_after_rollback(session: Session, person_id: uuid.UUID, moment: float) -> None:
    """An act that refuses a wrong code undoes its own count of it; this writes it once more, after the lock is gone."""
    kept: list[bool] = []

    def count(_session: Session) -> None:
        if kept:
            return
        kept.append(False)
        with act() as counting:
            person = _locked(counting, person_id)
            person.wrong_codes = [*(person.wrong_codes or []), moment]

    event.listen(session, "after_commit", lambda _session: kept.append(True))
    event.listen(session, "after_rollback", count)
