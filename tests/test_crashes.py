"""Kills, refused rows and races: what was confirmed is kept, and sealed exactly once."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.cases import answering, starting
from portal.cases.access import Visitor
from portal.database import act, reader
from portal.offers.tables import Product, Publication
from portal.parties import people
from portal.parties.tables import Person
from tests.stage import (
    ANN,
    HALF_SIGNED,
    HOUSE,
    KARIN,
    Installation,
    demonstration,
    just_signed,
    recover,
    seals,
    witnessed,
)
from tests.struck import sign_by_page

__all__ = ["demonstration", "just_signed"]
pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

KILLS, FEW_KILLS = 12, 4
REVISIONS = 11
"""What is kept once all that was signed is sealed."""
UNDONE = "select count(*) from job where state <> 'done' and kind in ('make', 'seal', 'send')"
"""Besides it, the worker has asked for its own rounds of tomorrow."""
BESIDE_ACTS = ("web_session", "reading", "sqlite_sequence")
HOLD_THE_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
print("locked", flush=True)
time.sleep(3)
connection.execute("commit")
"""


def a_worker(place: Installation) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "portal.commands", "worker"]
    return subprocess.Popen(command, env=place.environ, cwd=HOUSE, stderr=subprocess.DEVNULL)


def wait_for(place: Installation, question: str, wanted: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while place.one(question) != wanted:
        assert time.monotonic() < until, f"{question} did not become {wanted}"
        time.sleep(0.02)


# Kills


@pytest.mark.row(1, "kill -9 of a worker at any moment of sealing")
def test_a_worker_killed_while_sealing_leaves_one_seal_for_each_signature(just_signed, tmp_path, tell, sample):
    held, chance, kills = 0, random.Random(sample.seed), sample.size(FEW_KILLS, KILLS)
    for number in range(kills):
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
    tell("worker killed while sealing", kills, held)


# Faults while storing


def refusing_rows(place: Installation, table: str) -> None:
    place.sql(f'create trigger no_more before insert on "{table}" begin select raise(abort, "no more"); end')


def rows(place: Installation) -> dict[str, int]:
    tables = [name for (name,) in place.sql("select name from sqlite_master where type = 'table'")]
    return {name: place.one(f'select count(*) from "{name}"') for name in tables if name not in BESIDE_ACTS}


def grown(place: Installation, deed: Callable[[], object]) -> list[str]:
    """The tables into which a deed puts rows."""
    before = rows(place)
    deed()
    return [name for name, count in rows(place).items() if count > before[name]]


@pytest.mark.row(4, "an INSERT of the seal fails, after the sealing")
def test_any_insert_that_fails_after_sealing_is_tried_again_and_nothing_is_sealed_twice(just_signed, tmp_path, tell):
    rehearsal = just_signed.copy(tmp_path / "rehearsal")
    tables, held = grown(rehearsal, rehearsal.worker.round), 0
    assert {"revision", "ledger_entry", "mail"} <= set(tables)
    for table in tables:
        place = just_signed.copy(tmp_path / table)
        refusing_rows(place, table)
        place.worker.round()

        assert seals(place).count(0) == 1 and place.one("select count(*) from revision") == REVISIONS - 1, table
        waiting = place.one("select state from document where id = ?", place.document(HALF_SIGNED))
        assert waiting == ("certified" if table == "job" else "waiting"), table
        assert witnessed(place, all_of_it=table == "ledger_entry") == (), table

        place.sql("drop trigger no_more")
        recover(place)

        assert seals(place) == [1, 1, 1, 1] and place.one(UNDONE) == 0, table
        assert witnessed(place, all_of_it=table == "ledger_entry") == (), table
        held += 1
        place.close()
    tell("an insert fails after sealing", len(tables), held)


@pytest.mark.row(4, "an INSERT of the act of signing fails")
def test_any_insert_of_the_act_that_fails_leaves_nothing_and_pressing_again_signs(demonstration, tmp_path, tell):
    rehearsal = demonstration.copy(tmp_path / "rehearsal")
    tables, held = grown(rehearsal, sign_by_page(rehearsal)), 0
    assert {"signature", "ledger_entry", "mail", "job"} <= set(tables)
    for table in tables:
        place = demonstration.copy(tmp_path / table)
        press, before = sign_by_page(place), rows(place)
        refusing_rows(place, table)

        said = press()

        assert said.startswith("500") and "Er ging bij ons iets mis" in said, said
        assert rows(place) == before, table
        place.sql("drop trigger no_more")
        assert press().startswith("302"), table
        assert len(place.entries("sign")) == 4 and witnessed(place, all_of_it=False) == (), table
        held += 1
        place.close()
    tell("an insert of the act fails", len(tables), held)


# Races


@pytest.mark.row(6, "two workers at once")
def test_two_workers_at_once_seal_everything_once(demonstration, tmp_path, tell):
    place = demonstration.copy(tmp_path / "data")
    ask_for_documents(place, 19)
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
    assert len(certified) == 26 and {count for _, count in certified} == {1}
    assert seals(place) == [1, 1, 1, 1]
    assert place.report().findings == ()
    owners = place.sql("select distinct owner from job where kind = 'make' order by 1")
    assert len(owners) >= 2 + 1, "the demonstration's own worker, and these two"
    tell("documents made and sealed by two workers at once", 20, 20)


def ask_for_documents(place: Installation, count: int) -> None:
    """So many people accept the terms; each acceptance asks for a document."""
    with place.opened():
        product = reader.scalars(select(Product)).one().id
        with act() as session:
            for number in range(count):
                people.a_person(session, name=f"Lezer {number}", email=f"lezer{number}@school.example")
        keys = [
            each["id"]
            for each in reader.scalars(select(Publication).filter_by(kind="usage_terms")).one().body["clauses"]
            if each["key"]
        ]
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
