"""Recovery codes: eight that each let their owner in once without the app; only their HMACs are kept."""

import hmac
import re
import secrets
import uuid

from sqlalchemy.orm import Session

from portal.errors import NotFoundError
from portal.parties.tables import Person

HOW_MANY = 8
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
_GROUPS, _PER_GROUP = 3, 4  # 31**12 possibilities: about 59 bits


def new_codes(session: Session, person: Person, *, secret: str) -> list[str]:
    """Eight new codes for the person, to be shown once; the ones before them stop working."""
    codes = ["-".join(_group() for _ in range(_GROUPS)) for _ in range(HOW_MANY)]
    person = session.get_one(Person, person.id, with_for_update=True, populate_existing=True)
    person.mf_recovery_codes = [_mac(code, secret) for code in codes]
    session.flush()
    return codes


def is_known(person: Person, code: str, *, secret: str) -> bool:
    """Whether this is one of the person's unused codes, however it was typed."""
    return _mac(code, secret) in (person.mf_recovery_codes or [])


def use(session: Session, person_id: uuid.UUID, code: str, *, secret: str) -> bool:
    """Uses a code up; False when it is none, or when somebody was just before."""
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFoundError
    mac = _mac(code, secret)
    kept = [known for known in person.mf_recovery_codes or [] if not hmac.compare_digest(known, mac)]
    used = len(kept) < len(person.mf_recovery_codes or [])
    person.mf_recovery_codes = kept
    session.flush()
    return used


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_PER_GROUP))


def _mac(code: str, secret: str) -> str:
    typed = re.sub(r"[\s-]", "", code.casefold())
    return hmac.new(secret.encode(), b"recovery:" + typed.encode(errors="replace"), "sha256").hexdigest()
