"""What the bench measures: works done turn by turn, the row of the table they make, and the table."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

MILLISECONDS = "ms"
KILOBYTES = "KB"
MEGABYTES = "MB"

T = TypeVar("T")
Work = Callable[[], object]


@dataclass(frozen=True)
class Spread:
    """How long one work took over all its turns, in milliseconds; `low` and `high` hold the middle 80 of 100."""

    median: float
    p95: float
    low: float
    high: float


def spread(times: Sequence[float]) -> Spread:
    """The spread of these times (in milliseconds; at least one)."""
    ordered = sorted(times)

    def at(part: float) -> float:
        return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]

    return Spread(statistics.median(ordered), at(0.95), at(0.1), at(0.9))


@dataclass(frozen=True)
class Row:
    """One line of the table: the portal's work, what it is measured beside, and how far it should reach.

    With `beside` the reach is a ratio of the medians; without it, it is a number in the row's own unit. `reach` None:
    the row only tells. `also_p95`: the reach holds for the ratio of the p95s too.
    """

    work: str
    ours: Spread | float
    beside: Spread | None = None
    named: str = ""
    reach: float | None = None
    unit: str = MILLISECONDS
    also_p95: bool = False
    remark: str = ""

    @property
    def measured(self) -> float:
        """What the reach is compared with."""
        ours = self.ours.median if isinstance(self.ours, Spread) else self.ours
        return ours / self.beside.median if self.beside else ours

    @property
    def ratio_p95(self) -> float | None:
        """The ratio of the p95s, where there is something beside."""
        return self.ours.p95 / self.beside.p95 if self.beside and isinstance(self.ours, Spread) else None

    @property
    def holds(self) -> bool | None:
        """Whether the reach is kept; None where there is none."""
        if self.reach is None:
            return None
        worst = max(self.measured, self.ratio_p95 or 0) if self.also_p95 else self.measured
        return worst <= self.reach


class Stopwatch:
    """Times of several works that take turns, in milliseconds."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], T]) -> T:
        """Do this work now and note how long it took."""
        started = time.perf_counter()
        done = work()
        self.times.setdefault(name, []).append((time.perf_counter() - started) * 1000)
        return done

    def forget(self) -> None:
        """What was measured so far was to warm up."""
        self.times.clear()

    def spread(self, name: str) -> Spread:
        """What was measured of one work."""
        return spread(self.times[name])


def take_turns(works: dict[str, Work], *, turns: int, warm_up: int = 2) -> Stopwatch:
    """Do all works so many times, one after the other, each round beginning with the next: A B C, B C A, C A B."""
    watch, names = Stopwatch(), list(works)
    for turn in range(-warm_up, turns):
        if turn == 0:
            watch.forget()
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            watch.time(name, works[name])
    return watch


HEAD = ("work", "median", "p95", "middle 80%", "beside", "median", "p95", "middle 80%", "ratio", "p95", "reach", "")


def table(rows: Sequence[Row]) -> str:
    """All rows as a table for a terminal, with what each is compared with and a remark below it."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    remarks = [f"  {row.work}: {row.remark}" for row in rows if row.remark]
    return "\n".join([*lines, "", *remarks])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    left = (0, 4, 11)
    padded = [c.ljust(w) if at in left else c.rjust(w) for at, (c, w) in enumerate(zip(cells, widths, strict=True))]
    return "  ".join(padded).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    ours = _spread_cells(row.ours) if isinstance(row.ours, Spread) else (f"{row.ours:.0f} {row.unit}".rstrip(), "", "")
    beside = _spread_cells(row.beside) if row.beside else ("", "", "")
    ratios = (f"{row.measured:.2f}×", f"{row.ratio_p95:.2f}×" if row.ratio_p95 else "") if row.beside else ("", "")
    verdict = {None: "", True: "holds", False: "MISSES"}[row.holds]
    return (row.work, *ours, row.named, *beside, *ratios, _reach(row), verdict)


def _reach(row: Row) -> str:
    if row.reach is None:
        return "–"
    return f"≤ {row.reach:.1f}×" if row.beside else f"≤ {row.reach:.0f} {row.unit}".rstrip()


def _spread_cells(spread: Spread) -> tuple[str, str, str]:
    return f"{spread.median:.1f} ms", f"{spread.p95:.1f}", f"{spread.low:.1f}–{spread.high:.1f}"
