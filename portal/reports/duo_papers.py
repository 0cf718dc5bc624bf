"""The reports on DUO's figures as they go on paper and into a spreadsheet: the same words as on the page, no more."""

from portal.reports.inputs import Input
from portal.reports.levels import Levels, LevelYear, Subject
from portal.reports.paper import Paper, Part, Table
from portal.reports.pupils import Pupils
from portal.reports.pupils_ahead import BAND, MODEL, PupilsAhead
from portal.reports.region import Region
from portal.reports.secondary import Secondary
from portal.reports.teachers import MODEL as STAFF_MODEL
from portal.reports.teachers import Teachers, TeachersAhead
from portal.wording import mark, say


def of_levels(levels: Levels) -> Paper:
    """The reference levels by subject."""
    notes = []
    if levels.masked:
        notes.append(say(mark("Een aantal van 1 tot en met 4 geeft DUO niet: dan staat er minder dan 5.")))
    if levels.withheld:
        notes.append(
            say(
                mark(
                    "Soms zou u dat aantal toch kunnen uitrekenen, omdat u weet hoeveel leerlingen er waren. Dan "
                    "schermt dit portaal ook het aantal ernaast af. U ziet dan alleen hoeveel het er samen zijn."
                )
            )
        )
    return _paper(
        levels,
        title=say(mark("Referentieniveaus per vak")),
        period=levels.period,
        parts=tuple(_subject(each) for each in levels.subjects),
        notes=tuple(notes),
    )


def of_pupils(pupils: Pupils) -> Paper:
    """The pupils by age, with the forecast, and the numbers it was made with."""
    by_age = (say(mark("Leeftijd")), say(mark("Leerlingen")))
    parts = [
        Part(kind.name, Table(by_age, tuple((age.label, age.pupils) for age in kind.ages))) for kind in pupils.kinds
    ]
    if pupils.ahead:
        parts.append(part_ahead(pupils.ahead))
    return _paper(
        pupils,
        title=say(mark("Leerlingen")),
        period=pupils.counted_on,
        facts=tuple((kind.name, kind.total) for kind in pupils.kinds),
        parts=tuple(parts),
        notes=pupils.ahead.method if pupils.ahead else (),
        inputs=pupils.inputs,
    )


def part_ahead(ahead: PupilsAhead) -> Part:
    """Five years of pupils, of a school or of several together."""
    columns = (say(mark("Op")), say(mark("Laag")), say(mark("Midden")), say(mark("Hoog")))
    return Part(
        say(mark("De komende vijf jaar")),
        Table(columns, tuple((each.label, each.low, each.middle, each.high) for each in ahead.years)),
        sentence=f"{say(MODEL)} {say(BAND)}",
        chart=ahead.chart,
        described=ahead.description,
    )


def of_teachers(teachers: Teachers) -> Paper:
    """The forecast of teachers, and the numbers it was made with."""
    return _paper(
        teachers,
        title=say(mark("Personeelsprognose")),
        period=period_of(teachers),
        facts=facts_of(teachers),
        parts=parts_of(teachers),
        notes=(say(STAFF_MODEL), *teachers.method),
        inputs=teachers.inputs,
    )


def period_of(teachers: TeachersAhead) -> str:
    """From the first school year to the last."""
    return f"{teachers.years[0].label} – {teachers.years[-1].label}"


def facts_of(teachers: TeachersAhead) -> tuple[tuple[str, str], ...]:
    """What stands above a forecast of teachers."""
    return (
        (say(mark("Nodig nu, in fte")), teachers.now),
        (say(mark("Nieuw nodig in vijf jaar, in fte")), teachers.demand),
    )


def parts_of(teachers: TeachersAhead) -> tuple[Part, ...]:
    """The need a year, and what it is when things go otherwise."""
    columns = (
        say(mark("Schooljaar")), say(mark("Nodig")), say(mark("Nieuw nodig")), say(mark("Blijft over")),
        say(mark("Uitbreiding")), say(mark("Vervanging")), say(mark("In mensen")),
    )  # fmt: skip
    years = tuple(
        (each.label, each.need, each.demand, each.surplus, each.expansion, each.replacement, each.persons)
        for each in teachers.years
    )
    others = (say(mark("Scenario")), say(mark("Nodig in het laatste jaar")), say(mark("Nieuw nodig in vijf jaar")))
    return (
        Part(
            say(mark("Hoeveel fte er nodig is")),
            Table(columns, years),
            sentence=f"{say(STAFF_MODEL)} {say(BAND)}",
            chart=teachers.chart,
            described=teachers.description,
        ),
        Part(
            say(mark("Als het anders gaat")),
            Table(others, tuple((each.name, each.need, each.demand) for each in teachers.others)),
        ),
    )


def part_of(region: Region) -> Part:
    """What the schools of the province ask together."""
    columns = (say(mark("Schooljaar")), say(mark("Nodig")), say(mark("Nieuw nodig")))
    counted = mark("Van %(count)s gewone basisscholen samen, met dezelfde getallen, behalve de instroom.")
    return Part(
        say(mark("De provincie %(province)s"), province=region.province),
        Table(columns, tuple((each.label, each.need, each.demand) for each in region.years)),
        sentence=say(counted, count=region.schools),
        chart=region.chart,
        described=region.description,
    )


def of_secondary(secondary: Secondary) -> Paper:
    """Examinations and repeaters."""
    by_year = (say(mark("Schooljaar")), say(mark("Kandidaten")), say(mark("Geslaagd")), say(mark("Deel")))
    parts = [
        Part(
            each.level,
            Table(by_year, tuple((year.label, year.candidates, year.passed, year.share) for year in each.years)),
            chart=each.chart,
            described=each.description,
        )
        for each in secondary.passes
    ]
    if secondary.marks:
        columns = (
            say(mark("Niveau en schooljaar")), say(mark("Verschil")), say(mark("Schoolexamen")),
            say(mark("Centraal examen")), say(mark("Kandidaten")),
        )  # fmt: skip
        rows = tuple(
            (f"{each.level} {each.label}", each.difference, each.school, each.central, each.candidates)
            for each in secondary.marks
        )
        parts.append(Part(say(mark("Schoolexamen en centraal examen")), Table(columns, rows)))
    if secondary.moves:
        what = (say(mark("Wat")), say(mark("Leerlingen")), say(mark("Deel")))
        title = say(mark("Zittenblijvers, op- en afstroom"))
        parts.append(Part(title, Table(what, secondary.moves.rows), sentence=secondary.moves.note))
    notes = []
    if secondary.left_out:
        notes.append(
            say(
                mark(
                    "Van een opleiding met minder dan 5 kandidaten of geslaagden geeft DUO geen aantal. Die opleiding "
                    "telt in dat jaar niet mee, hier en in het cijfer van Nederland."
                )
            )
        )
    return _paper(
        secondary,
        title=say(mark("Voortgezet onderwijs")),
        period=secondary.period,
        parts=tuple(parts),
        notes=tuple(notes),
    )


def _subject(subject: Subject) -> Part:
    level = say(mark("Deel %(level)s"), level=subject.headings[2])
    columns = (say(mark("Schooljaar")), *subject.headings, say(mark("Leerlingen")), level)
    return Part(subject.name, Table(columns, tuple(_year(each) for each in subject.years)))


def _year(year: LevelYear) -> tuple[str, ...]:
    below, fundamental, target = year.levels
    if year.hidden and not year.all_hidden:
        below = fundamental = say(mark("samen %(number)s"), number=year.hidden)
    return (year.label, below, fundamental, target, year.pupils, year.share)


def _paper(
    about: Levels | Pupils | Teachers | Secondary,
    *,
    title: str,
    period: str,
    parts: tuple[Part, ...],
    facts: tuple[tuple[str, str], ...] = (),
    notes: tuple[str, ...] = (),
    inputs: tuple[Input, ...] = (),
) -> Paper:
    return Paper(
        title=title,
        name=about.name,
        place=f"{about.place} · {say(mark('vestiging'))} {about.code}",
        period=period,
        facts=facts,
        parts=parts,
        notes=notes,
        sources=about.sources,
        inputs=inputs,
    )
