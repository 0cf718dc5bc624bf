"""The job table: work asked for in the same transaction as the act that needs it, done by the worker, never lost.

A worker takes a job under a lease. If it dies, the lease ends and another takes the job up; a worker that comes back
too late finds that the job is no longer its own and changes nothing. So work is done at least once, and every job is
written to be harmless the second time.
"""

import datetime as dt
import hashlib
import os
import tempfile
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, socket
from typing import Any

from sqlalchemy import Index, String, Text, and_, case, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import clock
from portal.database import Base, act, after_act

LEASE = dt.timedelta(seconds=90)
PATIENCE = (2, 5, 10, 30, 60, 120, 300, 600)
"""Seconds to wait before each next try; the last goes on for ever."""
LAST = ("send",)
"""Work that waits for all other work: a mail server that does not answer must not keep a document from its seal."""


class Job(Base):
    """One piece of work."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_run_at", "state", "run_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """Names the work, so that the same work is not asked for twice."""
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="todo")
    """todo, doing or done"""
    asked_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    run_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    tried_at: Mapped[dt.datetime | None]
    """When it was last taken up."""
    lease_until: Mapped[dt.datetime | None]
    owner: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    cause: Mapped[str] = mapped_column(Text, default="")
    """Why the last try did not succeed, in our words."""


@dataclass(frozen=True)
class Taken:
    """A job under lease of one worker."""

    id: uuid.UUID
    kind: str
    parameters: Mapping[str, Any]
    attempts: int
    owner: str


def ask(session: Session, kind: str, key: str, *, at: dt.datetime | None = None, **parameters: Any) -> None:
    """Ask for work, once: asking again under the same key for work that is done makes it due again."""
    job = session.scalar(select(Job).where(Job.key == key))
    if job is None:
        session.add(Job(kind=kind, key=key, parameters=parameters, run_at=at or clock.now()))
        session.flush()
    elif job.state == "done":
        job.state, job.parameters, job.run_at, job.attempts, job.cause = "todo", parameters, at or clock.now(), 0, ""
    after_act(session, wake)


def ask_daily(kind: str, *, after: dt.date, at: dt.time) -> None:
    """Ask for the round of the day after this one, at this Dutch time; asking twice asks once."""
    day = after + dt.timedelta(days=1)
    moment = dt.datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(dt.UTC)
    with act() as session:
        ask(session, kind, f"{kind}:{day}", at=moment)


def take(owner: str) -> Taken | None:
    """Take the job that is due longest (mail after everything else), or one whose worker died."""
    with act() as session:
        now = clock.now()
        # Asked for in what is the future now: the clock was ahead then, and nobody meant this to wait so long.
        asked_ahead = and_(Job.asked_at > now, Job.run_at <= Job.asked_at)
        due = and_(Job.state == "todo", or_(Job.run_at <= now, asked_ahead))
        orphaned = and_(Job.state == "doing", Job.lease_until < now)
        job = session.scalar(select(Job).where(or_(due, orphaned)).order_by(*_turn()).limit(1))
        if job is None:
            return None
        job.state, job.owner, job.lease_until, job.tried_at = "doing", owner, now + LEASE, now
        job.attempts += 1
        return Taken(job.id, job.kind, dict(job.parameters), job.attempts, owner)


def finish(taken: Taken) -> bool:
    """Say that the work is done; False when the lease was lost meanwhile."""
    return _settle(taken, state="done", cause="")


def postpone(taken: Taken, cause: str) -> bool:
    """Say why it did not work now; it is tried again later, less and less often."""
    return _settle(taken, state="todo", cause=cause, run_at=_next_try(taken.attempts))


def give_back(is_gone: Callable[[str], bool], cause: str) -> None:
    """Free the jobs of workers that are gone, without waiting for the end of their lease.

    They count as tried: work that takes its worker down with it must not be taken first at every restart.
    """
    with act() as session:
        for job in session.scalars(select(Job).where(Job.state == "doing")):
            if job.owner and is_gone(job.owner):
                job.state, job.owner, job.lease_until, job.cause = "todo", None, None, cause
                job.run_at = _next_try(job.attempts)


def hurry(session: Session, key: str) -> None:
    """Try a waiting job now."""
    session.execute(update(Job).where(Job.key == key, Job.state == "todo").values(run_at=clock.now()))
    after_act(session, wake)


def hurry_one(session: Session, job_id: uuid.UUID) -> bool:
    """Try this waiting job now; False when it is done, or being done."""
    job = session.get(Job, job_id)
    if job is None or job.state != "todo":
        return False
    hurry(session, job.key)
    return True


def find(session: Session, key: str) -> Job | None:
    """The work that goes by this name."""
    return session.scalar(select(Job).where(Job.key == key))


def waiting(session: Session) -> int:
    """How many jobs have not been done yet."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.state != "done")) or 0


def _turn() -> tuple[Any, ...]:
    return case((Job.kind.in_(LAST), 1), else_=0), Job.run_at


def _next_try(attempts: int) -> dt.datetime:
    return clock.now() + dt.timedelta(seconds=PATIENCE[min(attempts, len(PATIENCE)) - 1])


def _settle(taken: Taken, **values: Any) -> bool:
    with act() as session:
        mine = (Job.id == taken.id, Job.owner == taken.owner, Job.state == "doing")
        changed = session.execute(update(Job).where(*mine).values(lease_until=None, **values).returning(Job.id))
        return changed.first() is not None


# --- The bell: a worker on this machine starts at once; polling is only the safety net ----------------------------

LONGEST_DOOR = 100  # bytes
_bell: list[Path] = []


def hang_bell(path: Path) -> None:
    """Say where the worker of this installation listens."""
    _bell[:] = [path]


def wake() -> None:
    """Ring the bell; when nobody listens, polling finds the work."""
    for path in _bell:
        with suppress(OSError), socket(AF_UNIX, SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(b"!", _door(path))


def _door(path: Path) -> str:
    """The address of a bell; a socket's may be 107 bytes long, and the data folder of an installation longer."""
    if len(os.fsencode(path)) < LONGEST_DOOR:
        return str(path)
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return str(Path(tempfile.gettempdir()) / f"tekenpoort-{name}.bell")


class Bell:
    """The worker's end of the bell."""

    def __init__(self, path: Path) -> None:
        Path(_door(path)).unlink(missing_ok=True)
        self.line = socket(AF_UNIX, SOCK_DGRAM)
        self.line.bind(_door(path))

    def wait(self, seconds: float) -> None:
        """Until somebody rings, or so many seconds."""
        self.line.settimeout(seconds)
        with suppress(TimeoutError):
            self.line.recv(1)
        self.line.setblocking(False)
        with suppress(BlockingIOError):
            while self.line.recv(1):  # one round of work answers every ring so far
                pass
