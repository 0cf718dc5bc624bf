"""Where schools stand among all primary schools: schoolweging and 1S/2F, beside the norm."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import func, select

from portal.database import reader
from portal.reports.overview import Line, Overview
from portal.reports.result_files import OUTCOMES, number
from portal.reports.results import COUNTED, Outcome
from portal.reports.scatter import Scatter, Spot, cloud, scatter
from portal.reports.tables import ReportSource, SchoolResult
from portal.wording import mark, say


@dataclass(frozen=True)
class Position:
    """The chart, with the schools that are marked in it and those that cannot be."""

    chart: Scatter
    marked: tuple[Line, ...]
    unmarked: tuple[Line, ...]
    """Without an outcome in numbers, or without a schoolweging."""
    sources: tuple[str, ...]

    @property
    def description(self) -> str:
        """What the chart shows, for who cannot see it."""
        below = sum(each.target.outcome is Outcome.BELOW for each in self.marked)
        return say(
            mark(
                "Elke stip is een basisschool: naar rechts de schoolweging, omhoog het percentage 1S/2F. "
                "De trap is de signaleringswaarde. Gemarkeerd: %(marked)s, waarvan %(below)s onder de trap."
            ),
            marked=len(self.marked),
            below=below,
        )


def position(found: Overview) -> Position:
    """The schools of an overview among all primary schools."""
    marked = [each for each in found.lines if each.weight is not None and each.target.average is not None]
    marked.sort(key=lambda each: (each.weight or 0, each.name.casefold()))
    return Position(
        scatter(_cloud(_taken_in()), _spots(marked)),
        tuple(marked),
        tuple(each for each in found.lines if each not in marked),
        found.sources,
    )


def _spots(marked: Sequence[Line]) -> list[Spot]:
    return [
        Spot(float(each.weight), float(each.target.average), place, each.name, each.target.outcome is Outcome.BELOW)
        for place, each in enumerate(marked, 1)
        if each.weight is not None and each.target.average is not None
    ]


def _taken_in() -> tuple[int, str]:
    """By what all schools are known: the newest file, whose figures do not change until there is another."""
    newest = select(ReportSource.id, ReportSource.sha256).order_by(ReportSource.id.desc()).limit(1)
    row = reader.execute(newest).one_or_none()
    rows = reader.scalar(select(func.count()).select_from(SchoolResult)) or 0
    return rows, row.sha256 if row else ""


@lru_cache(maxsize=2)
def _cloud(_taken: tuple[int, str]) -> str:
    asked = select(SchoolResult.schoolweging, SchoolResult.average_target, SchoolResult.outcome_target)
    points = []
    for weight, average, outcome in reader.execute(asked):
        across, up = number(weight), number(average)
        if across is not None and up is not None and OUTCOMES[outcome] in COUNTED:
            points.append((float(across), float(up)))
    return cloud(points)
