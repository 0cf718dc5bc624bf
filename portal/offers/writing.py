"""Texts that are written a part at a time, one page each: what every such text has in common; pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from portal.offers.sections import Cells, Column, Kind, Section
from portal.wording import mark, say

MOST_ROWS = 100
LONGEST = {"title": 200, "version": 20}
"""What the columns of a draft hold; anything else may be kept too long while it is a draft."""
T = TypeVar("T")
_ROW = re.compile(r"row-([0-9]+)-(.+)")


@dataclass(frozen=True)
class Part:
    """One part of a text, as a section of rows."""

    name: str
    group: str
    section: Section
    row: str = mark("Regel %(number)s")
    """What a row is called; of a part whose rows have names, the number is its name."""
    add: str = mark("Regel toevoegen")
    limit: int = MOST_ROWS
    is_fixed: bool = False
    """Its rows are given: none comes or goes."""
    is_sorted: bool = False
    """Its rows have a place of their own: none is moved."""

    @property
    def title(self) -> str:
        """How it is called."""
        return self.section.title

    @property
    def most(self) -> int:
        """How many rows there can be."""
        return 1 if self.section.is_single else self.limit

    def column_at(self, field: str) -> Column | None:
        """The column of a field of its page ("row-3-text")."""
        found = _ROW.match(field)
        columns = {field_name(each.name): each for each in self.section.columns}
        return columns.get(found[2]) if found else None


@dataclass(frozen=True)
class Unfinished:
    """Something to mend: in which part, at which field of its page (empty: the part as a whole), and a sentence."""

    part: Part
    field: str
    sentence: str
    row: str = ""
    """What its row is called, where the sentence does not say so."""

    @property
    def label(self) -> str:
        """How the field is called."""
        column = self.part.column_at(self.field)
        return column.label if column else ""


class Writing(Protocol[T]):
    """How one kind of text is written a part at a time; a module of functions is one."""

    @property
    def PARTS(self) -> Mapping[str, Part]:  # noqa: N802 - as the module has it
        """Every part by name, in the order in which the text is written."""

    @property
    def GROUPS(self) -> Mapping[str, str]:  # noqa: N802
        """The titles under which the parts stand."""

    def rows(self, text: T, part: Part, /) -> list[Cells]:
        """What stands in a part now; of a single part always one row."""

    def with_rows(self, text: T, part: Part, written: Sequence[Cells], /) -> T:
        """The text with other rows in one part."""

    def with_one_more(
        self, text: T, part: Part, written: Sequence[Cells], number: int | None, /
    ) -> tuple[list[Cells], int]:
        """The rows with an empty one, and where it stands; `number` says which button asked for it."""

    def taken_out(self, text: T, part: Part, row: Cells, /) -> Cells:
        """A row with all that goes when it goes."""

    def is_blank(self, text: T, part: Part, /) -> bool:
        """Whether nothing was written in this part yet."""

    def unfinished(self, text: T, /) -> list[Unfinished]:
        """What must be mended before it can be published, each with the page and the field where that is done."""

    def options(self, text: T, part: Part, column: Column, /) -> Sequence[tuple[str, str]]:
        """From what a column chooses, in the reader's words."""

    def hint(self, part: Part, column: Column, row: Cells, /) -> str:
        """What helps to fill in a field; empty: nothing."""

    def row_name(self, part: Part, row: Cells, number: int, /) -> str:
        """What a row is called on its page; `number` counts from 1."""

    def row_title(self, part: Part, row: Cells, /) -> str:
        """By what a person knows a row that was taken out."""

    def counted(self, part: Part, rows: int, /) -> str:
        """How many rows there are, in words."""

    def unkeepable(self, text: T, part: Part, written: Sequence[Cells], /) -> dict[str, str]:
        """What cannot even be kept as a draft: the field, and a sentence."""


def fingerprint(rows: Sequence[Cells]) -> str:
    """By which a part is known, so that somebody who changed another part is in nobody's way."""
    return hashlib.sha256(json.dumps(list(rows), sort_keys=True).encode()).hexdigest()[:16]


def moved(written: Sequence[Cells], place: int, to: int) -> list[Cells]:
    """With one row in another place; what falls outside stays where it was."""
    found = list(written)
    if 0 <= place < len(found) and 0 <= to < len(found):
        found.insert(to, found.pop(place))
    return found


def says_nothing(section: Section, rows: Iterable[Cells], *, given: Iterable[str] = ()) -> bool:
    """Whether nobody wrote anything in these rows; what is `given` counts for nothing."""
    own = [each for each in section.columns if each.kind is not Kind.ID and each.name not in given]
    return not any(row.get(each.name) not in (None, [], "", each.first) for row in rows for each in own)


def too_long(row: Cells) -> dict[str, str]:
    """What is longer in the single row of a part than a draft can hold."""
    return {
        f"row-0-{name}": say("Dit is te lang: hooguit %(most)s tekens.", most=most)
        for name, most in LONGEST.items()
        if len(row.get(name, "")) > most
    }


def field_name(column: str) -> str:
    """How the field of a column is called: a form has an attribute `data` of its own."""
    return f"{column}_" if column == "data" else column
