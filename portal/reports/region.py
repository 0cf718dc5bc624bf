"""What the regular primary schools of a province ask in teachers, beside a school or a board in it.

A province, and no smaller region: in a municipality with few schools, who knows the others could count one back. What
DUO masks counts as anything from 1 to 4, so the outcome is a band and no masked number can be taken from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.database import reader
from portal.parties.register import RegisterLocation
from portal.reports.duo_tables import PupilCount
from portal.reports.forecast import added, forecast
from portal.reports.inputs import assumptions_from, scenario_from, without_inflow
from portal.reports.pupils_ahead import by_age, counts_of, regular
from portal.reports.teachers import TeachersAhead, said

FEWEST = 50
"""Of fewer schools together nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Region(TeachersAhead):
    """The schools of a province together."""

    province: str
    schools: int


def of(locations: Sequence[RegisterLocation], typed: Mapping[str, str]) -> Region | None:
    """The province where most of these locations are; None where it has too few schools with figures."""
    provinces = [each.province for each in locations]
    province = max(sorted(set(provinces)), key=provinces.count, default="")
    rows = _regular(province)
    if len(rows) < FEWEST:
        return None
    assumptions, _ = assumptions_from(without_inflow(typed))
    scenario, inputs = scenario_from(typed)
    together = [added(spans) for spans in zip(*(by_age(each) for each in rows), strict=True)]
    ahead = forecast(together, year=rows[0].counted_on.year, assumptions=assumptions)
    return Region(**said(ahead, scenario, inputs=inputs, places=0), province=province, schools=len(rows))


def _regular(province: str) -> list[PupilCount]:
    here = select(RegisterLocation.code).filter_by(province=province, ended_on=None).order_by(RegisterLocation.code)
    return [row for rows in counts_of(list(reader.scalars(here))).values() if (row := regular(rows))]
