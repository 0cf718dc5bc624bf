"""The school card: what a primary school reached in three years, beside its norm, its likes and the country."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from portal.database import reader
from portal.parties.register import location
from portal.reports import ambitions, datasets
from portal.reports.ambitions import Aims
from portal.reports.charts import BarChart, Reading, TrendChart, YearReading, bar_chart, trend_chart
from portal.reports.figures import decimal, percent
from portal.reports.result_files import OUTCOMES, number, year_of
from portal.reports.results import COUNTED, Level, Outcome, Year
from portal.reports.tables import ResultAverage, SchoolResult
from portal.wording import mark, say, say_count

LEVEL_NAMES = {
    Level.FUNDAMENTAL: mark("Fundamenteel niveau (1F)"),
    Level.TARGET: mark("Streefniveau (1S/2F)"),
}
VERDICTS = {
    Outcome.ABOVE: mark("Boven de signaleringswaarde"),
    Outcome.BELOW: mark("Onder de signaleringswaarde"),
    Outcome.SMALL_SCHOOL: mark("Kleine school"),
    Outcome.TOO_LITTLE: mark("Te weinig gegevens"),
}


@dataclass(frozen=True)
class Measure:
    """One indicator of one school: percentages from 0 to 100 over three years together."""

    level: Level
    outcome: Outcome
    """The Inspectorate's own; it is also what our rules make of the numbers, or the import would have refused it."""
    average: Decimal | None
    signal: Decimal | None
    similar: Decimal | None
    national: Decimal | None
    chart: BarChart

    @property
    def name(self) -> str:
        """The name of the level in plain words."""
        return say(LEVEL_NAMES[self.level])

    @property
    def verdict(self) -> str:
        """The outcome in a few words."""
        return say(VERDICTS[self.outcome])

    @property
    def sentence(self) -> str:
        """The outcome in one sentence, with its numbers."""
        if self.outcome is Outcome.SMALL_SCHOOL:
            return say(
                mark(
                    "In drie jaar maakten minder dan 15 leerlingen de toets. De inspectie kijkt daarom naar vijf jaar. "
                    "Die uitkomst staat niet in dit bestand."
                )
            )
        if self.outcome is Outcome.TOO_LITTLE or self.average is None:
            return say(mark("De inspectie heeft niet genoeg gegevens om een uitkomst te geven."))
        if self.signal is None:
            return say(mark("Dit is de uitkomst van de inspectie. De signaleringswaarde staat niet in het bestand."))
        distance = decimal(abs(self.average - self.signal))
        values = {"average": percent(self.average), "distance": distance, "signal": percent(self.signal)}
        if self.average == self.signal:
            return say(mark("%(average)s is precies de signaleringswaarde."), **values)
        if self.average > self.signal:
            return say(
                mark("%(average)s is %(distance)s procentpunt hoger dan de signaleringswaarde van %(signal)s."),
                **values,
            )
        return say(
            mark("%(average)s is %(distance)s procentpunt lager dan de signaleringswaarde van %(signal)s."), **values
        )

    @property
    def description(self) -> str:
        """What the chart shows, for who cannot see it."""
        parts = [f"{bar.label}: {bar.value}" for bar in self.chart.bars]
        return "; ".join([*parts, self.chart.signal.label] if self.chart.signal else parts) + "."

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The table behind the chart."""
        rows = [(bar.label, bar.value) for bar in self.chart.bars]
        return [*rows, (say(mark("Signaleringswaarde")), percent(self.signal))]


@dataclass(frozen=True)
class YearRow:
    """One school year as it stands in the table behind the trend; what is not known is said in words."""

    label: str
    fundamental: str
    target: str
    pupils: str
    masked: bool


@dataclass(frozen=True)
class Card:
    """Everything the page shows of one location."""

    code: str
    brin: str
    ovt: str
    name: str
    place: str
    schoolweging: Decimal | None
    spread: Decimal | None
    pupils: int | None
    similar_schools: int
    measures: tuple[Measure, Measure]
    years: tuple[YearRow, ...]
    trend: TrendChart | None
    """None when no single year may be shown."""
    masked: bool
    sources: tuple[str, ...]

    @property
    def period(self) -> str:
        """The first and last school year: 2022-2023 t/m 2024-2025."""
        return say(mark("%(first)s t/m %(last)s"), first=self.years[0].label, last=self.years[-1].label)

    @property
    def weight_text(self) -> str:
        """The schoolweging as it is read."""
        return decimal(self.schoolweging) if self.schoolweging is not None else say(mark("onbekend"))

    @property
    def spread_text(self) -> str:
        """The spread as it is read."""
        return decimal(self.spread) if self.spread is not None else say(mark("onbekend"))

    @property
    def pupils_text(self) -> str:
        """How many pupils took the test in three years."""
        return str(self.pupils) if self.pupils is not None else say(mark("minder dan 5"))

    @property
    def small(self) -> bool:
        """Whether the Inspectorate looks at five years instead of three."""
        return self.measures[0].outcome is Outcome.SMALL_SCHOOL

    @property
    def trend_description(self) -> str:
        """What the trend shows, for who cannot see it."""
        return "; ".join(
            f"{year.label}: 1F {year.fundamental}, 1S/2F {year.target}, {say(mark('leerlingen'))} {year.pupils}"
            for year in self.years
        )


@dataclass(frozen=True)
class NoCard:
    """There is no card for this location, and this is why."""

    reason: str


def school_card(location_code: str) -> Card | NoCard:
    """The card of a location, in the reader's language, or the reason why it has none."""
    found = location(location_code)
    row = reader.scalar(select(SchoolResult).where(SchoolResult.location_code == found.code)) if found else None
    if found is None or row is None or found.ended_on is not None:
        return NoCard(datasets.why_no_card(location_code) or "")
    averages = {each.group: each for each in reader.scalars(select(ResultAverage))}
    similar = averages.get(row.category) if row.category else None
    aims = ambitions.holding([found.code]).get(found.code, Aims())
    years = [year_of(cells) for cells in row.years]
    return Card(
        code=found.code,
        brin=found.brin,
        ovt=row.ovt,
        name=found.name,
        place=found.place,
        schoolweging=number(row.schoolweging),
        spread=number(row.spread),
        pupils=int(row.pupils) if row.pupils.isdigit() else None,
        similar_schools=similar.schools if similar else 0,
        measures=(
            _measure(Level.FUNDAMENTAL, row, similar, averages.get(datasets.EVERYWHERE), aims),
            _measure(Level.TARGET, row, similar, averages.get(datasets.EVERYWHERE), aims),
        ),
        years=tuple(_year_row(year) for year in years),
        trend=_trend(years),
        masked=any(year.masked for year in years),
        sources=tuple(datasets.source_lines()),
    )


def _measure(
    level: Level, row: SchoolResult, similar: ResultAverage | None, national: ResultAverage | None, aims: Aims
) -> Measure:
    field = "fundamental" if level is Level.FUNDAMENTAL else "target"
    outcome = OUTCOMES[getattr(row, f"outcome_{field}")]
    average = number(getattr(row, f"average_{field}")) if outcome in COUNTED else None
    signal = number(getattr(row, f"signal_{field}"))
    compared = [
        ("school", say(mark("Deze school")), average),
        ("similar", say(mark("Vergelijkbare scholen")), number(getattr(similar, field)) if similar else None),
        ("national", say(mark("Nederland")), number(getattr(national, field)) if national else None),
        ("ambition", say(mark("Eigen ambitie")), aims.of(level)),
    ]
    chart = bar_chart(
        [Reading(kind, label, float(value), percent(value)) for kind, label, value in compared if value is not None],
        signal=None if signal is None else float(signal),
        signal_label=say(mark("Signaleringswaarde: %(signal)s"), signal=percent(signal)),
    )
    return Measure(
        level=level,
        outcome=outcome,
        average=average,
        signal=signal,
        similar=compared[1][2],
        national=compared[2][2],
        chart=chart,
    )


def _year_row(year: Year) -> YearRow:
    if year.masked or year.missing:
        why = say(mark("afgeschermd")) if year.masked else say(mark("geen gegevens"))
        return YearRow(year.label, why, why, why, year.masked)
    return YearRow(year.label, percent(year.fundamental), percent(year.target), str(year.pupils), masked=False)


def _trend(years: Sequence[Year]) -> TrendChart | None:
    if all(year.pupils is None for year in years):
        return None
    readings = []
    for year in years:
        if year.fundamental is None or year.target is None or year.pupils is None:
            why = say(mark("afgeschermd")) if year.masked else say(mark("geen gegevens"))
            readings.append(YearReading(year.label, "", gap=why))
            continue
        values = tuple((float(each), percent(each, places=1)) for each in (year.fundamental, year.target))
        foot = say_count("%(count)s leerling", "%(count)s leerlingen", year.pupils)
        readings.append(YearReading(year.label, foot, values))
    return trend_chart(readings, [("fundamental", "1F"), ("target", "1S/2F")])
