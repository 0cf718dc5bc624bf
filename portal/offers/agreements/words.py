"""An agreement in words: what its pages, its PDF and its working copy show, as plain values."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.offers.agreements import annexes
from portal.offers.agreements.duties import DUTIES, PARAMETERS
from portal.offers.sections import Column, shown
from portal.offers.tables import Product, Publication
from portal.wording import say


def of_publication(publication: Publication, *, at: dt.datetime, watermark: str = "") -> dict[str, Any]:
    """The facts of a copy of a published version; a watermark on each page of its PDF where one is given."""
    return copy_of(
        publication.body,
        title=publication.title,
        version=publication.version,
        product=publication.product,
        at=at,
        sha256=publication.sha256,
        since=publication.since,
        watermark=watermark,
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
    watermark: str = "",
) -> dict[str, Any]:
    """The facts of a copy that nobody signs: of a published version its hash says so, of a draft there is none."""
    supplier = product.supplier
    return {
        "title": title or say("Zonder titel"),
        "version": version,
        "reference": f"{product.title} {version}".strip(),
        "product": product.title,
        "supplier": supplier.name,
        "is_draft": not sha256,
        "watermark": watermark if sha256 else say("CONCEPT"),
        "sha256": sha256,
        "since": since.isoformat() if since else "",
        "made_at": at.isoformat(timespec="seconds"),
        "introduction": body["introduction"],
        "model": body["model"],
        "clauses": [{name: each[name] for name in ("number", "heading", "text")} for each in body["clauses"]],
        "parameters": parameters_in_words(body),
        "deviations": deviations_in_words(body),
        "annexes": annexes_in_words(body),
        "duties": duties_in_words(body),
        "organisation": None,
        "person": None,
        "signatories": [],
    }


def parameters_in_words(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """What is filled in within the clauses: label and value."""
    said = body["parameters"]
    options = {each.name: dict(each.options) for each in PARAMETERS}
    return [
        {"label": say(each.label), "value": say(options[each.name].get(value, "")) or value}
        for each in PARAMETERS
        if (value := said.get(each.name))
    ]


def deviations_in_words(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each deviation with the clause that it is about."""
    named = {each["id"]: f"{each['number']}. {each['heading']}" for each in body["clauses"]}
    return [{**each, "clause": named.get(each["clause"], each["clause"])} for each in body["deviations"]]


def duties_in_words(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each duty of article 28 with the clauses that fulfil it; none: it is missing."""
    return [
        {
            "duty": say(title),
            "clauses": [
                {"number": each["number"], "heading": each["heading"], "place": place}
                for place, each in enumerate(body["clauses"])
                if name in each["duties"] and each["text"]
            ],
        }
        for name, title in DUTIES.items()
    ]


def annexes_in_words(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Both annexes of an agreement as a person reads them: titled sections with columns and rows."""
    return [
        {
            "title": say(annexes.TITLES[name]),
            "sections": [
                {
                    "title": say(section.title),
                    "is_single": section.is_single,
                    "columns": [say(column.label) for column in section.columns],
                    "rows": [
                        [_cell(column, row[column.name]) for column in section.columns]
                        for row in body[name][section.name]
                    ],
                }
                for section in sections
            ],
        }
        for name, sections in annexes.ANNEXES.items()
    ]


def _cell(column: Column, value: str) -> str:
    """A value that stands on its own: what was chosen from a list begins with a capital; nothing is a dash."""
    said = shown(column, value) or "–"
    return said[:1].upper() + said[1:] if column.options else said
