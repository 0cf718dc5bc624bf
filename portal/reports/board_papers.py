"""Each report of a board as it goes on paper: of the schools whose gate is open, with the names of the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from portal.parties.register import RegisterBoard, RegisterLocation
from portal.reports import catalogue, duo_papers, papers, region
from portal.reports.board_pupils import board_pupils
from portal.reports.card import LEVEL_NAMES
from portal.reports.figures import percent
from portal.reports.overview import LevelLine, Line, overview, signed
from portal.reports.paper import Cell, Paper, Part, Table
from portal.reports.reasons import NoReport
from portal.reports.results import Level
from portal.reports.teachers import MODEL as STAFF_MODEL
from portal.reports.teachers import board_teachers
from portal.wording import mark, say

WITHOUT_PUPILS = mark("Van deze scholen heeft DUO geen aantal leerlingen gepubliceerd: %(names)s.")
WITHOUT_FORECAST = mark(
    "Over deze scholen gaat de prognose niet, omdat het speciaal onderwijs is of omdat DUO geen aantal leerlingen "
    "publiceerde: %(names)s."
)
Schools = Sequence[RegisterLocation]
Typed = Mapping[str, str]
"""The numbers that somebody filled in for a forecast; another report has no use for them."""


def of(report_name: str, board: RegisterBoard, schools: Schools, shut: Schools, typed: Typed) -> Paper | None:
    """A report about these schools of a board, in the language that is spoken; None where there are no figures.

    The schools whose gate is shut are named, so that nobody takes it for the whole board. `typed` holds the numbers
    that somebody filled in for a forecast.
    """
    return MADE[report_name](board, schools, _left_out(shut), typed)


def _overview(board: RegisterBoard, schools: Schools, notes: tuple[str, ...], _typed: Typed) -> Paper | None:
    found = overview(schools)
    if not found.lines:
        return None
    lines = sorted(found.lines, key=lambda each: each.name.casefold())
    outcome, share = say(mark("Uitkomst")), say(mark("Percentage"))
    school = (say(mark("School")), say(mark("Plaats")), say(mark("Schoolweging")), say(mark("Leerlingen in drie jaar")))
    target = (say(mark("School")), outcome, share, say(mark("Afstand tot de norm")), say(mark("Trend")))
    parts = (
        Part(say(LEVEL_NAMES[Level.FUNDAMENTAL]), Table((*school, outcome, share), tuple(map(_fundamental, lines)))),
        Part(say(LEVEL_NAMES[Level.TARGET]), Table(target, tuple(map(_target, lines)))),
    )
    return _paper(catalogue.OVERVIEW, board, (*parts, *_without(found.without)), found.sources, notes)


def _fundamental(line: Line) -> tuple[Cell, ...]:
    pupils = "–" if line.pupils is None else line.pupils
    return line.name, line.place, line.weight_text, pupils, *_level(line.fundamental)


def _target(line: Line) -> tuple[Cell, ...]:
    distance, trend = signed(line.target.distance) or "–", signed(line.trend) or line.trend_words
    return line.name, *_level(line.target), distance, trend


def _level(level: LevelLine) -> tuple[str, str]:
    return level.verdict, "–" if level.average is None else percent(level.average)


def _position(board: RegisterBoard, schools: Schools, notes: tuple[str, ...], _typed: Typed) -> Paper | None:
    found = overview(schools)
    if not found.lines:
        return None
    lines = sorted(found.lines, key=lambda each: each.name.casefold())
    table = Table(papers.position_columns(), tuple(map(papers.position_row, lines)))
    part = Part(say(mark("Waar de scholen staan")), table)
    return _paper(catalogue.POSITION, board, (part, *_without(found.without)), found.sources, notes)


def _pupils(board: RegisterBoard, schools: Schools, notes: tuple[str, ...], typed: Typed) -> Paper | None:
    found = board_pupils(schools, typed)
    if isinstance(found, NoReport):
        return None
    columns = (say(mark("School")), say(mark("Plaats")), say(mark("Leerlingen nu")), say(mark("Over vijf jaar")))
    rows = tuple((each.name, each.place, each.pupils, each.in_five_years or "–") for each in found.locations)
    parts = [Part(say(mark("School voor school")), Table(columns, rows))]
    if found.ahead:
        parts.append(duo_papers.part_ahead(found.ahead))
        notes = (*notes, *found.ahead.method)
    if found.without:
        names = ", ".join(found.without)
        notes = (*notes, say(WITHOUT_PUPILS, names=names))
    facts = ((say(mark("Leerlingen nu")), found.total),)
    paper = _paper(catalogue.PUPILS, board, tuple(parts), found.sources, notes, period=found.counted_on, facts=facts)
    return replace(paper, inputs=found.inputs)


def _teachers(board: RegisterBoard, schools: Schools, notes: tuple[str, ...], typed: Typed) -> Paper | None:
    found = board_teachers(schools, typed)
    if isinstance(found, NoReport):
        return None
    columns = (
        say(mark("School")), say(mark("Plaats")), say(mark("Nodig nu, in fte")),
        say(mark("Nodig in het laatste jaar")), say(mark("Nieuw nodig in vijf jaar")),
    )  # fmt: skip
    rows = tuple((each.name, each.place, each.now, each.in_five_years, each.demand) for each in found.locations)
    parts = (*duo_papers.parts_of(found), Part(say(mark("School voor school")), Table(columns, rows)))
    if around := region.of(schools, typed):
        parts = (*parts, duo_papers.part_of(around))
    if found.without:
        notes = (*notes, say(WITHOUT_FORECAST, names=", ".join(found.without)))
    period, facts = duo_papers.period_of(found), duo_papers.facts_of(found)
    all_notes = (*notes, say(STAFF_MODEL), *found.method)
    paper = _paper(catalogue.TEACHERS, board, parts, found.sources, all_notes, period=period, facts=facts)
    return replace(paper, inputs=found.inputs)


def _without(without: Sequence[tuple[RegisterLocation, str]]) -> tuple[Part, ...]:
    if not without:
        return ()
    columns = (say(mark("School")), say(mark("Plaats")), say(mark("Waarom")))
    rows = tuple((each.name, each.place, why) for each, why in without)
    return (Part(say(mark("Scholen zonder cijfers")), Table(columns, rows)),)


def _left_out(shut: Schools) -> tuple[str, ...]:
    if not shut:
        return ()
    names = ", ".join(each.name for each in shut)
    return (say(mark("Niet opgenomen, omdat de poort voor wie dit deelde dicht is: %(names)s."), names=names),)


def _paper(
    report_name: str,
    board: RegisterBoard,
    parts: tuple[Part, ...],
    sources: tuple[str, ...],
    notes: tuple[str, ...],
    *,
    period: str = "",
    facts: tuple[tuple[str, str], ...] = (),
) -> Paper:
    title = next(say(each.title) for each in catalogue.REPORTS if each.name == report_name)
    place = f"{board.place} · {say(mark('bestuur'))} {board.number}"
    return Paper(title, board.name, place, period, facts, parts, sources, notes)


MADE: Mapping[str, Callable[[RegisterBoard, Schools, tuple[str, ...], Typed], Paper | None]] = {
    catalogue.OVERVIEW: _overview,
    catalogue.POSITION: _position,
    catalogue.PUPILS: _pupils,
    catalogue.TEACHERS: _teachers,
}
