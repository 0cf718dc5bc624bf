"""What changed between two versions of an agreement beside its clauses, row by row and cell by cell: pure."""

from collections.abc import Mapping
from typing import Any

from portal.offers.agreements.annexes import ANNEXES, TITLES
from portal.offers.agreements.duties import PARAMETERS
from portal.offers.section_changes import RowChange, section_changes
from portal.offers.sections import Column, Row, Section
from portal.wording import mark

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


def _parameters(body: Mapping[str, Any]) -> Row:
    said = body["parameters"]
    return {"model": body["model"], **{each.name: said.get(each.name, "") for each in PARAMETERS}}


def _deviations(body: Mapping[str, Any]) -> list[Row]:
    """The deviations, each under the heading of its clause."""
    headings = {each["id"]: each["heading"] for each in body["clauses"]}
    return [{**each, "clause": headings.get(each["clause"], each["clause"])} for each in body["deviations"]]
