"""Heads of the ledger, stamped with the time by the authority: each day one, and one for every dossier.

Whoever has a stamped head can show how long the ledger was at that moment and what stood in it, whatever happens to
the ledger later. What is stamped is one short text with the size, the last hash and the root of the tree.
"""

import datetime as dt
import hashlib
from collections.abc import Callable

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import clock
from portal.database import Base, act, reader
from portal.documents import vault
from portal.errors import PortalError
from portal.record import jobs, ledger
from portal.record.ledger import Entry
from portal.record.tree import Tree
from portal.wording import mark

HEAD = "head"
AT_NIGHT = dt.time(0, 15)
"""Dutch time: the head of a day is that of its last act."""
Stamp = Callable[[bytes], bytes]
"""Has a SHA-256 stamped with the time; gives the RFC 3161 token in DER. UnavailableError when there is none now."""


class StampedHead(Base):
    """How long the ledger was, its last hash and its root, with the time stamp over them."""

    __tablename__ = "ledger_head"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    token: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the token in the vault."""
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)


def statement(size: int, hash_: str, root: str) -> bytes:
    """What is stamped with the time."""
    return f"tekenpoort ledger\n{size}\n{hash_}\n{root}\n".encode()


def tree_now(session: Session) -> Tree:
    """The tree over the whole ledger, but for a last entry that only says that a head was kept.

    PortalError when entries are missing: a head of what is left would hide it.
    """
    rows = list(session.execute(select(Entry.hash, Entry.act, Entry.number).order_by(Entry.number)))
    if [each.number for each in rows] != list(range(1, len(rows) + 1)):
        raise PortalError(mark("Het logboek mist regels. Laat het nalezen met: tekenpoort verify."))
    while rows and rows[-1].act == HEAD:
        rows.pop()
    return Tree([each.hash for each in rows])


def keep(tree: Tree, *, stamp: Stamp) -> StampedHead:
    """The head of this tree with its time stamp: the one we have, or a new one that the ledger then speaks of."""
    size = len(tree.levels[0])
    kept = reader.get(StampedHead, size)
    if kept is not None:
        return kept
    last = reader.scalar(select(Entry.hash).where(Entry.number == size)) or ledger.FIRST
    reader.rollback()  # a time-stamp service may take its time
    token = stamp(hashlib.sha256(statement(size, last, tree.root)).digest())
    with act() as session:
        if session.get(StampedHead, size) is None:
            made = StampedHead(size=size, hash=last, root=tree.root, token=vault.keep(session, token))
            session.add(made)
            about = f"head:{size}"
            ledger.append(session, act=HEAD, subject=about, size=size, head=last, root=tree.root, token=made.token)
    return reader.get_one(StampedHead, size)


def latest(session: Session, *, count: int = 10) -> list[StampedHead]:
    """The last heads that were kept, the newest first."""
    return list(session.scalars(select(StampedHead).order_by(StampedHead.size.desc()).limit(count)))


def ask(*, after: dt.date) -> None:
    """Ask for the head of the night after this day; asking twice asks once."""
    jobs.ask_daily(HEAD, after=after, at=AT_NIGHT)
