"""A disk that is full or broken while one signs, renders, seals and stores: said, nothing half visible, and it goes on after."""

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.battery import Sample
from tests.conftest import Tell
from tests.stage import Installation, demonstration, just_signed, recover, seals, witnessed
from tests.struck import IS_INSTALLED, Outcome, Point, Stand, is_whole, points_of, removed, sign_by_page, stand
from tests.test_crashes import REVISIONS, UNDONE, ask_for_documents, rows

__all__ = ["demonstration", "just_signed", "stand"]
pytestmark = [pytest.mark.fault, pytest.mark.timeout(3600)]
FEW_ERRORS, ERRORS = 4, 60
"""At so many of the writes, each time with a disk that is full or with one that is broken."""
FAULTS = ("error=ENOSPC", "error=EIO")
BUSY = "Probeer het over een minuut opnieuw"
with_strace = pytest.mark.skipif(not IS_INSTALLED, reason="strace is not installed")


# --- A disk that is full -----------------------------------------------------------------------------------------


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


@pytest.mark.row(3, "disk full while the seal is stored")
def test_a_full_disk_is_said_loses_nothing_and_the_work_goes_on_after(just_signed, tmp_path, tell, caplog):
    with a_small_disk(tmp_path / "disk", 24) as disk:
        place = just_signed.copy((disk or tmp_path) / "data")
        full = _fill(disk) if disk else _limit(place)
        next(full)
        place.worker.round()

        assert "full" in caplog.text
        assert place.one("select count(*) from revision") == REVISIONS - 1 and seals(place).count(0) == 1

        next(full, None)
        recover(place)
        recover(place)

        assert seals(place) == [1, 1, 1, 1] and place.report().findings == ()
        place.close()
    tell(f"disk full while the worker stores ({'a small disk' if disk else 'a limit of pages'})", 1, 1)


@pytest.mark.row(3, "disk full while the act is logged")
def test_a_full_disk_while_signing_is_said_on_the_page_and_pressing_again_signs(demonstration, tmp_path, tell):
    with a_small_disk(tmp_path / "disk", 24) as disk:
        place = demonstration.copy((disk or tmp_path) / "data")
        press, before = sign_by_page(place), rows(place)
        full = _fill(disk, room=4096) if disk else _limit(place, room=0)
        next(full)

        said = press()

        assert said.startswith("503") and "Probeer het over een minuut opnieuw" in said, said
        assert rows(place) == before
        next(full, None)
        assert press().startswith("302")
        recover(place)
        assert seals(place) == [1, 1, 1, 1] and place.report().findings == ()
        place.close()
    tell("disk full while signing", 1, 1)


@pytest.mark.row(3, "disk full while a document is rendered and sealed")
def test_a_full_disk_while_rendering_is_said_with_the_document_and_it_is_made_later(
    just_signed, tmp_path, tell, monkeypatch
):
    place = just_signed.copy(tmp_path / "data")
    ask_for_documents(place, 1)
    with a_small_disk(tmp_path / "disk", 1) as disk:
        if disk is None:
            pytest.skip("no small disk may be mounted here")
        (disk / "filler").write_bytes(b"x" * shutil.disk_usage(disk).free)
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        place.worker.round()

        causes = place.sql("select cause from document where state = 'waiting'")
        assert len(causes) == 2 and all(
            "kon niet worden gemaakt" in cause or "ging iets mis" in cause for (cause,) in causes
        ), causes
        assert place.one("select count(*) from revision") == REVISIONS - 1 and place.report().findings == ()
        monkeypatch.undo()
    recover(place)
    assert place.one(UNDONE) == 0 and seals(place) == [1, 1, 1, 1] and place.report().findings == ()
    tell("disk full while rendering and sealing", 2, 2)


def _fill(disk: Path, room: int = 128 * 1024) -> Iterator[None]:
    """Leave room for a few pages and no document; then make room."""
    filler = disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - room))
    yield
    filler.unlink()


def _limit(place: Installation, room: int = 8) -> Iterator[None]:
    pages = place.one("pragma page_count")

    def limited(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"pragma max_page_count = {pages + room}")

    event.listen(place.database.engine, "connect", limited)
    yield
    event.remove(place.database.engine, "connect", limited)
    place.database.engine.dispose()


# --- One write that fails -----------------------------------------------------------------------------------------


@with_strace
@pytest.mark.row(3, "ENOSPC or EIO at a write of the act of signing")
def test_a_write_of_the_act_that_fails_is_said_on_the_page_and_pressing_again_signs(
    demonstration: Installation, stand: Stand, tmp_path: Path, sample: Sample, tell: Tell
) -> None:
    every = [(point, fault) for point in points_of(stand, "sign", demonstration, tmp_path) for fault in FAULTS]
    points, held = chosen(sample, every), 0
    for number, (point, fault) in enumerate(points):
        place = demonstration.copy(tmp_path / str(number))
        outcome = stand.strike("sign", place, point, fault)

        assert is_clear(outcome), (point, fault, outcome)
        stored = place.one("select count(*) from signature") == 4
        assert stored or not outcome.said.startswith("302"), (point, fault)
        assert len(place.entries("sign")) == (4 if stored else 3), (point, fault)
        assert stored or witnessed(place, all_of_it=False) == (), (point, fault)

        if not stored:
            again = stand.undisturbed("sign", place)
            assert again.said.startswith("302"), (point, fault, again)
        held += is_whole(place, number)
        assert len(seals(place)) == 4, (point, fault)
        removed(place)
    tell(f"disk full or broken at one of the {len(every) // 2} writes of the act of signing", len(points), held)


def is_clear(outcome: Outcome) -> bool:
    """Either it is done, or the page says to try again."""
    return outcome.said.startswith("302") or (outcome.said.startswith("503") and BUSY in outcome.said)


@with_strace
@pytest.mark.row(3, "ENOSPC or EIO at a write of the worker that seals")
def test_a_write_of_the_worker_that_fails_stops_nothing_for_long(
    just_signed: Installation, stand: Stand, tmp_path: Path, sample: Sample, tell: Tell
) -> None:
    every = [(point, fault) for point in points_of(stand, "work", just_signed, tmp_path) for fault in FAULTS]
    points, held = chosen(sample, every), 0
    for number, (point, fault) in enumerate(points):
        place = just_signed.copy(tmp_path / str(number))
        outcome = stand.strike("work", place, point, fault)

        assert outcome.finished, (point, fault, outcome)
        assert seals(place).count(1) >= 3 and max(seals(place)) == 1, (point, fault)
        assert witnessed(place, all_of_it=False) == (), (point, fault)
        held += is_whole(place, number)
        assert place.one("select count(*) from revision") == REVISIONS, (point, fault)
        removed(place)
    tell(f"disk full or broken at one of the {len(every) // 2} writes of the worker", len(points), held)


def chosen(sample: Sample, every: list[tuple[Point, str]]) -> list[tuple[Point, str]]:
    return replace(sample, every=False).of(every, sample.size(FEW_ERRORS, ERRORS))
