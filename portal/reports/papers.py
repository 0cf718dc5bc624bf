"""Each report of a school as it goes on paper: the words and figures of its page, and what is masked there is here."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from portal.parties.register import location
from portal.reports import catalogue, duo_papers, region
from portal.reports.card import Card, NoCard, school_card
from portal.reports.levels import school_levels
from portal.reports.overview import Line, overview, signed
from portal.reports.paper import Paper, Part, Table
from portal.reports.pupils import school_pupils
from portal.reports.reasons import NoReport
from portal.reports.secondary import school_secondary
from portal.reports.teachers import school_teachers
from portal.wording import mark, say

MASKED = mark(
    "In een of meer jaren maakten minder dan 5 leerlingen de toets. Om hun privacy te beschermen geeft de "
    "inspectie dan voor geen enkel jaar cijfers."
)


def of(report_name: str, code: str, typed: Mapping[str, str]) -> Paper | None:
    """A report about one school, in the language that is spoken; None where there is none.

    `typed` holds the numbers that somebody filled in for a forecast; another report has no use for them.
    """
    return MADE[report_name](code, typed)


def _card(code: str, _typed: Mapping[str, str]) -> Paper | None:
    card = school_card(code)
    if isinstance(card, NoCard):
        return None
    return Paper(
        title=say(mark("Schoolkaart")),
        name=card.name,
        place=_place(card.place, card.code),
        period=card.period,
        facts=_facts_of_card(card),
        parts=tuple(
            Part(
                measure.name,
                Table((say(mark("Wie of wat")), say(mark("Percentage"))), tuple(measure.rows)),
                measure.verdict,
                measure.sentence,
                measure.chart,
                measure.description,
            )
            for measure in card.measures
        ),
        sources=card.sources,
        notes=(say(mark("De inspectie noemt deze school %(ovt)s."), ovt=card.ovt),),
    )


def _trend(code: str, _typed: Mapping[str, str]) -> Paper | None:
    card = school_card(code)
    if isinstance(card, NoCard):
        return None
    columns = (say(mark("Schooljaar")), "1F", "1S/2F", say(mark("Leerlingen")))
    rows = tuple((year.label, year.fundamental, year.target, year.pupils) for year in card.years)
    part = Part(say(mark("Per schooljaar")), Table(columns, rows), sentence=say(MASKED) if card.masked else "")
    title, place = say(mark("Driejaarstrend")), _place(card.place, card.code)
    return Paper(title, card.name, place, card.period, _facts_of_card(card), (part,), card.sources)


def _levels(code: str, _typed: Mapping[str, str]) -> Paper | None:
    found = school_levels(code)
    return None if isinstance(found, NoReport) else duo_papers.of_levels(found)


def _pupils(code: str, typed: Mapping[str, str]) -> Paper | None:
    found = school_pupils(code, typed)
    return None if isinstance(found, NoReport) else duo_papers.of_pupils(found)


def _teachers(code: str, typed: Mapping[str, str]) -> Paper | None:
    found = school_teachers(code, typed)
    here = location(code)
    if isinstance(found, NoReport) or here is None:
        return None
    paper, around = duo_papers.of_teachers(found), region.of([here], typed)
    return replace(paper, parts=(*paper.parts, duo_papers.part_of(around))) if around else paper


def _secondary(code: str, _typed: Mapping[str, str]) -> Paper | None:
    found = school_secondary(code)
    return None if isinstance(found, NoReport) else duo_papers.of_secondary(found)


def _position(code: str, _typed: Mapping[str, str]) -> Paper | None:
    here = location(code)
    found = overview([here]) if here else None
    if found is None or not found.lines:
        return None
    line = found.lines[0]
    table = Table(position_columns(), (position_row(line),))
    part = Part(say(mark("Waar de school staat")), table, sentence=line.target.verdict)
    return Paper(say(mark("Positie")), line.name, _place(line.place, line.code), "", (), (part,), found.sources)


def position_columns() -> tuple[str, ...]:
    """What stands above the position of schools."""
    names = (mark("School"), mark("Schoolweging"), mark("1S/2F"), mark("Afstand tot de norm"))
    return tuple(map(say, names))


def position_row(line: Line) -> tuple[str, ...]:
    """Where one school stands."""
    weight = "" if line.weight is None else str(line.weight).replace(".", ",")
    return line.name, weight, line.target.average_text, signed(line.target.distance) or "–"


def _facts_of_card(card: Card) -> tuple[tuple[str, str], ...]:
    return (
        (say(mark("Schoolweging")), card.weight_text),
        (say(mark("Spreiding")), card.spread_text),
        (say(mark("Leerlingen in drie jaar")), card.pupils_text),
    )


def _place(place: str, code: str) -> str:
    return f"{place} · {say(mark('vestiging'))} {code}"


MADE: Mapping[str, Callable[[str, Mapping[str, str]], Paper | None]] = {
    catalogue.SCHOOL_CARD: _card,
    catalogue.TREND: _trend,
    catalogue.POSITION: _position,
    catalogue.LEVELS: _levels,
    catalogue.PUPILS: _pupils,
    catalogue.TEACHERS: _teachers,
    catalogue.SECONDARY_SCHOOL: _secondary,
}
