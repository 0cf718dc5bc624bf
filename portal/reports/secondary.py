"""Secondary education at a location: who passed, how the two marks differ, and who did a year again."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from sqlalchemy import select

from portal.database import reader
from portal.parties.register import SECONDARY
from portal.reports import duo, masking
from portal.reports.cells import cell_text
from portal.reports.charts import BarChart, Reading, bar_chart
from portal.reports.duo_tables import ExamMarks, ExamPasses, RepeaterCount
from portal.reports.exam_files import MARKS, PASSES, REPEATERS
from portal.reports.exam_levels import LEVELS, level_of_department, level_of_programme
from portal.reports.figures import decimal, percent
from portal.reports.masking import Cell, Known, cell
from portal.reports.reasons import NoReport, reported
from portal.wording import mark, say, say_count

YEARS = 3
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class PassYear:
    """The passes of one level in one school year, in words."""

    label: str
    candidates: str
    passed: str
    share: str
    left_out: str
    """How many programmes are not in it, because their numbers are masked; empty for none."""


@dataclass(frozen=True)
class Passes:
    """The passes of one level over the years, oldest first, and all years together."""

    level: str
    years: tuple[PassYear, ...]
    share: str
    national: str
    chart: BarChart | None
    """Three years together, beside the country; None when nothing may be shown."""

    @property
    def description(self) -> str:
        """What the chart shows, for who cannot see it."""
        return say(mark("Deze school: %(share)s; Nederland: %(national)s."), share=self.share, national=self.national)


@dataclass(frozen=True)
class MarkYear:
    """The average marks of one level in one school year, in words."""

    level: str
    label: str
    candidates: str
    school: str
    central: str
    difference: str
    """The mark of the school's own examination less that of the central one."""


@dataclass(frozen=True)
class Moves:
    """Who did a year again, went up or down."""

    label: str
    pupils: str
    rows: tuple[tuple[str, str, str], ...]
    """What, how many, and the percentage; a dash where the number is masked."""
    note: str


@dataclass(frozen=True)
class Secondary:
    """Everything the page shows of one location."""

    code: str
    name: str
    place: str
    passes: tuple[Passes, ...]
    marks: tuple[MarkYear, ...]
    moves: Moves | None
    left_out: bool
    """Whether something is left out because it is masked."""
    sources: tuple[str, ...]

    @property
    def period(self) -> str:
        """The school years that stand in it, first and last."""
        labels = [year.label for each in self.passes for year in each.years]
        labels += [each.label for each in self.marks] + ([self.moves.label] if self.moves else [])
        return say(mark("%(first)s t/m %(last)s"), first=min(labels), last=max(labels))


def school_secondary(code: str) -> Secondary | NoReport:
    """The examinations and repeaters of a location, or why there is no report."""
    found = reported(code, sectors=(SECONDARY,))
    if isinstance(found, NoReport):
        return found
    passed = reader.get(ExamPasses, found.code)
    chosen = select(ExamMarks).where(ExamMarks.code == found.code).order_by(ExamMarks.year.desc()).limit(YEARS)
    marks = list(reader.scalars(chosen))[::-1]
    moved = reader.get(RepeaterCount, found.code)
    if passed is None and not marks and moved is None:
        return NoReport(say(mark("DUO heeft over deze vestiging geen examens of zittenblijvers gepubliceerd.")))
    passes, shown = _passes(passed) if passed else (), _marks(marks)
    if not passes and not shown and moved is None:
        return NoReport(say(mark("DUO heeft alle cijfers van deze vestiging afgeschermd.")))
    return Secondary(
        code=found.code,
        name=found.name,
        place=found.place,
        passes=passes,
        marks=shown,
        moves=_moves(moved) if moved else None,
        left_out=any(year.left_out for each in passes for year in each.years),
        sources=(
            *(duo.source_lines(PASSES) if passed else ()),
            *(duo.source_lines(MARKS, years=[row.year for row in marks]) if marks else ()),
            *(duo.source_lines(REPEATERS) if moved else ()),
        ),
    )


def counted(pairs: Sequence[tuple[Cell, Cell]]) -> tuple[int, int, int]:
    """Candidates, passes, and how many programmes are left out: of a programme both numbers are known, or neither is
    used. A sum of known numbers alone tells nothing of what is masked."""
    known = [(one.number, other.number) for one, other in pairs if isinstance(one, Known) and isinstance(other, Known)]
    return sum(one for one, _ in known), sum(other for _, other in known), len(pairs) - len(known)


def _passes(row: ExamPasses) -> tuple[Passes, ...]:
    years = row.years[-YEARS:]
    by_level = _pairs(row)
    national = _national(duo.fingerprint(PASSES))
    found = []
    for level in LEVELS:
        if level not in by_level:
            continue
        of_years = [[pairs[len(row.years) - len(years) + at] for pairs in by_level[level]] for at in range(len(years))]
        candidates, passed, _ = counted([pair for pairs in of_years for pair in pairs])
        share = masking.share([Known(passed)], [Known(candidates)])
        country = national.get(level)
        readings = [("school", mark("Deze school"), share), ("national", mark("Nederland"), country)]
        found.append(
            Passes(
                level=say(LEVELS[level]),
                years=tuple(_pass_year(label, pairs) for label, pairs in zip(years, of_years, strict=True)),
                share=percent(share, places=1),
                national=percent(country, places=1),
                chart=bar_chart(
                    [
                        Reading(kind, say(label), float(value), percent(value, places=1))
                        for kind, label, value in readings
                        if value is not None
                    ]
                )
                if share is not None
                else None,
            )
        )
    return tuple(found)


def _pass_year(label: str, pairs: Sequence[tuple[Cell, Cell]]) -> PassYear:
    present = [pair for pair in pairs if pair != (Known(0), Known(0))]
    candidates, passed, left_out = counted(present)
    share = masking.share([Known(passed)], [Known(candidates)])
    nothing = say(mark("afgeschermd")) if left_out else say(mark("geen kandidaten"))
    return PassYear(
        label=label,
        candidates=decimal(Decimal(candidates)) if candidates else nothing,
        passed=decimal(Decimal(passed)) if candidates else nothing,
        share=percent(share, places=1),
        left_out=say_count(
            "%(count)s opleiding telt niet mee: te weinig leerlingen.",
            "%(count)s opleidingen tellen niet mee: te weinig leerlingen.",
            left_out,
        )
        if left_out
        else "",
    )


def _pairs(row: ExamPasses) -> dict[str, list[list[tuple[Cell, Cell]]]]:
    """By level, for each programme its candidates and passes in every year."""
    found: dict[str, list[list[tuple[Cell, Cell]]]] = {}
    for _, _, name, *numbers in row.programmes:
        cells = [cell(text) for text in numbers]
        found.setdefault(level_of_programme(name), []).append(list(zip(cells[::2], cells[1::2], strict=True)))
    return found


@lru_cache(maxsize=4)
def _national(_fingerprint: str) -> dict[str, Decimal]:
    """Three years of all locations together by level; the same until another file comes in."""
    sums: dict[str, list[int]] = {}
    for row in reader.scalars(select(ExamPasses)):
        for level, programmes in _pairs(row).items():
            candidates, passed, _ = counted([pair for years in programmes for pair in years[-YEARS:]])
            mine = sums.setdefault(level, [0, 0])
            mine[0] += candidates
            mine[1] += passed
    shares = {level: masking.share([Known(mine[1])], [Known(mine[0])]) for level, mine in sums.items()}
    return {level: share for level, share in shares.items() if share is not None}


def _marks(rows: Sequence[ExamMarks]) -> tuple[MarkYear, ...]:
    found = []
    for level in LEVELS:
        for row in rows:
            weighed = []
            for education, track, _, _, candidates, _, school, central, _ in row.departments:
                number = cell(candidates)
                told = "" not in (school, central) and "*" not in (school, central)
                if level_of_department(education, track) == level and isinstance(number, Known) and told:
                    weighed.append((number.number, _number(school), _number(central)))
            total = sum(number for number, *_ in weighed)
            if total:
                school_mark = sum((number * each for number, each, _ in weighed), Decimal(0)) / total
                central_mark = sum((number * each for number, _, each in weighed), Decimal(0)) / total
                found.append(_mark_year(level, row.year, total, school_mark, central_mark))
    return tuple(found)


def _mark_year(level: str, year: str, candidates: int, school: Decimal, central: Decimal) -> MarkYear:
    difference = (school - central).quantize(_HUNDREDTH, ROUND_HALF_UP)
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return MarkYear(
        level=say(LEVELS[level]),
        label=year,
        candidates=decimal(Decimal(candidates)),
        school=_two_places(school),
        central=_two_places(central),
        difference=f"{sign}{_two_places(abs(difference))}",
    )


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _two_places(value: Decimal) -> str:
    return decimal(value.quantize(_HUNDREDTH, ROUND_HALF_UP), places=2)


def _moves(row: RepeaterCount) -> Moves:
    pupils = cell(row.pupils)
    moved = (
        (mark("Deden een jaar over"), cell(row.repeated)),
        (mark("Gingen naar een hoger niveau"), cell(row.up)),
        (mark("Gingen naar een lager niveau"), cell(row.down)),
    )
    rows = tuple(
        (say(label), cell_text(number), percent(masking.share([number], [pupils]), places=1)) for label, number in moved
    )
    return Moves(row.year, cell_text(pupils), rows, row.note)
