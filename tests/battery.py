"""The battery: rows 1–15 and 17 of quality.md, with which test stands for which fault, and a table of what held.

A test says its row and the fault in words, `@pytest.mark.row(6, "two signatories at one moment")`, and tells through
`tell` how often it tried and how often the promise held; who tells nothing tried once. `make test-faults` runs these
tests alone, with every point that a sample is otherwise taken from, and fails where a row has nobody to stand for it.
"""

import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pytest

T = TypeVar("T")
ROWS = (*range(1, 16), 17)
SEED = 20261122
TOLD = pytest.StashKey[list[tuple[int, int]]]()
ROW = "row"
NO_SEED = "–"


@dataclass(frozen=True)
class Fault:
    """What one fault of one row came to."""

    row: int
    fault: str
    tried: int
    held: int
    seed: str


@dataclass(frozen=True)
class Sample:
    """Chooses among the points at which something could go wrong: all of them, or a few by the seed."""

    seed: int
    every: bool

    def of(self, points: Sequence[T], few: int) -> list[T]:
        """These points, in their order."""
        if self.every or len(points) <= few:
            return list(points)
        return [points[at] for at in sorted(random.Random(self.seed).sample(range(len(points)), few))]

    def size(self, few: int, many: int) -> int:
        """So many times."""
        return many if self.every else few


def seed() -> int:
    """The seed of this run: SEED in the environment, or always the same."""
    return int(os.environ.get("SEED", SEED))


def rows_of(text: str) -> tuple[int, ...]:
    """Which rows were asked for: `all`, or numbers with commas."""
    return ROWS if text == "all" else tuple(int(each) for each in text.split(","))


def is_in(item: pytest.Item, rows: Iterable[int]) -> bool:
    """Whether this test stands for one of these rows."""
    return any(mark.args[0] in rows for mark in item.iter_markers(ROW))


def faults_of(item: pytest.Item, report: pytest.TestReport) -> list[Fault]:
    """What this test has come to say for its rows, once it has run."""
    if report.when != "call" and report.passed:
        return []
    told = item.stash.get(TOLD, [])
    tried, held = sum(each for each, _ in told), sum(each for _, each in told)
    if report.skipped:
        tried = held = 0
    elif report.failed:  # whatever it told before it failed, something did not hold
        tried, held = max(tried, 1), min(held, max(tried, 1) - 1)
    elif not told:
        tried = held = 1
    named = str(seed()) if "sample" in getattr(item, "fixturenames", ()) else NO_SEED
    return [
        Fault(mark.args[0], _words(item, mark), tried, held, named)
        for mark in item.iter_markers(ROW)
        if report.when == "call" or not report.passed
    ]


def _words(item: pytest.Item, mark: pytest.Mark) -> str:
    if len(mark.args) > 1:
        return str(mark.args[1])
    return item.name.partition("[")[0].removeprefix("test_").replace("_", " ")


def together(faults: Iterable[Fault]) -> list[Fault]:
    """One line for each fault, however many tests stand for it."""
    lines: dict[tuple[int, str], Fault] = {}
    for each in faults:
        key = (each.row, each.fault)
        before = lines.get(key, Fault(each.row, each.fault, 0, 0, each.seed))
        lines[key] = Fault(*key, before.tried + each.tried, before.held + each.held, before.seed)
    return [lines[key] for key in sorted(lines)]


def table(faults: Iterable[Fault]) -> list[str]:
    """Row · fault · N tried · N held · seed, as lines for the screen."""
    lines = together(faults)
    wide = max([len(each.fault) for each in lines] or [5])
    head = f"{'row':>3}  {'fault':<{wide}}  {'tried':>6}  {'held':>6}  seed"
    return [
        head,
        "-" * len(head),
        *(f"{each.row:>3}  {each.fault:<{wide}}  {each.tried:>6}  {each.held:>6}  {each.seed}" for each in lines),
    ]


def wrong(faults: Iterable[Fault], rows: Iterable[int]) -> list[str]:
    """Why this battery does not show what it should: a row that nothing was tried for, or that did not hold."""
    lines = together(faults)
    nobody = [row for row in rows if not any(each.row == row and each.tried for each in lines)]
    return [
        *(f"row {row}: nothing was tried" for row in nobody),
        *(f"row {each.row}: {each.fault}: not tried" for each in lines if not each.tried),
        *(
            f"row {each.row}: {each.fault}: {each.tried - each.held} did not hold"
            for each in lines
            if each.held < each.tried
        ),
    ]
