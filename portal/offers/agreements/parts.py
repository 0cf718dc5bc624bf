"""The parts in which an agreement is written, one page each: every part is rows of columns, read and put back; pure."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from portal.errors import NotFoundError
from portal.offers import writing
from portal.offers.agreements import annexes
from portal.offers.agreements.agreement import MOST_CLAUSES, Agreement, Clause, Deviation, Fault
from portal.offers.agreements.annexes import ANNEXES, Annex
from portal.offers.agreements.duties import DUTIES, PARAMETERS
from portal.offers.sections import Cells, Column, Kind, Row, Section, empty_row, shown
from portal.offers.writing import Part, Unfinished, field_name
from portal.wording import mark, say, say_count

TEXT, CLAUSES, PARAMETERS_PART, DEVIATIONS = "text", "clauses", "parameters", "deviations"
DUTIES_COLUMN = "duties"
AGREEMENT = "agreement"
"""The group of the parts that stand in no annex."""
GROUPS: Mapping[str, str] = {AGREEMENT: mark("De overeenkomst"), **annexes.TITLES}
_PLACE = re.compile(r"(leaflet|security)-([a-z_]+)(?:-([0-9]+)-([a-z_]+))?|(clauses|deviations)-([0-9]+)-([a-z_]+)")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_GIVEN = ("theme",)
"""What stands in a row before anybody wrote in it."""


def _of_text() -> Section:
    columns = (
        Column("title", mark("Titel"), Kind.LINE, width="wide"),
        Column("version", mark("Versienummer"), Kind.LINE, width="short"),
        Column("introduction", mark("Inleiding")),
        Column("model", mark("Model dat u volgt"), Kind.LINE, optional=True, width="wide"),
    )
    return Section(TEXT, mark("Titel en inleiding"), columns, is_single=True)


def _of_parameters() -> Section:
    kinds = {each.name: Kind.NUMBER if each.is_number else Kind.TEXT for each in PARAMETERS}
    kinds |= {each.name: Kind.CHOICE for each in PARAMETERS if each.options}
    columns = tuple(Column(each.name, each.label, kinds[each.name], each.options) for each in PARAMETERS)
    return Section(PARAMETERS_PART, mark("Termijnen en keuzes"), columns, is_single=True)


_CLAUSES = Section(
    CLAUSES,
    mark("Bepalingen"),
    (
        Column("id", "", Kind.ID),
        Column("heading", mark("Kop"), Kind.LINE, width="wide"),
        Column("text", mark("Tekst")),
        Column(DUTIES_COLUMN, mark("Onderwerpen van artikel 28"), Kind.SEVERAL, tuple(DUTIES.items())),
    ),
)
_DEVIATIONS = Section(
    DEVIATIONS,
    mark("Afwijkingen van het model"),
    (
        Column("clause", mark("Bepaling"), Kind.CHOICE),
        Column("what", mark("Wat er anders is")),
        Column("why", mark("Waarom")),
    ),
    fewest=0,
)
_OF_CLAUSES = Part(
    CLAUSES,
    AGREEMENT,
    _CLAUSES,
    row=mark("Bepaling %(number)s"),
    add=mark("Bepaling toevoegen"),
    limit=MOST_CLAUSES,
)
PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(TEXT, AGREEMENT, _of_text()),
        _OF_CLAUSES,
        *(Part(each.name, AGREEMENT, each) for each in (_of_parameters(), _DEVIATIONS)),
        *(Part(f"{name}-{each.name}", name, each) for name, sections in ANNEXES.items() for each in sections),
    )
}
"""Every part by name, in the order in which an agreement is written."""


def part_of(name: str) -> Part:
    """The part of this name; NotFoundError when there is none."""
    if name not in PARTS:
        raise NotFoundError
    return PARTS[name]


def empty() -> Agreement:
    """An agreement in which nothing is written yet, with a row for every measure that it must have."""
    leaflet: Annex = {each.name: _first_rows(each) for each in annexes.LEAFLET}
    security: dict[str, Sequence[Row]] = {each.name: _first_rows(each) for each in annexes.SECURITY}
    security["measures"] = [{"theme": theme, "state": "", "what": ""} for theme, _ in annexes.THEMES]
    return Agreement("", "", "", "", (Clause(new_id(), "", ""),), {}, leaflet, security)


def new_id() -> str:
    """An id for a clause of which nobody thought of one."""
    return f"clause_{uuid.uuid4().hex[:8]}"


def rows(agreement: Agreement, part: Part) -> list[Cells]:
    """What stands in a part now; of a single part always one row."""
    match part.name:
        case "text":
            return [{column.name: getattr(agreement, column.name) for column in part.section.columns}]
        case "clauses":
            return [
                {"id": each.id, "heading": each.heading, "text": each.text, "duties": list(each.duties)}
                for each in agreement.clauses
            ]
        case "parameters":
            return [{each.name: agreement.parameters.get(each.name, "") for each in PARAMETERS}]
        case "deviations":
            return [{"clause": each.clause, "what": each.what, "why": each.why} for each in agreement.deviations]
    found = [
        {column.name: row.get(column.name, "") for column in part.section.columns}
        for row in agreement.annexes[part.group].get(part.section.name, ())
    ]
    return found or _first_rows(part.section)


def with_rows(agreement: Agreement, part: Part, written: Sequence[Cells]) -> Agreement:
    """The agreement with other rows in one part; parameters that we do not know are gone then."""
    first = written[0] if written else {}
    match part.name:
        case "text":
            return replace(agreement, **first)
        case "clauses":
            return replace(agreement, clauses=tuple(_clauses(written)))
        case "parameters":
            return replace(agreement, parameters={name: value for name, value in first.items() if value})
        case "deviations":
            return replace(agreement, deviations=tuple(Deviation(**each) for each in written))
    annex = {**agreement.annexes[part.group], part.section.name: [dict(each) for each in written]}
    return replace(agreement, leaflet=annex) if part.group == "leaflet" else replace(agreement, security=annex)


def with_one_more(
    _agreement: Agreement, part: Part, written: Sequence[Cells], _number: int | None = None
) -> tuple[list[Cells], int]:
    """The rows with an empty one at the end, and its place."""
    row = empty_row(part.section)
    if part.name == CLAUSES:
        row["id"] = new_id()
    return [*written, row], len(written)


def taken_out(_agreement: Agreement, _part: Part, row: Cells) -> Cells:
    """A row of an agreement takes nothing along."""
    return row


def is_blank(agreement: Agreement, part: Part) -> bool:
    """Whether nothing was written in this part yet."""
    return writing.says_nothing(part.section, rows(agreement, part), given=_GIVEN)


# --- On its page -------------------------------------------------------------------------------------------------


def options(agreement: Agreement, part: Part, column: Column) -> list[tuple[str, str]]:
    """From what a column chooses, in the reader's words; a deviation is one of a clause."""
    if part.name == DEVIATIONS:
        return [(each.id, f"{at}. {each.heading}") for at, each in enumerate(agreement.clauses, 1)]
    return [(key, say(name)) for key, name in column.options]


def hint(_part: Part, column: Column, _row: Cells) -> str:
    """What helps to fill in a field."""
    bounds = next((each for each in PARAMETERS if each.name == column.name and each.is_number), None)
    if bounds:
        return say("Een heel getal van %(least)s tot en met %(most)s.", least=bounds.least, most=bounds.most)
    if column.name == "version":
        return say("Elke versie heeft een eigen nummer, bijvoorbeeld 2027-01.")
    return ""


def row_name(part: Part, _row: Cells, number: int) -> str:
    """What a row is called on its page."""
    return say(part.row, number=number)


def row_title(part: Part, row: Cells) -> str:
    """By what a person knows a row that was taken out."""
    return str(row["heading"]) if part.name == CLAUSES else shown(part.section.key, row[part.section.key.name])


def counted(part: Part, count: int) -> str:
    """How many rows there are, in words."""
    if part.name == CLAUSES:
        return say_count("%(count)s bepaling", "%(count)s bepalingen", count)
    return say_count("%(count)s regel", "%(count)s regels", count)


def unkeepable(_agreement: Agreement, part: Part, written: Sequence[Cells]) -> dict[str, str]:
    """What cannot even be kept as a draft: the field, and a sentence."""
    return writing.too_long(written[0]) if part.name == TEXT else {}


# --- Faults, by the page on which they are mended ----------------------------------------------------------------


def unfinished(agreement: Agreement) -> list[Unfinished]:
    """What must be mended in an agreement, each with the page and the field where that is done."""
    return list(_placed(agreement.faults()))


def _placed(faults: Iterable[Fault]) -> Iterator[Unfinished]:
    for place, sentence in faults:
        name, at, column = _where(place)
        part = PARTS[name]
        named = part.name != CLAUSES and not part.section.is_single and at is not None
        field = f"row-{at or 0}-{field_name(column)}" if column else ""
        yield Unfinished(part, field, sentence, row_name(part, {}, int(at or 0) + 1) if named else "")


def _where(place: str) -> tuple[str, str | None, str]:
    """Part, row and column; without a column it is the part as a whole."""
    if found := _PLACE.fullmatch(place):
        annex, section, at, column, part, number, name = found.groups()
        if part:
            return part, number, "heading" if name == "id" else name
        return f"{annex}-{section}", at, column or ""
    if place.startswith("parameters-"):
        name = place.removeprefix("parameters-")
        return PARAMETERS_PART, None, name if name in {each.name for each in PARAMETERS} else ""
    if place in (CLAUSES, DUTIES_COLUMN):
        return CLAUSES, None, ""
    return TEXT, None, place


def _first_rows(section: Section) -> list[Cells]:
    return [empty_row(section)] if section.is_single else []


def _clauses(written: Sequence[Cells]) -> Iterator[Clause]:
    """The clauses; one whose id is none of ours, or stands there twice, gets a new one."""
    known: set[str] = set()
    for each in written:
        name = each["id"] if _ID.fullmatch(each["id"]) and each["id"] not in known else new_id()
        known.add(name)
        yield Clause(name, each["heading"], each["text"], tuple(each["duties"]))
