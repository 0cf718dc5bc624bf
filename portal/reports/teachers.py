"""The teachers that a school or a board will ask, worked out from its forecast of pupils; a model of this portal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.parties.register import PRIMARY, RegisterLocation
from portal.reports import duo
from portal.reports.cells import rounded, span_text
from portal.reports.forecast import Forecast, Scenario, Staffing, combined, staffing
from portal.reports.inputs import Input, assumptions_from, scenario_from, without_inflow
from portal.reports.pupil_charts import BandChart, Stop, band_chart
from portal.reports.pupil_files import PUPILS
from portal.reports.pupils_ahead import counts_of, forecast_of
from portal.reports.reasons import NoReport, reported
from portal.wording import mark, say

MODEL = mark("Rekenmodel van dit portaal, geen Mirror-raming.")
_METHOD = mark(
    "Zo rekent het model. Nodig is het aantal leerlingen gedeeld door de leerlingen per voltijdbaan. Uitbreiding is "
    "wat er in een jaar meer nodig is dan het jaar ervoor; onder nul is dat krimp. Vervanging is voor wie vertrekt. "
    "Samen is dat wat er nieuw nodig is, of wat er over is."
)
_LIMITS = mark(
    "De leerlingen komen uit de prognose van dit portaal. Het model weet niets van uw eigen formatie, pensioenen, "
    "ziekte of bevoegdheden. De getallen die er staan als u niets invult, zijn aannames: vul uw eigen getallen in."
)


@dataclass(frozen=True)
class TeacherYear:
    """What one school year asks, in words; all but the last in fte."""

    label: str
    need: str
    expansion: str
    replacement: str
    demand: str
    surplus: str
    persons: str


@dataclass(frozen=True)
class OtherScenario:
    """What the same pupils ask when one thing is different."""

    name: str
    need: str
    """In the last year."""
    demand: str
    """Of all years together."""


@dataclass(frozen=True, kw_only=True)
class TeachersAhead:
    """What a forecast of pupils asks, in words: of one location, or of several together."""

    now: str
    years: tuple[TeacherYear, ...]
    demand: str
    persons: str
    others: tuple[OtherScenario, ...]
    chart: BandChart
    inputs: tuple[Input, ...]
    sources: tuple[str, ...]

    @property
    def description(self) -> str:
        """What the chart shows, for who cannot see it."""
        told = mark("%(year)s: %(need)s fte")
        return "; ".join(say(told, year=year.label, need=year.need) for year in self.years) + "."

    @property
    def method(self) -> tuple[str, ...]:
        """How the model works and what it does not know."""
        return say(_METHOD), say(_LIMITS)


@dataclass(frozen=True, kw_only=True)
class Teachers(TeachersAhead):
    """Everything the page shows of one location."""

    code: str
    name: str
    place: str


@dataclass(frozen=True)
class LocationTeachers:
    """One location in the list of a board; all in fte."""

    code: str
    name: str
    place: str
    now: str
    in_five_years: str
    demand: str


@dataclass(frozen=True, kw_only=True)
class BoardTeachers(TeachersAhead):
    """Everything the page shows of the locations of a board together."""

    locations: tuple[LocationTeachers, ...]
    without: tuple[str, ...]
    """Names of locations that the forecast leaves out: special education, or nothing published."""


def school_teachers(code: str, typed: Mapping[str, str] | None = None) -> Teachers | NoReport:
    """The forecast of teachers of a location, or why there is none; `typed` holds what somebody filled in."""
    found = reported(code, sectors=(PRIMARY,))
    if isinstance(found, NoReport):
        return found
    assumptions, pupil_inputs = assumptions_from(typed or {})
    scenario, staff_inputs = scenario_from(typed or {})
    rows = counts_of([found.code]).get(found.code)
    ahead = forecast_of(rows, assumptions) if rows else None
    if ahead is None:
        return NoReport(say(mark("DUO heeft over deze vestiging geen aantal leerlingen gepubliceerd.")))
    words = said(ahead, scenario, inputs=(*staff_inputs, *pupil_inputs))
    return Teachers(**words, code=found.code, name=found.name, place=found.place)


def board_teachers(
    locations: Sequence[RegisterLocation], typed: Mapping[str, str] | None = None
) -> BoardTeachers | NoReport:
    """What these locations ask together; whoever calls has asked the gate of each of them.

    The need of each is worked out by itself, and added: low with low, high with high.
    """
    rows = counts_of([location.code for location in locations])
    assumptions, pupil_inputs = assumptions_from(without_inflow(typed or {}))
    scenario, staff_inputs = scenario_from(typed or {})
    inputs = (*staff_inputs, *(each for each in pupil_inputs if each.name != "inflow"))
    forecasts = {code: ahead for code, mine in rows.items() if (ahead := forecast_of(mine, assumptions))}
    if not forecasts:
        return NoReport(say(mark("Van geen van deze vestigingen is er een prognose van leerlingen.")))
    return BoardTeachers(
        **said(combined(list(forecasts.values())), scenario, inputs=inputs),
        locations=tuple(_line(each, forecasts[each.code], scenario) for each in locations if each.code in forecasts),
        without=tuple(each.name for each in locations if each.code not in forecasts),
    )


def _line(location: RegisterLocation, ahead: Forecast, scenario: Scenario) -> LocationTeachers:
    result = staffing(ahead, scenario)
    now, later = span_text(result.now, places=1), span_text(result.years[-1].need, places=1)
    demand = span_text(result.demand, places=1)
    return LocationTeachers(location.code, location.name, location.place, now, later, demand)


def said(ahead: Forecast, scenario: Scenario, *, inputs: tuple[Input, ...], places: int = 1) -> dict[str, Any]:
    """The fields of TeachersAhead: what these pupils ask in this scenario, in words; with so many decimals."""
    result = staffing(ahead, scenario)
    others = [(name, staffing(ahead, other)) for name, other in _others(scenario)]
    stops = [
        Stop(str(year), need.low, need.middle, need.high, rounded(need.middle, places=places))
        for year, need in [(ahead.years[0].year, result.now), *((each.year, each.need) for each in result.years)]
    ]
    return {
        "now": span_text(result.now, places=places),
        "years": _years(result, places),
        "demand": span_text(result.demand, places=places),
        "persons": rounded(sum(year.persons.middle for year in result.years)),
        "others": tuple(
            OtherScenario(name, span_text(each.years[-1].need, places=places), span_text(each.demand, places=places))
            for name, each in others
        ),
        "chart": band_chart(stops),
        "inputs": inputs,
        "sources": tuple(duo.source_lines(PUPILS)),
    }


def _years(result: Staffing, places: int) -> tuple[TeacherYear, ...]:
    return tuple(
        TeacherYear(
            label=f"{year.year}-{year.year + 1}",
            need=span_text(year.need, places=places),
            expansion=span_text(year.expansion, places=places),
            replacement=span_text(year.replacement, places=places),
            demand=span_text(year.demand, places=places),
            surplus=span_text(year.surplus, places=places),
            persons=span_text(year.persons, places=places),
        )
        for year in result.years
    )


def _others(given: Scenario) -> list[tuple[str, Scenario]]:
    """The scenario itself, and three in which one thing is different, within the ranges."""
    smaller, larger = max(given.ratio - 2, 5.0), min(given.ratio + 2, 40.0)
    more = min(given.outflow + 4, 30.0)
    return [
        (say(mark("Met deze getallen")), given),
        (
            say(mark("Kleinere groepen: %(ratio)s leerlingen per voltijdbaan"), ratio=rounded(smaller, places=1)),
            Scenario(smaller, given.outflow, given.part_time, given.margin),
        ),
        (
            say(mark("Grotere groepen: %(ratio)s leerlingen per voltijdbaan"), ratio=rounded(larger, places=1)),
            Scenario(larger, given.outflow, given.part_time, given.margin),
        ),
        (
            say(mark("Meer vertrek: %(outflow)s procent per jaar"), outflow=rounded(more, places=1)),
            Scenario(given.ratio, more, given.part_time, given.margin),
        ),
    ]
