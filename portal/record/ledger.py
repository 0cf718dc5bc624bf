"""The ledger: one row an act, each chained to the one before, so that nobody rewrites history unseen.

A row holds ids, hashes and plain words, never a name. Its own hash covers every column through canonical JSON, and a
MAC with a key from outside the database stops whoever has only the database from making a new chain. What neither
catches, a tail cut off, is caught by the size and head that every document and mail carries.
"""

import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import clock
from portal.database import Base, ledger_key

FIRST = "0" * 64
LEAST_OF_HASH = 16
"""So many characters of a head are printed where the whole does not fit."""


class Entry(Base):
    """One act, as it was."""

    __tablename__ = "ledger_entry"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str | None] = mapped_column(String(40), index=True)
    on_behalf_of: Mapped[str | None] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    """What the act is about, as "case:<id>", "person:<id>", "document:<id>"…"""
    document: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    mac: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Head:
    """How many entries there are, and the hash of the last: who holds this is a witness."""

    size: int
    hash: str

    def as_mapping(self) -> dict[str, Any]:
        """As documents and mails carry it."""
        return {"size": self.size, "head": self.hash}


def append(
    session: Session,
    *,
    act: str,
    subject: str,
    actor: UUID | None = None,
    on_behalf_of: UUID | None = None,
    document: str | None = None,
    **detail: Any,
) -> Head:
    """Write one entry; only inside an act, whose lock keeps the chain single."""
    last = head(session)
    entry = Entry(
        number=last.size + 1,
        at=clock.now(),
        actor=str(actor) if actor else None,
        on_behalf_of=str(on_behalf_of) if on_behalf_of else None,
        act=act,
        subject=subject,
        document=document,
        detail=detail,
        previous=last.hash,
    )
    entry.hash = hash_of(entry)
    entry.mac = mac_of(entry.hash)
    session.add(entry)
    session.flush()
    return Head(entry.number, entry.hash)


def head(session: Session) -> Head:
    """The size and the last hash at this moment."""
    last = session.execute(select(Entry.number, Entry.hash).order_by(Entry.number.desc()).limit(1)).first()
    return Head(last.number, last.hash) if last else Head(0, FIRST)


def contains(session: Session, size: int, head: str) -> bool | None:
    """Whether the ledger, when it had `size` entries, ended with this hash (or its first characters, 16 or more).

    None when it is shorter than that: its tail was cut off, or an older one was put back.
    """
    if size > (session.scalar(select(func.max(Entry.number))) or 0):
        return None  # also where it is a larger number than a database counts to
    kept = session.scalar(select(Entry.hash).where(Entry.number == size)) if size else FIRST
    return kept.startswith(head) and len(head) >= LEAST_OF_HASH if kept is not None else None


def key_fits(session: Session) -> bool:
    """Whether the last entry was made with the key that we have: another one would break the chain unseen."""
    last = session.execute(select(Entry.hash, Entry.mac).order_by(Entry.number.desc()).limit(1)).first()
    return last is None or hmac.compare_digest(mac_of(last.hash), last.mac)


def about(session: Session, subject: str) -> list[Entry]:
    """Everything that was done about one subject, oldest first."""
    return list(session.scalars(select(Entry).where(Entry.subject == subject).order_by(Entry.number)))


def hash_of(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of every column but the hash and the MAC themselves."""
    columns = {
        "number": entry.number,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "on_behalf_of": entry.on_behalf_of,
        "act": entry.act,
        "subject": entry.subject,
        "document": entry.document,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    text = json.dumps(columns, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def mac_of(hash_: str) -> str:
    """HMAC-SHA-256 of an entry's hash under the key that lives outside the database."""
    return hmac.new(ledger_key(), hash_.encode(), hashlib.sha256).hexdigest()
