"""What an application learns of a person: a mark that is stable and says nothing, and a trace for what it hands out."""

import base64
import datetime as dt
import hmac
import uuid
from functools import lru_cache

REMEMBERED = 1_000
"""Marks that a process need not make again: they hang on nothing but what they are made of."""
LENGTH = 26
"""Letters and digits of base32: 130 bits."""


def of_person(secret: str, person_id: uuid.UUID, product_id: uuid.UUID) -> str:
    """The person, for one product: the same every time, another at every other product, and no way back without us."""
    return _mark(secret, b"gate-user", person_id.bytes, product_id.bytes)


def trace(secret: str, person_id: uuid.UUID, product_id: uuid.UUID, code: str, day: dt.date) -> str:
    """This person at this product of this school on this day: an application can print it on what it hands out."""
    return _mark(secret, b"gate-trace", person_id.bytes, product_id.bytes, code.encode(), day.isoformat().encode())


@lru_cache(maxsize=REMEMBERED)
def both(secret: str, person_id: uuid.UUID, product_id: uuid.UUID, code: str, day: dt.date) -> tuple[str, str]:
    """The mark of the person and the trace of the day."""
    return of_person(secret, person_id, product_id), trace(secret, person_id, product_id, code, day)


def _mark(secret: str, *parts: bytes) -> str:
    whole = b"".join(len(each).to_bytes(2) + each for each in parts)
    enough = hmac.digest(secret.encode(), whole, "sha256")[:20]  # 32 letters: no more is spelled than is kept
    return base64.b32encode(enough).decode()[:LENGTH].lower()
