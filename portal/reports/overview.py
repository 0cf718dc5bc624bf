"""The schools of a board under each other: the outcome, how far from the norm, the trend, their likes, their ambition.

A small school and one of which there is too little have an outcome in words and no numbers, and of a masked year
nothing is worked out. There is no average of a board: with one school left out, it would tell about that school.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.database import reader
from portal.parties.register import RegisterLocation
from portal.reports import ambitions, datasets
from portal.reports.ambitions import Aims
from portal.reports.card import VERDICTS
from portal.reports.figures import decimal, percent
from portal.reports.result_files import OUTCOMES, number, year_of
from portal.reports.results import COUNTED, Level, Outcome
from portal.reports.tables import ResultAverage, SchoolResult
from portal.wording import mark, say

KINDS = {
    "below": mark("onder de signaleringswaarde"),
    "above": mark("boven de signaleringswaarde"),
    "small_school": mark("kleine school"),
    "too_little": mark("te weinig gegevens"),
}
"""What an overview can be narrowed to; a school that is below the norm of one level is below."""


@dataclass(frozen=True)
class LevelLine:
    """One level of one school, percentages from 0 to 100; without numbers where the outcome stands on none."""

    outcome: Outcome
    average: Decimal | None = None
    signal: Decimal | None = None
    similar: Decimal | None = None
    ambition: Decimal | None = None

    @property
    def verdict(self) -> str:
        """The outcome in a few words."""
        return say(VERDICTS[self.outcome])

    @property
    def distance(self) -> Decimal | None:
        """How many points above the norm; below it is negative."""
        return _between(self.average, self.signal)

    @property
    def beside_similar(self) -> Decimal | None:
        """How many points above the schools of about the same schoolweging."""
        return _between(self.average, self.similar)

    @property
    def ambition_text(self) -> str:
        """The aim as it is read."""
        return percent(self.ambition)

    @property
    def average_text(self) -> str:
        """The average as it is read."""
        return percent(self.average)


@dataclass(frozen=True)
class Line:
    """One school in the overview."""

    code: str
    name: str
    place: str
    weight: Decimal | None
    pupils: int | None
    fundamental: LevelLine
    target: LevelLine
    trend: Decimal | None
    """How many points 1S/2F rose from the first to the last of three years; None where a year is not known."""
    masked: bool

    @property
    def weight_text(self) -> str:
        """The schoolweging as it is read."""
        return say(mark("onbekend")) if self.weight is None else decimal(self.weight)

    @property
    def kind(self) -> str:
        """One of KINDS."""
        found = {self.fundamental.outcome, self.target.outcome}
        return next(each for each in KINDS if Outcome(each) in found)

    @property
    def trend_words(self) -> str:
        """The trend in a word; less than one point is no movement."""
        if self.trend is None:
            return say(mark("afgeschermd")) if self.masked else say(mark("niet bekend"))
        if abs(self.trend) < 1:
            return say(mark("gelijk"))
        return say(mark("omhoog")) if self.trend > 0 else say(mark("omlaag"))


@dataclass(frozen=True)
class Overview:
    """All schools asked for: those with figures, and for each of the others in one sentence why it has none."""

    lines: tuple[Line, ...]
    without: tuple[tuple[RegisterLocation, str], ...]
    sources: tuple[str, ...]

    def count(self, kind: str) -> int:
        """How many schools are of this kind."""
        return sum(each.kind == kind for each in self.lines)


def overview(locations: Sequence[RegisterLocation]) -> Overview:
    """The overview of these schools, in their order; a handful of questions however many they are."""
    codes = [each.code for each in locations]
    rows = {
        each.location_code: each
        for each in reader.scalars(select(SchoolResult).where(SchoolResult.location_code.in_(codes)))
    }
    averages = {each.group: each for each in reader.scalars(select(ResultAverage))}
    aims = ambitions.holding(codes)
    there = [each for each in locations if each.code in rows and each.ended_on is None]
    reasons = datasets.why_no_cards([each for each in locations if each not in there])
    return Overview(
        tuple(_line(each, rows[each.code], averages, aims.get(each.code)) for each in there),
        tuple((each, reasons[each.code]) for each in locations if each.code in reasons),
        tuple(datasets.source_lines()),
    )


def arranged(
    lines: Iterable[Line], *, text: str = "", kind: str = "", sort: str = "name", descending: bool = False
) -> list[Line]:
    """Those with this text in name, place or code and of this kind (empty: any), sorted; what is not known comes last.

    Raises KeyError for an unknown column; schools that are equal in it stand by name.
    """
    key = SORTS[sort]
    wanted = text.casefold()
    found = [
        each
        for each in lines
        if kind in ("", each.kind) and wanted in f"{each.name} {each.place} {each.code}".casefold()
    ]
    found.sort(key=lambda each: (each.name.casefold(), each.code))
    known = [each for each in found if key(each) is not None]
    known.sort(key=key, reverse=descending)
    return known + [each for each in found if key(each) is None]


def signed(value: Decimal | None) -> str:
    """A difference in points as it is read: +3,2 or −1,05; empty where there is none."""
    if value is None:
        return ""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{decimal(abs(value))}"


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "name": lambda each: each.name.casefold(),
    "weight": lambda each: each.weight,
    "fundamental": lambda each: each.fundamental.distance,
    "target": lambda each: each.target.distance,
    "similar": lambda each: each.target.beside_similar,
    "trend": lambda each: each.trend,
}


def _line(
    location: RegisterLocation, row: SchoolResult, averages: Mapping[str, ResultAverage], aims: Aims | None
) -> Line:
    similar = averages.get(row.category) if row.category else None
    years = [year_of(cells) for cells in row.years]
    first, last = (years[0].target, years[-1].target) if years else (None, None)
    target = _level(Level.TARGET, row, similar, aims)
    return Line(
        code=location.code,
        name=location.name,
        place=location.place,
        weight=number(row.schoolweging),
        pupils=int(row.pupils) if row.pupils.isdigit() and target.outcome in COUNTED else None,
        fundamental=_level(Level.FUNDAMENTAL, row, similar, aims),
        target=target,
        trend=_between(last, first) if target.outcome in COUNTED else None,
        masked=any(year.masked for year in years),
    )


def _level(level: Level, row: SchoolResult, similar: ResultAverage | None, aims: Aims | None) -> LevelLine:
    field = "fundamental" if level is Level.FUNDAMENTAL else "target"
    outcome = OUTCOMES[getattr(row, f"outcome_{field}")]
    ambition = aims.of(level) if aims else None
    if outcome not in COUNTED:
        return LevelLine(outcome, ambition=ambition)
    return LevelLine(
        outcome,
        average=number(getattr(row, f"average_{field}")),
        signal=number(getattr(row, f"signal_{field}")),
        similar=number(getattr(similar, field)) if similar else None,
        ambition=ambition,
    )


def _between(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one - other if one is not None and other is not None else None
