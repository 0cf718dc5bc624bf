"""What stands on the page of each report: its template, and what it shows. A new report is one line of a table here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request

from portal.parties.register import RegisterLocation
from portal.reports import card, catalogue, region
from portal.reports.catalogue import Report
from portal.reports.inputs import kept
from portal.reports.levels import school_levels
from portal.reports.overview import overview, signed
from portal.reports.position import position
from portal.reports.pupils import Pupils, school_pupils
from portal.reports.reasons import NoReport
from portal.reports.secondary import school_secondary
from portal.reports.teachers import Teachers, school_teachers


@dataclass(frozen=True)
class Page:
    """What a page shows below its heading, or in one sentence why it shows nothing."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    why_not: str | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    """The numbers that were filled in for a forecast, which go along when it is passed on."""


def of_location(report: Report, location: RegisterLocation) -> Page:
    """The page of a report about one school; that its gate is open is for who asks."""
    return OF_LOCATION[report.name](location)


def _of_the_card(template: str) -> Callable[[RegisterLocation], Page]:
    def page(location: RegisterLocation) -> Page:
        found = card.school_card(location.code)
        if isinstance(found, card.NoCard):
            return Page(template, why_not=found.reason)
        return Page(template, {"card": found})

    return page


def _position(location: RegisterLocation) -> Page:
    found = overview([location])
    why_not = {each.code: reason for each, reason in found.without}.get(location.code)
    return Page("reports/_position.html", {} if why_not else {"position": position(found), "signed": signed}, why_not)


def _of_duo(template: str, name: str, read: Callable[[str], object]) -> Callable[[RegisterLocation], Page]:
    def page(location: RegisterLocation) -> Page:
        found = read(location.code)
        return Page(template, why_not=found.reason) if isinstance(found, NoReport) else Page(template, {name: found})

    return page


def _ahead(
    template: str, name: str, read: Callable[[str, Mapping[str, str]], Pupils | Teachers | NoReport]
) -> Callable[[RegisterLocation], Page]:
    def page(location: RegisterLocation) -> Page:
        found = read(location.code, request.args)
        if isinstance(found, NoReport):
            return Page(template, why_not=found.reason)
        return Page(template, {name: found}, typed=kept(request.args, found.inputs))

    return page


def _teachers(location: RegisterLocation) -> Page:
    page = _ahead("reports/_teachers.html", "teachers", school_teachers)(location)
    if page.why_not:
        return page
    return replace(page, values={**page.values, "region": region.of([location], request.args)})


OF_LOCATION: Mapping[str, Callable[[RegisterLocation], Page]] = {
    catalogue.SCHOOL_CARD: _of_the_card("reports/_card.html"),
    catalogue.TREND: _of_the_card("reports/_trend.html"),
    catalogue.POSITION: _position,
    catalogue.LEVELS: _of_duo("reports/_levels.html", "levels", school_levels),
    catalogue.PUPILS: _ahead("reports/_pupils.html", "pupils", school_pupils),
    catalogue.TEACHERS: _teachers,
    catalogue.SECONDARY_SCHOOL: _of_duo("reports/_secondary.html", "secondary", school_secondary),
}
