"""The parts in which an agreement is written, one page each: every part is rows of columns, read and put back; pure."""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.errors import NotFoundError
from portal.offers.agreements import annexes
from portal.offers.agreements.agreement import MOST_CLAUSES, Agreement, Clause, Deviation, Fault
from portal.offers.agreements.annexes import ANNEXES, MOST_ROWS, Annex, Column, Kind, Section
from portal.offers.agreements.duties import PARAMETERS
from portal.wording import mark

TEXT, CLAUSES, PARAMETERS_PART, DEVIATIONS = "text", "clauses", "parameters", "deviations"
DUTIES_COLUMN = "duties"
AGREEMENT = "agreement"
"""The group of the parts that stand in no annex."""
GROUPS: Mapping[str, str] = {AGREEMENT: mark("De overeenkomst"), **annexes.TITLES}
Cells = dict[str, Any]
"""A row: text by column; of a clause also the list of its duties."""
_PLACE = re.compile(r"(leaflet|security)-([a-z_]+)(?:-([0-9]+)-([a-z_]+))?|(clauses|deviations)-([0-9]+)-([a-z_]+)")
_ROW = re.compile(r"row-([0-9]+)-(.+)")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Part:
    """One part of an agreement, as a section of rows."""

    name: str
    group: str
    section: Section

    @property
    def title(self) -> str:
        """How it is called."""
        return self.section.title

    @property
    def most(self) -> int:
        """How many rows there can be."""
        return 1 if self.section.is_single else MOST_CLAUSES if self.name == CLAUSES else MOST_ROWS


def _of_text() -> Section:
    columns = (
        Column("title", mark("Titel")),
        Column("version", mark("Versienummer")),
        Column("introduction", mark("Inleiding")),
        Column("model", mark("Model dat u volgt"), optional=True),
    )
    return Section(TEXT, mark("Titel en inleiding"), columns, is_single=True)


def _of_parameters() -> Section:
    kinds = {each.name: Kind.NUMBER if each.is_number else Kind.TEXT for each in PARAMETERS}
    kinds |= {each.name: Kind.CHOICE for each in PARAMETERS if each.options}
    columns = tuple(Column(each.name, each.label, kinds[each.name], each.options) for each in PARAMETERS)
    return Section(PARAMETERS_PART, mark("Termijnen en keuzes"), columns, is_single=True)


_CLAUSES = Section(
    CLAUSES, mark("Bepalingen"), (Column("id", ""), Column("heading", mark("Kop")), Column("text", mark("Tekst")))
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
PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        *(Part(each.name, AGREEMENT, each) for each in (_of_text(), _CLAUSES, _of_parameters(), _DEVIATIONS)),
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
    security: dict[str, Sequence[annexes.Row]] = {each.name: _first_rows(each) for each in annexes.SECURITY}
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


def fingerprint(agreement: Agreement, part: Part) -> str:
    """By which a part is known, so that somebody who changed another part is in nobody's way."""
    said = json.dumps(rows(agreement, part), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def field_name(column: str) -> str:
    """How the field of a column is called: a form has an attribute `data` of its own."""
    return f"{column}_" if column == "data" else column


def blank_row(part: Part) -> Cells:
    """A row in which nothing is filled in."""
    row: Cells = annexes.empty_row(part.section)
    return {**row, "id": new_id(), DUTIES_COLUMN: []} if part.name == CLAUSES else row


def is_blank(agreement: Agreement, part: Part) -> bool:
    """Whether nothing was written in this part yet."""
    key = {"id", "theme"}
    return not any(value for row in rows(agreement, part) for name, value in row.items() if name not in key)


def moved(written: Sequence[Cells], place: int, to: int) -> list[Cells]:
    """With one row in another place; what falls outside stays where it was."""
    found = list(written)
    if 0 <= place < len(found) and 0 <= to < len(found):
        found.insert(to, found.pop(place))
    return found


# --- Faults, by the page on which they are mended ----------------------------------------------------------------


@dataclass(frozen=True)
class Unfinished:
    """Something to mend: in which part, at which field of its page (empty: the part as a whole), and a sentence."""

    part: str
    field: str
    sentence: str

    @property
    def row(self) -> int | None:
        """In which row, counted from 1, where the part has more of them."""
        found = _ROW.match(self.field)
        return int(found[1]) + 1 if found and not PARTS[self.part].section.is_single else None

    @property
    def label(self) -> str:
        """How the field is called."""
        found = _ROW.match(self.field)
        names = {field_name(each.name): each.label for each in PARTS[self.part].section.columns}
        return names.get(found[2], "") if found else ""


def unfinished(faults: Iterator[Fault] | Sequence[Fault]) -> list[Unfinished]:
    """The faults of an agreement, each with the page and the field where it is mended."""
    return [Unfinished(*_where(place), sentence) for place, sentence in faults]


def _where(place: str) -> tuple[str, str]:
    if found := _PLACE.fullmatch(place):
        annex, section, at, column, part, number, name = found.groups()
        if part:
            return part, f"row-{number}-{'heading' if name == 'id' else name}"
        return f"{annex}-{section}", f"row-{at}-{field_name(column)}" if column else ""
    if place.startswith("parameters-"):
        name = place.removeprefix("parameters-")
        return PARAMETERS_PART, f"row-0-{name}" if name in {each.name for each in PARAMETERS} else ""
    if place in (CLAUSES, DUTIES_COLUMN):
        return CLAUSES, ""
    return TEXT, f"row-0-{place}"


def _first_rows(section: Section) -> list[Cells]:
    return [annexes.empty_row(section)] if section.is_single else []


def _clauses(written: Sequence[Cells]) -> Iterator[Clause]:
    """The clauses; one whose id is none of ours, or stands there twice, gets a new one."""
    known: set[str] = set()
    for each in written:
        name = each["id"] if _ID.fullmatch(each["id"]) and each["id"] not in known else new_id()
        known.add(name)
        yield Clause(name, each["heading"], each["text"], tuple(each["duties"]))
