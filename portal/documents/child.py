"""Work in a child process with limits, so that a hostile document cannot hang, fill or crash the portal."""

import gc
import logging
import os
import pickle
import resource
import select
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from portal.errors import PortalError, UnavailableError
from portal.wording import mark

T = TypeVar("T")

NOT_MADE = mark("Het stuk kon niet worden gemaakt: %(reason)s.")
BUSY = mark("Het is op dit moment te druk om dit bestand te openen. Probeer het over een minuut opnieuw.")
"""What whoever hands in a file is told where the child was kept waiting."""
_CHUNK = 1 << 20

log = logging.getLogger("tekenpoort.child")


def in_child(work: Callable[[], T], *, seconds: int = 30, megabytes: int = 1024) -> T:
    """Do this work in a forked child and give its result, which must be picklable.

    `seconds` limits both the processor time and the time on the wall; `megabytes` is what the child may use above
    what this process has mapped already. A PortalError travels through as it is; a child that fails in another way,
    dies or takes too long raises a PortalError that says so: UnavailableError where it was kept waiting rather than at
    work, since then another time can help. Nothing of the child remains, no temporary file either.
    """
    with tempfile.TemporaryDirectory(prefix="tekenpoort-") as folder:
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            tempfile.tempdir = folder  # it leaves without tidying up, and WeasyPrint keeps fonts in files
            _work_and_leave(work, theirs, seconds=seconds, megabytes=megabytes)
        os.close(theirs)
        try:
            said = _listen(ours, until=time.monotonic() + seconds)
        finally:
            os.close(ours)
            worked, killed_by = _end(child)
    too_slow = mark("het duurde te lang")
    if killed_by == signal.SIGXCPU:
        raise _not_made(too_slow)
    if said is None:
        raise _not_made(too_slow) if worked > seconds / 2 else UnavailableError(NOT_MADE, reason=too_slow)
    try:
        succeeded, result = pickle.loads(said)  # noqa: S301 - written by our own child, over our own pipe
    except (EOFError, pickle.UnpicklingError) as fault:
        raise _not_made(mark("het was te groot, of het programma stopte onverwacht")) from fault
    if not succeeded:
        raise result if isinstance(result, PortalError) else _not_made(str(result))
    return cast(T, result)


def _not_made(reason: str) -> PortalError:
    return PortalError(NOT_MADE, reason=reason)


def _work_and_leave(work: Callable[[], object], pipe: int, *, seconds: int, megabytes: int) -> None:
    """The whole life of the child; it leaves without unwinding what it has inherited."""
    try:
        gc.freeze()  # nothing that the parent made is finalised here: connections and files are still the parent's
        gc.disable()  # it lives too short to tidy up, and the limit below is there for what grows
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        most = mapped + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        outcome = _outcome(work)
        with os.fdopen(pipe, "wb") as file:
            file.write(outcome)
    finally:
        os._exit(0)


def _outcome(work: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps((True, work()))
    except PortalError as fault:
        return pickle.dumps((False, fault))
    except MemoryError:
        return pickle.dumps((False, mark("het was te groot")))
    except Exception as fault:
        log.exception("work in a child process failed")  # its trace does not come with its sentence
        return pickle.dumps((False, f"{type(fault).__name__}: {fault}"[:300]))


def _listen(pipe: int, *, until: float) -> bytes | None:
    """All that the child says; None when it is still silent at that moment."""
    said = bytearray()
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return None
        part = os.read(pipe, _CHUNK)
        if not part:
            return bytes(said)
        said += part


def _end(child: int) -> tuple[float, int]:
    """Make sure that the child is gone; gives the seconds for which a processor was at work for it, and the signal that
    ended it (0: none did)."""
    gone, status, used = os.wait4(child, os.WNOHANG)
    if not gone:
        os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
