"""What changed between two versions in the rows of a section, row by row and cell by cell: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from portal.offers.differences import Part, words
from portal.offers.sections import Row, Section, shown
from portal.wording import say

Kind = Literal["changed", "added", "removed"]


@dataclass(frozen=True)
class RowChange:
    """A row that came, went or reads otherwise."""

    kind: Kind
    annex: str
    section: str
    """The titles of the annex and the section, as a person reads them."""
    name: str
    """By what the row is known."""
    cells: tuple[tuple[str, tuple[Part, ...]], ...]
    """Of each column that says something else: its label, and what stayed, came and went in it."""


def section_changes(annex: str, section: Section, old: Sequence[Row], new: Sequence[Row]) -> list[RowChange]:
    """The same for the rows of one section; `annex` is the title of what it stands in."""
    before, after = _by_name(section, old), _by_name(section, new)
    found = [_change(annex, section, before.get(name), row) for name, row in after.items()]
    found += [_change(annex, section, row, None) for name, row in before.items() if name not in after]
    return [each for each in found if each is not None]


def _by_name(section: Section, rows: Sequence[Row]) -> dict[tuple[str, int], Row]:
    named: dict[tuple[str, int], Row] = {}
    for row in rows:
        name = "" if section.is_single else row[section.key.name]
        count = sum(known == name for known, _ in named)
        named[name, count] = row
    return named


def _change(annex: str, section: Section, was: Row | None, now: Row | None) -> RowChange | None:
    cells = []
    for column in section.columns:
        old, new = (shown(column, row[column.name]) if row else "" for row in (was, now))
        if old != new:
            cells.append((say(column.label), words(old, new)))
    if not cells:
        return None
    kind: Kind = "added" if was is None else "removed" if now is None else "changed"
    row = now or was or {}
    name = "" if section.is_single else shown(section.key, row[section.key.name])
    return RowChange(kind, say(annex), say(section.title), name, tuple(cells))
