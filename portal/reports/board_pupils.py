"""The pupils of the locations of a board: now, together, and five years ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.parties.register import RegisterLocation
from portal.reports import duo
from portal.reports.cells import span_text, total_text
from portal.reports.forecast import combined
from portal.reports.inputs import Input, assumptions_from, without_inflow
from portal.reports.masking import total
from portal.reports.pupil_files import PUPILS
from portal.reports.pupils_ahead import PupilsAhead, ahead_of, cells_of, counts_of, day_of, forecast_of
from portal.reports.reasons import NoReport
from portal.wording import mark, say


@dataclass(frozen=True)
class LocationPupils:
    """One location in the list of a board."""

    code: str
    name: str
    place: str
    pupils: str
    in_five_years: str
    """Empty where there is no forecast."""


@dataclass(frozen=True)
class BoardPupils:
    """Everything the page shows of the locations of a board together."""

    counted_on: str
    locations: tuple[LocationPupils, ...]
    without: tuple[str, ...]
    """Names of locations of which DUO published no pupils."""
    total: str
    ahead: PupilsAhead | None
    in_forecast: int
    """How many locations the forecast is about."""
    inputs: tuple[Input, ...]
    sources: tuple[str, ...]


def board_pupils(
    locations: Sequence[RegisterLocation], typed: Mapping[str, str] | None = None
) -> BoardPupils | NoReport:
    """The pupils of these locations together; whoever calls has asked the gate of each of them."""
    rows = counts_of([location.code for location in locations])
    if not rows:
        return NoReport(say(mark("DUO heeft over deze vestigingen geen aantal leerlingen gepubliceerd.")))
    given, fields = assumptions_from(without_inflow(typed or {}))
    inputs = tuple(field for field in fields if field.name != "inflow")
    forecasts = {code: ahead for code, mine in rows.items() if (ahead := forecast_of(mine, given))}
    listed = [
        LocationPupils(
            code=location.code,
            name=location.name,
            place=location.place,
            pupils=total_text(total(each for row in rows[location.code] for each in cells_of(row))),
            in_five_years=span_text(forecasts[location.code].years[-1].total) if location.code in forecasts else "",
        )
        for location in locations
        if location.code in rows
    ]
    return BoardPupils(
        counted_on=day_of(next(iter(rows.values()))[0]),
        locations=tuple(listed),
        without=tuple(location.name for location in locations if location.code not in rows),
        total=total_text(total(each for mine in rows.values() for row in mine for each in cells_of(row))),
        ahead=ahead_of(combined(list(forecasts.values())), given) if forecasts else None,
        in_forecast=len(forecasts),
        inputs=inputs if forecasts else (),
        sources=tuple(duo.source_lines(PUPILS)),
    )
