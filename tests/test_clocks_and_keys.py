"""The clock of the machine jumps, and its seal is gone or over: order by the ledger, a loud start, nothing stuck after repair."""

import shutil
import subprocess
import sys

import pytest

from tests.conftest import Tell
from tests.stage import HALF_SIGNED, HOUSE, KARIN, Installation, demonstration, just_signed, portal_copy, recover, seals

__all__ = ["demonstration", "just_signed", "portal_copy"]
pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]
SIGN = f"""
import sys
from pathlib import Path
from tests.stage import Installation
place = Installation(Path(sys.argv[1]))
place.sign({KARIN!r}, {HALF_SIGNED!r})
print("signed")
"""
with_faketime = pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")


def faked(place: Installation, when: str, *command: str) -> "subprocess.CompletedProcess[str]":
    """A process whose clock says something else, whatever it asks the machine."""
    environ = {**place.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "Europe/Amsterdam"}
    how = ["-f"] if when[0] in "+-" else []  # a span, or a moment
    words = ["faketime", *how, when, sys.executable, *command]
    return subprocess.run(words, env=environ, cwd=HOUSE, capture_output=True, text=True, check=False, timeout=120)


JUMPS = {"an hour": "+1h", "ten days": "+10d"}
"""So far ahead is the clock when somebody signs; then it is set right, which is a jump back."""


@with_faketime
@pytest.mark.row(10, "the clock was ahead at the act, and jumps back before the seal")
@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_the_order_is_the_ledgers_whatever_the_clock_says(demonstration, tmp_path, jump: str, tell: Tell) -> None:
    place = demonstration.copy(tmp_path / "data")
    before = place.one("select max(number) from ledger_entry")
    done = faked(place, jump, "-c", SIGN, str(place.folder))
    assert "signed" in done.stdout, done.stderr
    recover(place)

    [number] = [each for each in place.entries("sign") if each > before]
    assert place.one("select count(*) from ledger_entry") == place.one("select max(number) from ledger_entry")
    assert place.one("select min(number) from ledger_entry where act = 'seal' and number > ?", before) > number
    assert seals(place) == [1, 1, 1, 1]
    assert place.report().findings == ()
    tell("signed under another clock, sealed under ours", 1, 1)


DAYS = {
    "before the hour comes twice": ("2027-10-31 02:30:00", "2027-10-31"),
    "in the hour that is skipped": ("2027-03-28 03:00:00", "2027-03-28"),
    "the last minute of a day": ("2027-06-30 23:59:30", "2027-06-30"),
    "the first minute of a day": ("2027-07-01 00:00:30", "2027-07-01"),
    "leap day": ("2028-02-29 12:00:00", "2028-02-29"),
    "the day after": ("2028-03-01 00:00:05", "2028-03-01"),
}
DAY = """
from portal import clock
print(clock.today(), clock.day_of(clock.start_of(clock.today())) == clock.today())
"""


@with_faketime
@pytest.mark.row(10, "the night of DST, midnight and leap day on the clock of the machine")
def test_the_day_is_the_day_in_amsterdam(portal_copy, tell: Tell) -> None:
    held = 0
    for name, (when, day) in DAYS.items():
        done = faked(portal_copy, when, "-c", DAY)
        assert done.stdout.split() == [day, "True"], (name, done.stdout, done.stderr)
        held += 1
    tell("the day by the clock of the machine", len(DAYS), held)


# --- The start ---------------------------------------------------------------------------------------------------


SPOILS = {
    "seal.key": ("seal.key", None),
    "seal.crt": ("seal.crt", None),
    "seal.key that is none": ("seal.key", b"x"),
    "root.crt": ("root.crt", None),
}


@pytest.mark.row(10, "key or certificate missing at the start: a sentence, and nothing stuck after repair")
@pytest.mark.parametrize("spoiled", SPOILS.values(), ids=SPOILS)
def test_without_its_key_the_portal_says_so_and_seals_after_repair(just_signed, tmp_path, spoiled, tell: Tell) -> None:
    place = just_signed.copy(tmp_path / "data")
    name, content = spoiled
    path = place.folder / "authority" / name
    kept = path.read_bytes()
    path.unlink() if content is None else path.write_bytes(content)

    done = place.command("worker")

    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode and len(said) <= 3 and "Traceback" not in done.stderr, done.stderr
    assert str(place.folder / "authority") in done.stderr, done.stderr
    assert seals(place).count(0) == 1

    path.write_bytes(kept)
    recover(place)
    assert seals(place) == [1, 1, 1, 1] and place.report().findings == ()
    tell("started without its key, and after repair", 1, 1)


@with_faketime
@pytest.mark.row(10, "the seal's certificate is over: a loud start")
def test_a_start_long_after_the_seal_has_ended_says_what_to_do(just_signed, tmp_path, tell: Tell) -> None:
    place = just_signed.copy(tmp_path / "data")
    done = faked(place, "+40y", "-m", "portal.commands", "doctor")

    assert done.returncode == 1 and "WRONG  seal" in done.stdout, done.stdout
    recover(place)
    assert seals(place) == [1, 1, 1, 1] and place.report().findings == ()
    tell("the certificate is over at the start", 1, 1)
