"""The reference levels of a primary school by subject, three years, with what is masked kept masked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.database import reader
from portal.parties.register import PRIMARY
from portal.reports import duo, masking
from portal.reports.cells import cell_text, total_text
from portal.reports.duo_tables import ReferenceLevel
from portal.reports.figures import percent
from portal.reports.level_charts import Part, StackChart, stack_chart
from portal.reports.level_masking import CardYear, ShownYear, shown_year
from portal.reports.masking import Cell, FewerThanFive, Known, Withheld, cell, total
from portal.reports.pupil_files import LEVELS
from portal.reports.reasons import NoReport, reported
from portal.reports.result_files import year_of
from portal.reports.results import SUBJECTS, reached
from portal.reports.tables import SchoolResult
from portal.wording import mark, say

YEARS = 3
_SUBJECTS = (
    ("arithmetic", mark("Rekenen"), "1S"),
    ("reading", mark("Lezen"), "2F"),
    ("language", mark("Taalverzorging"), "2F"),
)
_KINDS = ("below", "fundamental", "target")


@dataclass(frozen=True)
class LevelYear:
    """One subject in one school year, in words."""

    label: str
    levels: tuple[str, str, str]
    """Below 1F, 1F, and 1S or 2F."""
    hidden: str
    """What the withheld levels are together; empty if nothing is withheld."""
    pupils: str
    share: str
    """The percentage that reached 1S or 2F; a dash where it would tell too much."""
    all_hidden: bool = False


@dataclass(frozen=True)
class Subject:
    """One subject over the years, oldest first."""

    name: str
    headings: tuple[str, str, str]
    years: tuple[LevelYear, ...]
    chart: StackChart

    @property
    def description(self) -> str:
        """What the chart shows, for who cannot see it."""
        told = []
        for year in self.years:
            levels = zip(self.headings, year.levels, strict=True)
            told.append(f"{year.label}: " + ", ".join(f"{name} {number}" for name, number in levels))
        return "; ".join(told) + "."


@dataclass(frozen=True)
class Levels:
    """Everything the page shows of one location."""

    code: str
    name: str
    place: str
    subjects: tuple[Subject, ...]
    masked: bool
    withheld: bool
    """Whether a number is withheld that was published, because another could be counted back from it."""
    sources: tuple[str, ...]

    @property
    def period(self) -> str:
        """The first and last school year."""
        years = self.subjects[0].years
        if len(years) == 1:
            return years[0].label
        return say(mark("%(first)s t/m %(last)s"), first=years[0].label, last=years[-1].label)


def school_levels(code: str) -> Levels | NoReport:
    """The reference levels of a location, or why there are none."""
    found = reported(code, sectors=(PRIMARY,))
    if isinstance(found, NoReport):
        return found
    chosen = select(ReferenceLevel).where(ReferenceLevel.code == found.code)
    rows = list(reader.scalars(chosen.order_by(ReferenceLevel.year.desc()).limit(YEARS)))[::-1]
    if not rows:
        return NoReport(say(mark("DUO heeft over deze school geen referentieniveaus gepubliceerd.")))
    tested = _tested(found.code)
    years = [(row.year, shown_year(three_levels(row), tested.get(row.year))) for row in rows]
    most = max(year.pupils.high or year.pupils.low for _, year in years)
    every = [each for _, year in years for cells in year.levels for each in cells]
    return Levels(
        code=found.code,
        name=found.name,
        place=found.place,
        subjects=tuple(_subject(at, years, float(most)) for at in range(len(_SUBJECTS))),
        masked=any(not isinstance(each, Known) for each in every),
        withheld=any(isinstance(each, Withheld) for each in every),
        sources=tuple(duo.source_lines(LEVELS, years=[label for label, _ in years])),
    )


def three_levels(row: ReferenceLevel) -> tuple[tuple[Cell, ...], ...]:
    """Below 1F, 1F, and 1S or 2F of each subject; arithmetic has 1S and 2F apart, which is one goal."""
    below, fundamental, standard, second = (cell(text) for text in row.arithmetic)
    target = standard
    if second != Known(0):
        both = total((standard, second)).exact
        target = masking.Masked() if both is None else Known(both)
    subjects = [[cell(text) for text in texts] for texts in (row.reading, row.language)]
    return ((below, fundamental, target), *(tuple(cells) for cells in subjects))


def _tested(code: str) -> dict[str, CardYear]:
    """What the Inspectorate tells of each year: who reads this can read the school card too."""
    row = reader.scalar(select(SchoolResult).where(SchoolResult.location_code == code))
    found = {}
    for year in map(year_of, row.years if row else ()):
        if year.pupils and year.fundamental is not None and year.target is not None:
            below = SUBJECTS * year.pupils - reached(year.fundamental, year.pupils)
            found[year.label] = CardYear(year.pupils, below, reached(year.target, year.pupils))
    return found


def _subject(at: int, years: Sequence[tuple[str, ShownYear]], most: float) -> Subject:
    _, name, target = _SUBJECTS[at]
    headings = (say(mark("onder 1F")), "1F", target)
    rows = tuple(_level_year(label, year, at) for label, year in years)
    bars = [(row.label, _remark(row), _parts(year, at)) for row, (_, year) in zip(rows, years, strict=True)]
    return Subject(say(name), headings, rows, stack_chart(bars, most=most))


def _level_year(label: str, year: ShownYear, at: int) -> LevelYear:
    cells = year.levels[at]
    below, fundamental, reached = (cell_text(each) for each in cells)
    exact = year.pupils.exact
    share = masking.share([cells[-1]], [Known(exact)]) if exact is not None and exact else None
    withheld = any(isinstance(each, Withheld) for each in cells)
    return LevelYear(
        label=label,
        levels=(below, fundamental, reached),
        hidden=total_text(year.hidden[at]) if withheld else "",
        pupils=total_text(year.pupils),
        share=percent(share, places=1),
        all_hidden=all(isinstance(each, Withheld) for each in cells),
    )


def _remark(row: LevelYear) -> str:
    return say(mark("%(pupils)s leerlingen"), pupils=row.pupils)


def _parts(year: ShownYear, at: int) -> list[Part]:
    parts = []
    withheld = year.hidden[at]
    drawn = False
    for kind, each in zip(_KINDS, year.levels[at], strict=True):
        match each:
            case Known(number):
                parts.append(Part(kind, float(number), str(number)))
            case FewerThanFive():
                parts.append(Part("hidden", float(masking.MOST), "<5"))
            case _ if not drawn:
                most = withheld.low if withheld.high is None else withheld.high
                parts.append(Part("hidden", float(most), total_text(withheld)))
                drawn = True
            case _:
                pass
    return parts
