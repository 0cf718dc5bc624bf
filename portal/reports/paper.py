"""A report as it goes on paper and into a spreadsheet: what every report can be made of, whatever it is about."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from portal.reports.charts import BarChart
from portal.reports.inputs import Input, told
from portal.reports.pupil_charts import BandChart
from portal.wording import mark, say

Cell = str | int


@dataclass(frozen=True)
class Table:
    """The figures behind a part."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Part:
    """One part of a report: what it says in words, the picture where there is one, and the table."""

    title: str
    table: Table
    verdict: str = ""
    sentence: str = ""
    chart: BarChart | BandChart | None = None
    described: str = ""


@dataclass(frozen=True)
class Paper:
    """A whole report, in the language of who reads it."""

    title: str
    name: str
    place: str
    period: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    """With which numbers a forecast was made."""

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """The parts of the report, and at the end the numbers with which its forecast was made."""
        if not self.inputs:
            return self.parts
        columns = (say(mark("Wat")), say(mark("Waarde")))
        return *self.parts, Part(say(mark("Met deze getallen is gerekend")), Table(columns, told(self.inputs)))

    def as_facts(self) -> dict[str, Any]:
        """What a document is made of."""
        return {
            "title": self.title,
            "name": self.name,
            "place": self.place,
            "period": self.period,
            "facts": [{"label": label, "value": value} for label, value in self.facts],
            "parts": [_part(each) for each in self.all_parts],
            "notes": list(self.notes),
            "sources": list(self.sources),
        }


def _part(part: Part) -> dict[str, Any]:
    return {
        "title": part.title,
        "verdict": part.verdict,
        "sentence": part.sentence,
        "described": part.described,
        "chart": _chart(part.chart) if part.chart else None,
        "columns": list(part.table.columns),
        "rows": [[str(cell) for cell in row] for row in part.table.rows],
    }


def _chart(chart: BarChart | BandChart) -> dict[str, Any]:
    return _bars(chart) if isinstance(chart, BarChart) else asdict(chart)


def _bars(chart: BarChart) -> dict[str, Any]:
    bars: Sequence[dict[str, Any]] = [
        {"kind": bar.kind, "text": f"{bar.label}: {bar.value}", "text_y": bar.text_y, "y": bar.y,
         "height": bar.height, "length": bar.length}
        for bar in chart.bars
    ]  # fmt: skip
    signal = chart.signal
    return {
        "width": chart.width,
        "height": chart.height,
        "bars": bars,
        "signal": None
        if signal is None
        else {
            "x": signal.x,
            "segments": [list(each) for each in signal.segments],
            "label": signal.label,
            "label_x": signal.label_x,
            "label_y": signal.label_y,
        },
    }
