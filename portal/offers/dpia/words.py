"""A model DPIA in words: its parts as tables for pages and papers, and what two versions say differently. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from portal.offers.dpia.asked import GENERAL, LISTS
from portal.offers.dpia.model import UNCHOSEN
from portal.offers.section_changes import RowChange, section_changes
from portal.offers.sections import Row, Section, shown
from portal.offers.tables import Product, Publication
from portal.wording import mark, say


def rows(body: Mapping[str, Any], section: Section) -> list[Row]:
    """What stands in one part, as text by column."""
    if section is GENERAL:
        return [{column.name: str(body[column.name]) for column in GENERAL.columns}]
    names = {each["id"]: each["name"] for each in body["modules"]}
    return [{column.name: _cell(each[column.name], names) for column in section.columns} for each in body[section.name]]


def _cell(value: Any, modules: Mapping[str, str]) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if value == UNCHOSEN:
            return ""
        case [{"risk": _}, *_]:
            return "; ".join(_lowered(each) for each in value)
        case list():
            return ", ".join(modules.get(each, str(each)) for each in value)
    return str(value)


def _lowered(each: Mapping[str, Any]) -> str:
    steps = [(say("kans"), each["chance"]), (say("gevolg"), each["impact"])]
    return f"{each['risk']}: " + ", ".join(f"{name} −{by}" for name, by in steps if by)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[RowChange]:
    """Everything that says something else, part by part, row by row."""
    title = mark("Het model")
    return [
        change
        for section in (GENERAL, *LISTS)
        for change in section_changes(title, section, rows(old, section), rows(new, section))
    ]


def tables(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts that are lists, each with its columns and rows in words; without what is empty."""
    return [
        {
            "name": section.name,
            "title": say(section.title),
            "columns": [say(column.label) for column in section.columns],
            "rows": [[shown(column, row[column.name]) for column in section.columns] for row in found],
        }
        for section in LISTS
        if (found := rows(body, section))
    ]


def general(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """What is said of the model as a whole: label and value."""
    row = rows(body, GENERAL)[0]
    return [{"label": say(column.label), "value": shown(column, row[column.name])} for column in GENERAL.columns]


def of_publication(publication: Publication, *, at: dt.datetime) -> dict[str, Any]:
    """The facts of a copy of a published version."""
    return copy_of(
        publication.body,
        title=publication.title,
        version=publication.version,
        product=publication.product,
        at=at,
        sha256=publication.sha256,
        since=publication.since,
    )


def copy_of(
    body: Mapping[str, Any],
    *,
    title: str,
    version: str,
    product: Product,
    at: dt.datetime,
    sha256: str = "",
    since: dt.datetime | None = None,
) -> dict[str, Any]:
    """The facts of a copy that nobody signs: of a published version its hash says so, of a draft there is none."""
    return {
        "title": title or say("Zonder titel"),
        "version": version,
        "reference": f"{product.title} {version}".strip(),
        "product": product.title,
        "supplier": product.supplier.name,
        "is_draft": not sha256,
        "is_example": body["is_example"],
        "watermark": "" if sha256 else say("CONCEPT"),
        "sha256": sha256,
        "since": since.isoformat() if since else "",
        "made_at": at.isoformat(timespec="seconds"),
        "general": general(body),
        "tables": tables(body),
        "organisation": None,
        "person": None,
        "signatories": [],
    }


def searched(publication: Publication) -> Sequence[str]:
    """By which words a model is found in the library."""
    body = publication.body
    return (publication.title, publication.product.title, body["maker"], *(each["name"] for each in body["modules"]))
