"""Each report of a school as it goes on paper: the words and figures of its page, and what is masked there is here."""

from collections.abc import Callable, Mapping

from portal.parties.register import location
from portal.reports import catalogue
from portal.reports.card import Card, NoCard, school_card
from portal.reports.levels import LevelYear, school_levels
from portal.reports.overview import Line, overview, signed
from portal.reports.paper import Paper, Part, Table
from portal.reports.pupils import school_pupils
from portal.reports.pupils_ahead import PupilsAhead
from portal.reports.reasons import NoReport
from portal.reports.secondary import Secondary, school_secondary
from portal.reports.teachers import school_teachers
from portal.wording import mark, say

MASKED = mark(
    "In een of meer jaren maakten minder dan 5 leerlingen de toets. Om hun privacy te beschermen geeft de "
    "inspectie dan voor geen enkel jaar cijfers."
)
MODEL = mark("Rekenmodel van dit portaal, geen Mirror-raming.")
AS_PROPOSED = mark("Berekend met de getallen die het portaal voorstelt.")


def of(report_name: str, code: str) -> Paper | None:
    """A report about one school, in the language that is spoken; None where there is none."""
    return MADE[report_name](code)


def _card(code: str) -> Paper | None:
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


def _trend(code: str) -> Paper | None:
    card = school_card(code)
    if isinstance(card, NoCard):
        return None
    columns = (say(mark("Schooljaar")), "1F", "1S/2F", say(mark("Leerlingen")))
    rows = tuple((year.label, year.fundamental, year.target, year.pupils) for year in card.years)
    part = Part(say(mark("Per schooljaar")), Table(columns, rows), sentence=say(MASKED) if card.masked else "")
    title, place = say(mark("Driejaarstrend")), _place(card.place, card.code)
    return Paper(title, card.name, place, card.period, _facts_of_card(card), (part,), card.sources)


def _levels(code: str) -> Paper | None:
    found = school_levels(code)
    if isinstance(found, NoReport):
        return None
    parts = tuple(
        Part(
            subject.name,
            Table(
                (say(mark("Schooljaar")), *subject.headings, say(mark("Samen, afgeschermd")), say(mark("Leerlingen")),
                 say(mark("Deel %(level)s"), level=subject.headings[2])),
                tuple(_level_row(year) for year in subject.years),
            ),
        )
        for subject in found.subjects
    )  # fmt: skip
    note = say(mark("Een aantal van 1 tot en met 4 geeft DUO niet: dan staat er minder dan 5."))
    title, place = say(mark("Referentieniveaus per vak")), _place(found.place, found.code)
    return Paper(title, found.name, place, found.period, (), parts, found.sources, (note,) if found.masked else ())


def _level_row(year: LevelYear) -> tuple[str, ...]:
    if year.all_hidden:
        hidden = say(mark("afgeschermd"))
        return year.label, hidden, hidden, hidden, "", year.pupils, year.share
    if year.hidden:
        return year.label, "", "", year.levels[2], year.hidden, year.pupils, year.share
    return year.label, *year.levels, "", year.pupils, year.share


def _pupils(code: str) -> Paper | None:
    found = school_pupils(code)
    if isinstance(found, NoReport):
        return None
    columns = (say(mark("Leeftijd")), say(mark("Leerlingen")))
    now = tuple(
        Part(kind.name, Table(columns, (*((age.label, age.pupils) for age in kind.ages), (_total(), kind.total))))
        for kind in found.kinds
    )
    title, place = say(mark("Leerlingen")), _place(found.place, found.code)
    parts = (*now, _ahead(found.ahead)) if found.ahead else now
    return Paper(title, found.name, place, found.counted_on, (), parts, found.sources)


def _ahead(ahead: PupilsAhead) -> Part:
    columns = tuple(say(each) for each in (mark("Op"), mark("Laag"), mark("Midden"), mark("Hoog")))
    rows = tuple((year.label, year.low, year.middle, year.high) for year in ahead.years)
    told = f"{say(MODEL)} {say(AS_PROPOSED)}"
    return Part(say(mark("Leerlingen, de komende vijf jaar")), Table(columns, rows), sentence=told)


def _teachers(code: str) -> Paper | None:
    found = school_teachers(code)
    if isinstance(found, NoReport):
        return None
    names = (mark("Schooljaar"), mark("Nodig"), mark("Nieuw nodig"), mark("Over"), mark("Uitbreiding"),
             mark("Vervanging"), mark("In mensen"))  # fmt: skip
    rows = tuple(
        (year.label, year.need, year.demand, year.surplus, year.expansion, year.replacement, year.persons)
        for year in found.years
    )
    others = (mark("Scenario"), mark("Nodig in het laatste jaar"), mark("Nieuw nodig in vijf jaar"))
    told = f"{say(MODEL)} {say(AS_PROPOSED)}"
    return Paper(
        title=say(mark("Personeelsprognose")),
        name=found.name,
        place=_place(found.place, found.code),
        period=f"{found.years[0].label} – {found.years[-1].label}",
        facts=(
            (say(mark("Nodig nu, in fte")), found.now),
            (say(mark("Nieuw nodig in vijf jaar, in fte")), found.demand),
        ),
        parts=(
            Part(say(mark("Hoeveel fte er nodig is")), Table(tuple(map(say, names)), rows), sentence=told),
            Part(
                say(mark("Als het anders gaat")),
                Table(tuple(map(say, others)), tuple((each.name, each.need, each.demand) for each in found.others)),
            ),
        ),
        sources=found.sources,
    )


def _secondary(code: str) -> Paper | None:
    found = school_secondary(code)
    if isinstance(found, NoReport):
        return None
    title, place = say(mark("Voortgezet onderwijs")), _place(found.place, found.code)
    years = [year.label for each in found.passes for year in each.years] or [each.label for each in found.marks]
    period = f"{min(years)} – {max(years)}" if years else ""
    note = say(mark("Wat DUO afschermt, telt nergens mee."))
    parts = tuple(_parts_of_secondary(found))
    return Paper(title, found.name, place, period, (), parts, found.sources, (note,) if found.left_out else ())


def _parts_of_secondary(found: Secondary) -> list[Part]:
    parts = []
    for each in found.passes:
        columns = (mark("Schooljaar"), mark("Kandidaten"), mark("Geslaagd"), mark("Percentage"))
        rows = [(year.label, year.candidates, year.passed, year.share) for year in each.years]
        table = Table(tuple(map(say, columns)), (*rows, (say(mark("Alle jaren")), "", "", each.share)))
        told = each.description
        parts.append(Part(say(mark("Geslaagd: %(level)s"), level=each.level), table, sentence=told))
    if found.marks:
        names = (mark("Niveau"), mark("Schooljaar"), mark("Kandidaten"), mark("Schoolexamen"),
                 mark("Centraal examen"), mark("Verschil"))  # fmt: skip
        marks = tuple(
            (each.level, each.label, each.candidates, each.school, each.central, each.difference)
            for each in found.marks
        )
        parts.append(Part(say(mark("Gemiddelde cijfers")), Table(tuple(map(say, names)), marks)))
    if found.moves:
        moves = (mark("Wat"), mark("Leerlingen"), mark("Percentage"))
        told = f"{found.moves.label}. {found.moves.note}".strip()
        title = say(mark("Zittenblijvers, op- en afstroom"))
        parts.append(Part(title, Table(tuple(map(say, moves)), found.moves.rows), sentence=told))
    return parts


def _position(code: str) -> Paper | None:
    here = location(code)
    found = overview([here]) if here else None
    if found is None or not found.lines:
        return None
    line = found.lines[0]
    names = (mark("School"), mark("Schoolweging"), mark("1S/2F"), mark("Afstand tot de norm"))
    table = Table(tuple(map(say, names)), (_position_row(line),))
    part = Part(say(mark("Waar de school staat")), table, sentence=line.target.verdict)
    return Paper(say(mark("Positie")), line.name, _place(line.place, line.code), "", (), (part,), found.sources)


def _position_row(line: Line) -> tuple[str, ...]:
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


def _total() -> str:
    return say(mark("Samen"))


MADE: Mapping[str, Callable[[str], Paper | None]] = {
    catalogue.SCHOOL_CARD: _card,
    catalogue.TREND: _trend,
    catalogue.POSITION: _position,
    catalogue.LEVELS: _levels,
    catalogue.PUPILS: _pupils,
    catalogue.TEACHERS: _teachers,
    catalogue.SECONDARY_SCHOOL: _secondary,
}
