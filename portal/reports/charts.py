"""Where everything stands in a chart: numbers in, places out; reports/_charts.html draws them. No database here.

All places are in units of an SVG view box 360 wide, so that on a phone a unit is about a pixel and letters of 16
units stay readable. Percentages run from 0 to 100 and every scale begins at 0: no chart makes a difference look larger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH = 360.0
_HALF_A_LABEL = 100.0  # how far the label of the signal value reaches to either side of its middle

# Bars: a line of text, a bar under it, and room between.
_BAR_TEXT, _BAR_GAP, _BAR_TOP = 22.0, 14.0, 2.0
_BAR_HEIGHTS = (26.0, 12.0)  # of the school itself, and of those it is compared with
_AXIS = 34.0  # below the last bar: the signal value and its label
_OVERHANG = 5.0  # how far the signal line sticks out of a bar

# Trend: the plot with its margins.
_LEFT, _TOP, _BOTTOM, _HEIGHT = 42.0, 60.0, 240.0, 292.0
_TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class Scale:
    """A straight scale from percentages (0 to 100) to places between start and end; what lies outside is clipped."""

    start: float
    end: float

    def at(self, percentage: float) -> float:
        """The place of a percentage, to a tenth of a unit."""
        inside = min(max(float(percentage), 0.0), 100.0)
        return round(self.start + (self.end - self.start) * inside / 100.0, 1)


@dataclass(frozen=True)
class Bar:
    """One horizontal bar with its text above it; `kind` is school, similar or national."""

    kind: str
    label: str
    value: str
    text_y: float
    y: float
    height: float
    length: float


@dataclass(frozen=True)
class SignalMark:
    """The signal value: a line through the bars, and its label below them."""

    x: float
    segments: tuple[tuple[float, float], ...]
    label: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class BarChart:
    """Bars under each other, with the signal value marked when there is one."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    signal: SignalMark | None


@dataclass(frozen=True)
class Reading:
    """What goes into a bar: its kind (school, similar, national), label, percentage and that percentage in words."""

    kind: str
    label: str
    percentage: float
    value: str


def bar_chart(readings: Sequence[Reading], *, signal: float | None = None, signal_label: str = "") -> BarChart:
    """Bars for readings (percentages 0 to 100), the first one thick if it is the school itself."""
    scale = Scale(0.0, WIDTH)
    bars = []
    top = _BAR_TOP
    for reading in readings:
        height = _BAR_HEIGHTS[0] if reading.kind == "school" else _BAR_HEIGHTS[1]
        y = top + _BAR_TEXT
        length = scale.at(reading.percentage)
        bars.append(Bar(reading.kind, reading.label, reading.value, y - 7.0, y, height, length))
        top = y + height + _BAR_GAP
    end = top - _BAR_GAP
    mark = None
    if signal is not None:
        x = min(max(scale.at(signal), 1.5), WIDTH - 1.5)  # half the line's thickness inside the box
        mark = SignalMark(
            x=x,
            segments=tuple((bar.y - _OVERHANG, bar.y + bar.height + _OVERHANG) for bar in bars),
            label=signal_label,
            label_x=min(max(x, _HALF_A_LABEL), WIDTH - _HALF_A_LABEL),
            label_y=end + 28.0,
        )
    return BarChart(WIDTH, end + (_AXIS if mark else 6.0), tuple(bars), mark)


@dataclass(frozen=True)
class Point:
    """One value of a series in one year, with where its label goes."""

    x: float
    y: float
    label: str
    label_y: float


@dataclass(frozen=True)
class Series:
    """One line through the years; `lines` are broken where a year is not known."""

    kind: str
    label: str
    points: tuple[Point, ...]
    lines: tuple[str, ...]
    """Each as the points of an SVG polyline."""


@dataclass(frozen=True)
class Column:
    """One year along the foot; `gap` says in a few words why nothing is drawn in it, else it is empty."""

    x: float
    left: float
    width: float
    label: str
    foot: str
    gap: str


@dataclass(frozen=True)
class Tick:
    """A line across at a round percentage."""

    y: float
    label: str


@dataclass(frozen=True)
class TrendChart:
    """Lines over the years with their values written at the points."""

    width: float
    height: float
    left: float
    top: float
    bottom: float
    ticks: tuple[Tick, ...]
    columns: tuple[Column, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class YearReading:
    """What goes into a year: label, foot text, and for each series a percentage with its text, or why there is none."""

    label: str
    foot: str
    values: tuple[tuple[float, str], ...] = ()
    gap: str = ""


def trend_chart(years: Sequence[YearReading], series: Sequence[tuple[str, str]]) -> TrendChart:
    """Lines for each series (kind, label) over the years; the labels of the first stand above it, of others below."""
    scale = Scale(_BOTTOM, _TOP)
    width = (WIDTH - _LEFT) / max(len(years), 1)
    columns = tuple(
        Column(
            x=round(_LEFT + width * (place + 0.5), 1),
            left=round(_LEFT + width * place, 1),
            width=round(width, 1),
            label=year.label,
            foot=year.foot,
            gap=year.gap,
        )
        for place, year in enumerate(years)
    )
    drawn = []
    for number, (kind, label) in enumerate(series):
        known: list[Point | None] = []
        for column, year in zip(columns, years, strict=True):
            if not year.values:
                known.append(None)
                continue
            percentage, text = year.values[number]
            y = scale.at(percentage)
            label_y = y - 11.0 if number == 0 else min(y + 21.0, _BOTTOM - 4.0 if y < _BOTTOM - 24.0 else y - 11.0)
            known.append(Point(column.x, y, text, round(label_y, 1)))
        runs = [list(run) for is_known, run in groupby(known, key=lambda point: point is not None) if is_known]
        lines = tuple(" ".join(f"{point.x},{point.y}" for point in run if point) for run in runs if len(run) > 1)
        drawn.append(Series(kind, label, tuple(point for point in known if point), lines))
    ticks = tuple(Tick(scale.at(tick), f"{tick}%") for tick in _TICKS)
    return TrendChart(WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, ticks, columns, tuple(drawn))
