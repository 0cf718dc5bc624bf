"""Kills, crashes, full disks and races: what was confirmed is kept, and sealed exactly once."""

import datetime as dt
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, select

from portal import clock
from portal.audit import Finding
from portal.cases import answering, starting
from portal.cases.access import Visitor
from portal.database import act, reader
from portal.offers.tables import Product, Publication
from portal.parties import people
from portal.parties.tables import Person
from tests.stage import ANN, HALF_SIGNED, HOUSE, KARIN, Installation, demonstration, just_signed

__all__ = ["demonstration", "just_signed"]
pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

KILLS, CRASHES = 12, 25
SEED = 20261122
UNDONE = "select count(*) from job where state <> 'done' and kind in ('make', 'seal', 'send')"
"""Besides it, the worker has asked for its own rounds of tomorrow."""
WRITES = "fsync,fdatasync,pwrite64"
SIGN = f"""
import sys
from pathlib import Path
from tests.stage import Installation
Installation(Path(sys.argv[1])).sign({KARIN!r}, {HALF_SIGNED!r})
print("acknowledged", flush=True)
"""
HOLD_THE_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
print("locked", flush=True)
time.sleep(3)
connection.execute("commit")
"""


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]):
    """Says on the screen how often something was tried, and how often it held."""

    def told(what: str, tried: int, held: int) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{what}: {tried} tried, {held} held (seed {SEED})\n")

    return told


def a_worker(place: Installation) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "portal.commands", "worker"]
    return subprocess.Popen(command, env=place.environ, cwd=HOUSE, stderr=subprocess.DEVNULL)


def traced(script: str, folder: Path, *terms: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, while its writes are counted, or made to fail."""
    command = ["strace", "-f", "-qq", "-e", f"trace={WRITES}", *terms]
    command += [sys.executable, "-c", script, str(folder)]
    return subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)


def writes_of(script: str, folder: Path) -> int:
    """How often a script writes to a disk, or waits for it."""
    said = traced(script, folder).stderr
    return sum(said.count(f"{each}(") for each in WRITES.split(","))


def recover(place: Installation) -> None:
    """A new worker on what was left behind, some minutes later."""
    with clock.standing_at(clock.now()):
        place.worker.round()
    with clock.standing_at(clock.now() + dt.timedelta(minutes=5)):
        place.worker.round()


def witnessed(place: Installation, *, all_of_it: bool) -> tuple[Finding, ...]:
    """What the witness finds; examining the PDFs takes a while, so some of the times all of it is asked."""
    return place.found() if all_of_it else place.found("ledger", "files", "documents", "decisions")


def seals(place: Installation) -> list[int]:
    """How often each signature was sealed, according to the ledger."""
    return [
        place.one(
            "select count(*) from ledger_entry where act = 'seal' and json_extract(detail, '$.signature') = ?",
            f"{id_[:8]}-{id_[8:12]}-{id_[12:16]}-{id_[16:20]}-{id_[20:]}",
        )
        for (id_,) in place.sql("select id from signature")
    ]


def wait_for(place: Installation, question: str, wanted: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while place.one(question) != wanted:
        assert time.monotonic() < until, f"{question} did not become {wanted}"
        time.sleep(0.02)


# Kills


def test_a_worker_killed_while_sealing_leaves_one_seal_for_each_signature(just_signed, tmp_path, tell):
    held, chance = 0, random.Random(SEED)
    for number in range(KILLS):
        place = just_signed.copy(tmp_path / str(number))
        worker = a_worker(place)
        wait_for(place, "select count(*) from job where kind = 'seal' and state = 'doing'", 1)
        time.sleep(chance.uniform(0, 1.5))
        worker.kill()
        worker.wait()

        recover(place)

        assert seals(place) == [1, 1, 1, 1], number
        assert place.one(UNDONE) == 0, number
        assert witnessed(place, all_of_it=number % 4 == 0) == (), number
        held += 1
        place.close()
        shutil.rmtree(place.folder)
    tell("worker killed while sealing", KILLS, held)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_crash_at_any_write_while_signing_keeps_what_was_acknowledged(demonstration, tmp_path, tell):
    total = writes_of(SIGN, demonstration.copy(tmp_path / "rehearsal").folder)
    points = [*sorted(random.Random(SEED).sample(range(1, total + 1), CRASHES - 1)), total + 1]
    held, killed, kept = 0, 0, set()
    for point in points:
        place = demonstration.copy(tmp_path / str(point))
        inject = f"inject={WRITES}:signal=KILL:when={point}"
        done = traced(SIGN, place.folder, "-o", "/dev/null", "-e", inject)
        killed += done.returncode != 0
        stored = place.one("select count(*) from signature") == 4
        assert stored or "acknowledged" not in done.stdout, point
        assert len(place.entries("sign")) == (4 if stored else 3), point

        if stored:
            recover(place)
        assert seals(place) == [1] * (4 if stored else 3), point
        assert witnessed(place, all_of_it=held % 5 == 0) == (), point
        kept.add(stored)
        held += 1
        place.close()
        shutil.rmtree(place.folder)
    # The last writes differ a little from run to run, so that a late crash may not come.
    assert killed > CRASHES * 2 / 3 and kept == {True, False}, f"{killed} crashes came, stored was {kept}"
    tell(f"crash at one of the {total} writes of signing", len(points), held)


# Faults while storing


def test_a_last_insert_that_fails_is_tried_again_and_nothing_is_sealed_twice(just_signed, tmp_path, tell):
    place = just_signed.copy(tmp_path / "data")
    place.sql(
        "create trigger no_more before insert on ledger_entry when new.act = 'seal' "
        "begin select raise(abort, 'the last insert fails'); end"
    )
    place.worker.round()

    assert seals(place).count(0) == 1 and place.one("select count(*) from revision") == 7
    assert place.one("select state from document where id = ?", place.document(HALF_SIGNED)) == "waiting"
    assert place.report().findings == ()

    place.sql("drop trigger no_more")
    recover(place)

    assert seals(place) == [1, 1, 1, 1] and place.report().findings == ()
    tell("last insert fails after sealing", 1, 1)


@contextmanager
def a_small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """A disk of that size; None where it may not be mounted."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)], check=False)
    if made.returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_said_loses_nothing_and_the_work_goes_on_after(just_signed, tmp_path, tell, caplog):
    with a_small_disk(tmp_path / "disk", 24) as disk:
        place = just_signed.copy((disk or tmp_path) / "data")
        full = _fill(disk) if disk else _limit(place)
        next(full)
        place.worker.round()

        assert "full" in caplog.text
        assert place.one("select count(*) from revision") == 7 and seals(place).count(0) == 1

        next(full, None)
        recover(place)
        recover(place)

        assert seals(place) == [1, 1, 1, 1] and place.report().findings == ()
        place.close()
    tell(f"disk full while the worker stores ({'a small disk' if disk else 'a limit of pages'})", 1, 1)


def _fill(disk: Path) -> Iterator[None]:
    """Leave room for a few pages and no document; then make room."""
    filler = disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - 128 * 1024))
    yield
    filler.unlink()


def _limit(place: Installation) -> Iterator[None]:
    pages = place.one("pragma page_count")

    def limited(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"pragma max_page_count = {pages + 8}")

    event.listen(place.database.engine, "connect", limited)
    yield
    event.remove(place.database.engine, "connect", limited)
    place.database.engine.dispose()


# Races


def test_two_workers_at_once_seal_everything_once(demonstration, tmp_path, tell):
    place = demonstration.copy(tmp_path / "data")
    _ask_for_documents(place, 19)
    place.sign(KARIN, HALF_SIGNED)
    workers = [a_worker(place), a_worker(place)]
    try:
        wait_for(place, UNDONE, 0, seconds=240)
    finally:
        for each in workers:
            each.send_signal(signal.SIGTERM)
        for each in workers:
            each.wait(timeout=30)

    certified = place.sql("select subject, count(*) from ledger_entry where act = 'certify' group by 1")
    assert len(certified) == 23 and {count for _, count in certified} == {1}
    assert seals(place) == [1, 1, 1, 1]
    assert place.report().findings == ()
    owners = place.sql("select distinct owner from job where kind = 'make' order by 1")
    assert len(owners) >= 2 + 1, "the demonstration's own worker, and these two"
    tell("documents made and sealed by two workers at once", 20, 20)


def _ask_for_documents(place: Installation, count: int) -> None:
    """So many people accept the terms; each acceptance asks for a document."""
    with place.opened():
        product = reader.scalars(select(Product)).one().id
        with act() as session:
            for number in range(count):
                people.a_person(session, name=f"Lezer {number}", email=f"lezer{number}@school.example")
        keys = [each["id"] for each in reader.scalars(select(Publication)).one().body["clauses"] if each["key"]]
        for number in range(count):
            person = reader.scalars(select(Person).filter_by(email=f"lezer{number}@school.example")).one()
            visitor, name = Visitor(person.id), person.name
            case_id = starting.start("usage_terms", by=visitor, product_id=product)
            for step, values in (
                ("read", {"confirmed": keys}),
                ("group", {"group": "school"}),
                ("accept", {"name": name}),
            ):
                answering.answer(case_id, step, values, by=visitor, seen=0, follow=place.follow)


def test_an_act_waits_for_a_database_that_another_process_holds(demonstration, tmp_path, tell):
    place = demonstration.copy(tmp_path / "data")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(place.folder / "tekenpoort.db")], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"locked\n"

    started = time.monotonic()
    place.sign(KARIN, HALF_SIGNED)
    waited = time.monotonic() - started

    holder.communicate()
    place.worker.round()
    assert waited > 1.5
    assert seals(place) == [1, 1, 1, 1] and place.report().findings == ()
    assert place.one("select count(*) from person where email = ?", ANN) == 1
    tell("database held by another process for three seconds", 1, 1)
