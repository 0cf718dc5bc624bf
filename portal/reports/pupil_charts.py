"""Where everything stands in a chart of numbers: columns side by side, and a line with a band around it.

Places are in units of a view box 360 wide, as in `charts`; every scale begins at 0. No database here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from portal.reports.charts import WIDTH
from portal.reports.figures import decimal

_LEFT, _TOP, _BOTTOM, _HEIGHT = 42.0, 26.0, 200.0, 246.0
_HATCHED = 4.0  # what is masked is drawn as the most it can be
_CLOSE = 10  # more columns than this and their labels would touch


@dataclass(frozen=True)
class Height:
    """What goes into a column: its label, the number, that number in words; hatched if it is not known."""

    label: str
    number: float
    text: str
    hatched: bool = False


@dataclass(frozen=True)
class Column:
    """One column with its number above it and its label below."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    text: str
    hatched: bool


@dataclass(frozen=True)
class Line:
    """A line across at a round number."""

    y: float
    label: str


@dataclass(frozen=True)
class ColumnChart:
    """Columns side by side."""

    width: float
    height: float
    left: float
    bottom: float
    ticks: tuple[Line, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Stop:
    """What goes into a line: its label and, in order, low, middle and high; the middle in words."""

    label: str
    low: float
    middle: float
    high: float
    text: str


@dataclass(frozen=True)
class Point:
    """The middle of one year."""

    x: float
    y: float
    text_y: float
    label: str
    text: str


@dataclass(frozen=True)
class BandChart:
    """A line through the middles, with a band from low to high around it."""

    width: float
    height: float
    left: float
    bottom: float
    ticks: tuple[Line, ...]
    points: tuple[Point, ...]
    line: str
    band: str
    """Both as the points of an SVG line."""


def column_chart(heights: Sequence[Height]) -> ColumnChart:
    """Columns for numbers of 0 and up."""
    top, ticks = _scale(max((each.number for each in heights), default=0.0))
    wide = (WIDTH - _LEFT) / max(len(heights), 1)
    crowded = len(heights) > _CLOSE
    columns = []
    for place, each in enumerate(heights):
        y = _at(_HATCHED if each.hatched else each.number, top)
        shown = not crowded or place % 2 == 0
        columns.append(
            Column(
                x=round(_LEFT + wide * place + wide * 0.14, 1),
                y=y,
                width=round(wide * 0.72, 1),
                height=round(_BOTTOM - y, 1),
                middle=round(_LEFT + wide * (place + 0.5), 1),
                label=each.label if shown else "",
                text=each.text if not crowded else "",
                hatched=each.hatched,
            )
        )
    return ColumnChart(WIDTH, _HEIGHT, _LEFT, _BOTTOM, ticks, tuple(columns))


def band_chart(stops: Sequence[Stop]) -> BandChart:
    """A line with its band, through numbers of 0 and up."""
    top, ticks = _scale(max((each.high for each in stops), default=0.0))
    wide = (WIDTH - _LEFT) / max(len(stops), 1)
    points, lows, highs = [], [], []
    for place, each in enumerate(stops):
        x = round(_LEFT + wide * (place + 0.5), 1)
        y, above, below = _at(each.middle, top), _at(each.high, top), _at(each.low, top)
        points.append(Point(x, y, round(max(min(y, above) - 9.0, 14.0), 1), each.label, each.text))
        highs.append(f"{x},{above}")
        lows.append(f"{x},{below}")
    line = " ".join(f"{point.x},{point.y}" for point in points)
    return BandChart(WIDTH, _HEIGHT, _LEFT, _BOTTOM, ticks, tuple(points), line, " ".join([*highs, *reversed(lows)]))


def _at(number: float, top: float) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * min(max(number, 0.0), top) / top, 1)


def _scale(most: float) -> tuple[float, tuple[Line, ...]]:
    """The top of the scale, and lines at round numbers: three to six of them."""
    most = max(most, _HATCHED)
    size = 10 ** floor(log10(most))
    step = next(size * part for part in (0.2, 0.5, 1.0, 2.0) if most / (size * part) <= 5)
    step = max(step, 1)
    top = step * ceil(most / step)
    lines = [
        Line(_at(step * number, top), decimal(Decimal(round(step * number)))) for number in range(round(top / step) + 1)
    ]
    return float(top), tuple(lines)
