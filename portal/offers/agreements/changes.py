"""What changed between two versions of an agreement beside its clauses, row by row and cell by cell: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from portal.offers.agreements.annexes import ANNEXES, TITLES, Column, Row, Section, shown
from portal.offers.agreements.duties import PARAMETERS
from portal.offers.differences import Part, words
from portal.wording import mark, say

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


_AGREEMENT = mark("De overeenkomst")
_PARAMETERS = Section(
    "parameters",
    mark("Termijnen en keuzes"),
    (
        Column("model", mark("Model dat wordt gevolgd")),
        *(Column(p.name, p.label, options=p.options) for p in PARAMETERS),
    ),
    is_single=True,
)
_DEVIATIONS = Section(
    "deviations",
    mark("Afwijkingen van het model"),
    (Column("clause", mark("Bepaling")), Column("what", mark("Wat er anders is")), Column("why", mark("Waarom"))),
)


def row_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[RowChange]:
    """Everything beside the clauses that says something else: terms and choices, deviations, and the annexes."""
    return [
        *parameter_changes(old, new),
        *section_changes(_AGREEMENT, _DEVIATIONS, _deviations(old), _deviations(new)),
        *annex_changes(old, new),
    ]


def parameter_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[RowChange]:
    """The terms and choices that say something else; none, or one row of them."""
    return section_changes(_AGREEMENT, _PARAMETERS, [_parameters(old)], [_parameters(new)])


def annex_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[RowChange]:
    """Every row of the annexes of two bodies that is not in both as it was, in the order of the new text.

    Rows belong together by their first column, the n-th of a name with the n-th; a single row with the other. Rows
    that only changed places are the same.
    """
    return [
        change
        for annex, sections in ANNEXES.items()
        for section in sections
        for change in section_changes(TITLES[annex], section, old[annex][section.name], new[annex][section.name])
    ]


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


def _parameters(body: Mapping[str, Any]) -> Row:
    said = body["parameters"]
    return {"model": body["model"], **{each.name: said.get(each.name, "") for each in PARAMETERS}}


def _deviations(body: Mapping[str, Any]) -> list[Row]:
    """The deviations, each under the heading of its clause."""
    headings = {each["id"]: each["heading"] for each in body["clauses"]}
    return [{**each, "clause": headings.get(each["clause"], each["clause"])} for each in body["deviations"]]
