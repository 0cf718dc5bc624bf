"""Five years of pupils as a page shows them: the forecast of a location, or of several together."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from portal.database import reader
from portal.reports.cells import rounded, span_text
from portal.reports.duo_tables import PupilCount
from portal.reports.figures import decimal
from portal.reports.forecast import (
    AGES,
    SURVIVAL,
    Assumptions,
    Forecast,
    Span,
    added,
    certain,
    fewer_than_five,
    forecast,
)
from portal.reports.masking import Cell, Known, cell
from portal.reports.pupil_charts import BandChart, Stop, band_chart
from portal.wording import mark, say

_REGULAR = "Bo"
MODEL = mark("Dit is een rekenmodel van dit portaal, geen officiële raming.")
BAND = mark("De lijn is het midden; de band loopt van laag naar hoog.")
_COHORTS = mark(
    "Zo rekent het model. Wie nu 6 is, is over een jaar 7. Van 4 tot en met 10 jaar gaat het model ervan uit dat er "
    "evenveel leerlingen komen als gaan. Daarna blijft een deel: %(shares)s. Dat zijn de verhoudingen van alle "
    "basisscholen samen."
)
_INFLOW = mark(
    "Elk jaar komen er evenveel leerlingen van 4 jaar bij: %(inflow)s. Een afgeschermd aantal telt als 1 in laag, "
    "2,5 in het midden en 4 in hoog."
)
_LIMITS = mark(
    "Het model weet niets van geboorten, nieuwe woningen, een nieuwe school in de buurt of verhuizingen. Bij een "
    "kleine school kan het sterk anders lopen dan de band laat zien."
)


@dataclass(frozen=True)
class YearAhead:
    """One 1 October of the forecast, in words."""

    label: str
    low: str
    middle: str
    high: str
    counted: bool
    ages: tuple[str, ...]
    """By age: what was counted, and of later years the middle."""


@dataclass(frozen=True)
class PupilsAhead:
    """The forecast as a page shows it."""

    years: tuple[YearAhead, ...]
    ages: tuple[str, ...]
    inflow: str
    survival: tuple[tuple[str, str], ...]
    """From which age to which, and the ratio in words; only the ratios that are not 1."""
    chart: BandChart

    @property
    def description(self) -> str:
        """What the chart shows, for who cannot see it."""
        told = mark("%(year)s: %(middle)s leerlingen (van %(low)s tot %(high)s)")
        years = (say(told, year=y.label, middle=y.middle, low=y.low, high=y.high) for y in self.years)
        return "; ".join(years) + "."

    @property
    def method(self) -> tuple[str, ...]:
        """How the model works and what it does not know."""
        shares = "; ".join(": ".join(each) for each in self.survival)
        return say(_COHORTS, shares=shares), say(_INFLOW, inflow=self.inflow), say(_LIMITS)


def counts_of(codes: Sequence[str]) -> dict[str, list[PupilCount]]:
    """What DUO published of these locations, a row for each kind of education."""
    found: dict[str, list[PupilCount]] = {}
    chosen = select(PupilCount).where(PupilCount.code.in_(codes))
    for row in reader.scalars(chosen.order_by(PupilCount.code, PupilCount.kind, PupilCount.cluster)):
        found.setdefault(row.code, []).append(row)
    return found


def day_of(row: PupilCount) -> str:
    """The day of the count."""
    return f"{row.counted_on:%d-%m-%Y}"


def cells_of(row: PupilCount) -> list[Cell]:
    """By age: younger than 4, 4 to 24, older."""
    return [cell(text) for text in row.ages]


def forecast_of(rows: Sequence[PupilCount], given: Assumptions) -> Forecast | None:
    """Only where all pupils are in regular primary education, the one kind that the model knows."""
    row = regular(rows)
    return forecast(by_age(row), year=row.counted_on.year, assumptions=given) if row else None


def regular(rows: Sequence[PupilCount]) -> PupilCount | None:
    """The count of a location where all pupils are in regular primary education; None of another."""
    return rows[0] if [row.kind for row in rows] == [_REGULAR] else None


def by_age(row: PupilCount) -> list[Span]:
    """The pupils of regular primary education by age, as in AGES."""
    spans = [_span(each) for each in cells_of(row)]
    return [added(spans[:2]), *spans[2 : len(AGES)], added(spans[len(AGES) :])]


def _span(each: Cell) -> Span:
    return certain(each.number) if isinstance(each, Known) else fewer_than_five()


def ahead_of(found: Forecast, given: Assumptions) -> PupilsAhead:
    """In words, with its chart."""
    years = []
    for at, year in enumerate(found.years):
        whole = year.total
        years.append(
            YearAhead(
                label=say(mark("1 oktober %(year)s"), year=year.year),
                low=rounded(whole.low),
                middle=rounded(whole.middle),
                high=rounded(whole.high),
                counted=at == 0,
                ages=tuple(rounded(each.middle) if at else span_text(each) for each in year.ages),
            )
        )
    stops = [
        Stop(str(year.year), year.total.low, year.total.middle, year.total.high, rounded(year.total.middle))
        for year in found.years
    ]
    ratios = zip(AGES, SURVIVAL, strict=False)
    return PupilsAhead(
        years=tuple(years),
        ages=tuple(_group_label(age) for age in AGES),
        inflow=span_text(found.inflow) if given.inflow is None else rounded(given.inflow),
        survival=tuple(
            (say(mark("van %(age)s naar %(next)s jaar"), age=age, next=age + 1), decimal(Decimal(repr(ratio))))
            for age, ratio in ratios
            if ratio != 1
        ),
        chart=band_chart(stops),
    )


def _group_label(age: int) -> str:
    if age == AGES[0]:
        return say(mark("4 jaar en jonger"))
    if age == AGES[-1]:
        return say(mark("13 jaar en ouder"))
    return say(mark("%(age)s jaar"), age=age)
