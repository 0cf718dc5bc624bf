"""Killed at any write: what was acknowledged is kept, and sealed once."""

from collections import Counter
from pathlib import Path

import pytest

from tests.battery import Sample
from tests.conftest import Tell
from tests.stage import Installation, demonstration, just_signed, seals
from tests.struck import IS_INSTALLED, Stand, is_whole, points_of, removed, stand
from tests.test_crashes import REVISIONS

__all__ = ["demonstration", "just_signed", "stand"]
pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not IS_INSTALLED, reason="strace is not installed"),
]
KILLS = 6
"""So many of the points, where not every one is tried."""


# --- The act -----------------------------------------------------------------------------------------------------


@pytest.mark.row(1, "kill -9 at a system call of the act of signing")
def test_a_kill_at_any_write_of_the_act_keeps_what_was_acknowledged(
    demonstration: Installation, stand: Stand, tmp_path: Path, sample: Sample, tell: Tell
) -> None:
    every = points_of(stand, "sign", demonstration, tmp_path)
    points, held, came = sample.of(every, KILLS), 0, Counter[str]()
    for number, point in enumerate(points):
        place = demonstration.copy(tmp_path / str(number))
        outcome = stand.strike("sign", place, point, "signal=KILL")

        stored = place.one("select count(*) from signature") == 4
        assert stored or not outcome.said.startswith("302"), (point, outcome)
        assert len(place.entries("sign")) == (4 if stored else 3), point
        came["killed" if not outcome.finished else "too late"] += 1
        came["stored" if stored else "as before"] += 1
        held += is_whole(place, number)
        assert len(seals(place)) == (4 if stored else 3), point
        removed(place)
    assert came["killed"] > 0.9 * len(points) - 1, came
    if sample.every:
        assert came["stored"] and came["as before"], came
    tell(f"killed at one of the {len(every)} writes of the act of signing", len(points), held)


# --- The worker --------------------------------------------------------------------------------------------------


@pytest.mark.row(1, "kill -9 at a system call of the worker that seals")
def test_a_kill_at_any_write_of_the_worker_leaves_one_seal(
    just_signed: Installation, stand: Stand, tmp_path: Path, sample: Sample, tell: Tell
) -> None:
    every = points_of(stand, "work", just_signed, tmp_path)
    points, held, came = sample.of(every, KILLS), 0, Counter[str]()
    for number, point in enumerate(points):
        place = just_signed.copy(tmp_path / str(number))
        outcome = stand.strike("work", place, point, "signal=KILL")

        assert seals(place).count(1) >= 3 and max(seals(place)) == 1, point
        assert place.one("select count(*) from revision") == REVISIONS - seals(place).count(0), point
        came["killed" if not outcome.finished else "too late"] += 1
        came["as before" if 0 in seals(place) else "sealed"] += 1
        held += is_whole(place, number)
        assert place.one("select count(*) from revision") == REVISIONS, point
        removed(place)
    assert came["killed"] > 0.9 * len(points) - 1, came
    if sample.every:
        assert came["sealed"] and came["as before"], came
    tell(f"killed at one of the {len(every)} writes of the worker", len(points), held)
