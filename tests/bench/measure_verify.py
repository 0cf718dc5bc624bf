"""`tekenpoort verify` over many sealed documents: as fast for each of many as of few, and faster on all cores."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from portal.audit import pdfs
from portal.audit.report import Tally
from portal.audit.snapshot import snapshot
from tests.bench.bench_rows import Row, spread
from tests.stage import COMPLETE, Installation

FEW, MANY = 100, 400
LINEAR, CORES = 1.15, 0.65


def measure(place: Installation) -> list[Row]:
    """Milliseconds for each document with two signatures: of many beside few, and on all cores beside one."""
    one = place.document(COMPLETE)
    _copy_until(place, one, FEW)
    with _one_core():
        alone = _each(place)
    few = _each(place)
    _copy_until(place, one, MANY)
    many = _each(place)
    remark = f"{1000 / many:.1f} documents per second on {os.cpu_count()} cores, {1000 / alone:.1f} on one"
    return [
        Row(f"verify, a document of {MANY}", spread([many]), spread([few]), f"of {FEW}", LINEAR, remark=remark),
        Row(f"verify, a document of {FEW}", spread([few]), spread([alone]), "on one core", CORES),
    ]


def _each(place: Installation) -> float:
    tally = Tally()
    with place.opened(), snapshot(tally) as kept:
        started = time.perf_counter()
        pdfs.check(kept, place.settings, tally)
        spent = time.perf_counter() - started
    return 1000 * spent / int(place.one("select count(*) from document"))


def _copy_until(place: Installation, one: str, many: int) -> None:
    """So many documents, each a copy of one that two people signed; the bytes are the same, the work is not."""
    for number in range(place.one("select count(*) from document"), many):
        copied = uuid.uuid4().hex
        columns = [name for _, name, *_ in place.sql("pragma table_info(document)") if name not in ("id", "code")]
        names = ", ".join(columns)
        place.sql(f"insert into document (id, code, {names}) select ?, ?, {names} from document where id = ?", copied, f"C{number}", one)  # fmt: skip
        place.sql("insert into revision (document_id, number, blob, stored_at) select ?, number, blob, stored_at from revision where document_id = ?", copied, one)  # fmt: skip


@contextmanager
def _one_core() -> Iterator[None]:
    """Inside: this process, and whatever it starts, on one core."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)
