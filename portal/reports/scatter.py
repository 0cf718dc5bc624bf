"""Where everything stands in a chart of schoolweging and 1S/2F: numbers in, places out. No database here.

Units are those of charts.py. The schoolweging runs from 20 to 40 and the percentage from 0 to 100, so that no chart
makes a difference look larger; what lies outside is clipped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.reports.charts import Scale, Tick
from portal.reports.results import SIGNAL_TARGET

WIDTH, HEIGHT = 480.0, 384.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 470.0, 14.0, 330.0
_LOWEST, _HIGHEST = 20.0, 40.0
_TICKS = (0, 25, 50, 75, 100)
_WEIGHTS = (20, 25, 30, 35, 40)


@dataclass(frozen=True)
class Spot:
    """What is to be marked: its schoolweging (20 to 40), its percentage (0 to 100), and what it is called."""

    weight: float
    percentage: float
    number: int
    label: str
    is_below: bool


@dataclass(frozen=True)
class Marked:
    """A marked school at its place; `number` is the one of its row in the table."""

    x: float
    y: float
    number: int
    label: str
    is_below: bool


@dataclass(frozen=True)
class Scatter:
    """All schools as a cloud of dots, the norm as a step line, and some schools marked."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    ticks: tuple[Tick, ...]
    feet: tuple[tuple[float, str], ...]
    cloud: str
    """The path of the cloud: each dot a line without a length."""
    norm: str
    """The points of the step line."""
    norm_label: tuple[float, float]
    marked: tuple[Marked, ...]


def cloud(points: Iterable[tuple[float, float]]) -> str:
    """The path of a cloud of (schoolweging, percentage); dots that fall together are drawn once."""
    places = {(round(_across(weight)), round(_UP.at(percentage))) for weight, percentage in points}
    return "".join(f"M{x} {y}h0" for x, y in sorted(places))


def scatter(dots: str, spots: Sequence[Spot]) -> Scatter:
    """The chart with this cloud; a spot that is below the norm is drawn in another shape."""
    steps = []
    for weight, signal in sorted(SIGNAL_TARGET.items()):
        y = _UP.at(float(signal))
        steps += [f"{_across(weight)},{y}", f"{_across(weight + 1)},{y}"]
    return Scatter(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        right=_RIGHT,
        top=_TOP,
        bottom=_BOTTOM,
        ticks=tuple(Tick(_UP.at(each), f"{each}%") for each in _TICKS),
        feet=tuple((_across(each), str(each)) for each in _WEIGHTS),
        cloud=dots,
        norm=" ".join(steps),
        norm_label=(_RIGHT, round(_UP.at(float(SIGNAL_TARGET[39])) + 22.0, 1)),
        marked=tuple(
            Marked(_across(each.weight), _UP.at(each.percentage), each.number, each.label, each.is_below)
            for each in spots
        ),
    )


def _across(weight: float | Decimal) -> float:
    return _RIGHT_ALONG.at((float(weight) - _LOWEST) / (_HIGHEST - _LOWEST) * 100.0)


_UP = Scale(_BOTTOM, _TOP)
_RIGHT_ALONG = Scale(_LEFT, _RIGHT)
