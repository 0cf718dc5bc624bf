"""The pupils of a location or a board: by age now, and five years ahead."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.parties.register import PRIMARY, SPECIAL
from portal.reports import duo
from portal.reports.cells import cell_text, total_text
from portal.reports.duo_tables import PupilCount
from portal.reports.inputs import Input, assumptions_from
from portal.reports.masking import Known, total
from portal.reports.pupil_charts import ColumnChart, Height, column_chart
from portal.reports.pupil_files import PUPILS
from portal.reports.pupils_ahead import PupilsAhead, ahead_of, cells_of, counts_of, day_of, forecast_of
from portal.reports.reasons import NoReport, reported
from portal.wording import mark, say

_KINDS = {
    "Bo": mark("Basisonderwijs"),
    "Sbo": mark("Speciaal basisonderwijs"),
    "So": mark("Speciaal onderwijs"),
    "Vso": mark("Voortgezet speciaal onderwijs"),
}


@dataclass(frozen=True)
class Age:
    """The pupils of one age, in words."""

    label: str
    pupils: str
    masked: bool


@dataclass(frozen=True)
class KindOfPupils:
    """The pupils of one kind of education at a location."""

    name: str
    ages: tuple[Age, ...]
    total: str
    chart: ColumnChart

    @property
    def masked(self) -> bool:
        """Whether an age is masked."""
        return any(age.masked for age in self.ages)

    @property
    def description(self) -> str:
        """What the chart shows, for who cannot see it."""
        return "; ".join(f"{age.label}: {age.pupils}" for age in self.ages) + "."


@dataclass(frozen=True)
class Pupils:
    """Everything the page shows of one location."""

    code: str
    name: str
    place: str
    counted_on: str
    kinds: tuple[KindOfPupils, ...]
    ahead: PupilsAhead | None
    """None for special education, which takes in pupils of every age."""
    inputs: tuple[Input, ...]
    sources: tuple[str, ...]


def school_pupils(code: str, typed: Mapping[str, str] | None = None) -> Pupils | NoReport:
    """The pupils of a location, or why there is no report; `typed` holds the assumptions as somebody wrote them."""
    found = reported(code, sectors=(PRIMARY, SPECIAL))
    if isinstance(found, NoReport):
        return found
    rows = counts_of([found.code]).get(found.code)
    if not rows:
        return NoReport(say(mark("DUO heeft over deze vestiging geen aantal leerlingen gepubliceerd.")))
    given, inputs = assumptions_from(typed or {})
    ahead = forecast_of(rows, given)
    return Pupils(
        code=found.code,
        name=found.name,
        place=found.place,
        counted_on=day_of(rows[0]),
        kinds=tuple(_kind(row) for row in rows),
        ahead=ahead_of(ahead, given) if ahead else None,
        inputs=inputs if ahead else (),
        sources=tuple(duo.source_lines(PUPILS)),
    )


def _kind(row: PupilCount) -> KindOfPupils:
    cells = cells_of(row)
    present = [at for at, each in enumerate(cells) if each != Known(0)] or [1]
    shown = range(min(present), max(present) + 1)
    labels = {at: _age_label(at, len(cells)) for at in shown}
    name = say(_KINDS[row.kind])
    if row.cluster.isdigit():
        name = say(mark("%(kind)s, cluster %(cluster)s"), kind=name, cluster=row.cluster)
    heights = [
        Height(
            label=labels[at][1],
            number=float(each.number) if isinstance(each, Known) else 0.0,
            text=str(each.number) if isinstance(each, Known) else "<5",
            hatched=not isinstance(each, Known),
        )
        for at, each in enumerate(cells)
        if at in shown
    ]
    return KindOfPupils(
        name=name,
        ages=tuple(Age(labels[at][0], cell_text(cells[at]), not isinstance(cells[at], Known)) for at in shown),
        total=total_text(total(cells)),
        chart=column_chart(heights),
    )


def _age_label(at: int, count: int) -> tuple[str, str]:
    """In the table, and short under a column."""
    if at == 0:
        return say(mark("jonger dan 4 jaar")), "<4"
    if at == count - 1:
        return say(mark("ouder dan 24 jaar")), ">24"
    return say(mark("%(age)s jaar"), age=at + 3), str(at + 3)
