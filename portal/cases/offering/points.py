"""What the text of an agreement says about each point of the checklist: clauses, and parts of both annexes."""

from collections.abc import Mapping
from typing import Any

from portal.offers import publications
from portal.offers.agreements import words as in_words
from portal.offers.agreements.annexes import ANNEXES
from portal.offers.agreements.deviating import deviating
from portal.offers.tables import Publication

ABOUT: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "purposes": (frozenset({"purpose", "subject"}), frozenset({"purposes", "optional"})),
    "data": (frozenset({"data", "people"}), frozenset({"data", "people"})),
    "special": (frozenset({"data"}), frozenset({"data"})),
    "retention": (frozenset({"duration"}), frozenset({"retention"})),
    "subprocessors": (
        frozenset({"subprocessor_consent", "subprocessor_notice", "subprocessor_duties", "subprocessor_liability"}),
        frozenset({"subprocessors"}),
    ),
    "transfers": (frozenset({"transfers"}), frozenset({"places"})),
    "security": (frozenset({"security"}), frozenset({"classification", "frameworks", "measures"})),
    "breach": (frozenset({"breach"}), frozenset({"breach"})),
    "automation": (frozenset(), frozenset({"automation"})),
    "rights": (frozenset({"rights"}), frozenset({"rights"})),
    "ending": (frozenset({"return"}), frozenset({"retention"})),
    "deviations": (frozenset(), frozenset({"deviations"})),
}
"""For each point: the duties of article 28 whose clauses speak of it, and the sections of the annexes that do."""


DEVIATIONS = "deviations"
"""The point that is about the model."""


def text_of(publication: Publication, point: str) -> dict[str, Any]:
    """The clauses and the sections that a point is about, and where the text deviates from a model; nothing for what
    is no point of the checklist."""
    duties, names = ABOUT.get(point, (frozenset(), frozenset()))
    clauses = [each for each in publication.body.get("clauses", []) if duties & set(each.get("duties", []))]
    if not names or not set(ANNEXES) <= set(publication.body):
        return {"clauses": clauses, "sections": [], "deviating": None}
    said = zip(ANNEXES.values(), in_words.annexes_in_words(publication.body), strict=True)
    sections = [
        words
        for asked, annex in said
        for section, words in zip(asked, annex["sections"], strict=True)
        if section.name in names and words["rows"]
    ]
    example = publications.example_for(publication.product)
    return {
        "clauses": clauses,
        "sections": sections,
        "deviating": deviating(publication.body, example) if point == DEVIATIONS else None,
    }
