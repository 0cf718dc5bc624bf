"""Where everything stands in stacked bars: the pupils of a year by level, with what is masked as a hatched part.

Places are in units of a view box 360 wide, as in `charts`; all bars of one chart share a scale that begins at 0. A
hatched part is as long as what it may stand for at most, so that no bar shows what a number hides. No database here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.reports.charts import WIDTH

_TEXT, _BAR, _GAP = 22.0, 28.0, 16.0
_ROOM = 26.0  # a number needs so much of a bar to stand in it


@dataclass(frozen=True)
class Part:
    """What goes into a bar: below, fundamental, target or hidden; how many at most, and the number in words."""

    kind: str
    most: float
    text: str


@dataclass(frozen=True)
class Piece:
    """A part of a bar; its text is empty where there is no room for it."""

    kind: str
    x: float
    width: float
    middle: float
    text: str


@dataclass(frozen=True)
class Stack:
    """One bar with its label above it, and at the end of that line a remark."""

    label: str
    remark: str
    text_y: float
    y: float
    height: float
    number_y: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class StackChart:
    """Bars under each other."""

    width: float
    height: float
    stacks: tuple[Stack, ...]


def stack_chart(bars: Sequence[tuple[str, str, Sequence[Part]]], *, most: float) -> StackChart:
    """Bars, each a label, a remark and its parts, on a scale that ends at `most` pupils."""
    unit = WIDTH / max(most, 1.0)
    stacks = []
    top = 0.0
    for label, remark, parts in bars:
        y = top + _TEXT
        x = 0.0
        pieces = []
        for part in parts:
            width = part.most * unit
            if width <= 0:
                continue
            pieces.append(
                Piece(
                    kind=part.kind,
                    x=round(x, 1),
                    width=round(width, 1),
                    middle=round(x + width / 2, 1),
                    text=part.text if width >= _ROOM else "",
                )
            )
            x += width
        stacks.append(Stack(label, remark, y - 7.0, y, _BAR, y + _BAR / 2 + 5.5, tuple(pieces)))
        top = y + _BAR + _GAP
    return StackChart(WIDTH, max(top - _GAP, 0.0) + 4.0, tuple(stacks))
