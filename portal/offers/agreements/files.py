"""A processor agreement as a file: JSON, read whole or refused with the place and the reason."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from portal.errors import InvalidError
from portal.offers.agreements.agreement import MOST_CLAUSES, Agreement, Clause, Deviation
from portal.offers.agreements.annexes import ANNEXES, MOST_ROWS, Annex
from portal.offers.json_files import UNREADABLE, loaded
from portal.parties.spelling import clean, clean_lines
from portal.wording import say

FORMAT = "tekenpoort/processor-agreement/1"
LARGEST = 2 * 1024 * 1024
"""Bytes, of a file and of a draft alike."""
LONGEST = {"title": 200, "version": 20}
_TEXTS = ("title", "version", "introduction", "model")
_KEYS = {"format", *_TEXTS, "clauses", "parameters", "deviations", *ANNEXES}


def written(agreement: Agreement) -> str:
    """The agreement as a file that can be read again."""
    body = agreement.body()
    clauses = [
        {"id": each.id, "heading": each.heading, "text": each.text, "duties": list(each.duties)}
        for each in agreement.clauses
    ]
    said = {
        "format": FORMAT,
        "title": agreement.title,
        "version": agreement.version,
        "introduction": agreement.introduction,
        "model": agreement.model,
        "parameters": body["parameters"],
        "clauses": clauses,
        "deviations": body["deviations"],
        "leaflet": body["leaflet"],
        "security": body["security"],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> Agreement:
    """The agreement in this file; InvalidError names every place where the file has another shape."""
    source = loaded(text)
    wrong = list(_wrong(source))
    if wrong:
        named = clean(" ".join(each[:LONGEST_NAMED] for each in wrong[:MOST_NAMED]))  # with names as the file has them
        raise InvalidError(UNREADABLE, {"file": named})
    return Agreement(
        title=clean(source.get("title", "")),
        version=clean(source.get("version", "")),
        introduction=clean_lines(source.get("introduction", "")),
        model=clean(source.get("model", "")),
        clauses=tuple(
            Clause(
                clean(str(c["id"])),
                clean(str(c["heading"])),
                clean_lines(str(c["text"])),
                tuple(map(clean, c.get("duties", ()))),
            )
            for c in source["clauses"]
        ),
        parameters={clean(name): clean(str(value)) for name, value in source["parameters"].items()},
        deviations=tuple(
            Deviation(*(clean_lines(str(d.get(key, ""))) for key in ("clause", "what", "why")))
            for d in source.get("deviations", ())
        ),
        leaflet=_annex(source, "leaflet"),
        security=_annex(source, "security"),
    )


def _annex(source: Mapping[str, Any], name: str) -> Annex:
    """One annex, with every section and every column, also those that the file leaves out."""
    return {
        section.name: [
            {column.name: clean_lines(str(row.get(column.name, ""))) for column in section.columns}
            for row in source[name].get(section.name, ())
        ]
        for section in ANNEXES[name]
    }


MOST_NAMED, LONGEST_NAMED = 5, 200


def _wrong(source: object) -> Iterator[str]:
    """Each place where the file has another shape, as a sentence."""
    if not isinstance(source, dict) or source.get("format") != FORMAT:
        yield say(
            'Dit bestand heeft een andere vorm. Zet bovenaan: "format": "%(format)s". '
            "Sla een concept op als JSON, dan ziet u de hele vorm.",
            format=FORMAT,
        )
        return
    for name in sorted(source.keys() - _KEYS):
        yield say("%(name)s hoort hier niet.", name=name)
    for name in _TEXTS:
        if not isinstance(source.get(name, ""), str):
            yield say("%(name)s is geen tekst.", name=name)
        elif len(source.get(name, "")) > LONGEST.get(name, LARGEST):
            yield say("%(name)s is te lang: hooguit %(most)s tekens.", name=name, most=LONGEST[name])
    clauses, deviations = source.get("clauses"), source.get("deviations", [])
    yield from _list_wrong("clauses", clauses, {"id", "heading", "text"}, {"duties"}, most=MOST_CLAUSES)
    yield from _list_wrong("deviations", deviations, {"clause", "what", "why"}, set())
    parameters = source.get("parameters")
    if not isinstance(parameters, dict) or not all(isinstance(each, str | int) for each in parameters.values()):
        yield say("%(name)s is geen lijst van namen met een waarde.", name="parameters")
    for annex, sections in ANNEXES.items():
        given = source.get(annex)
        if not isinstance(given, dict):
            yield say("%(name)s ontbreekt, of is geen bijlage.", name=annex)
            continue
        known = {each.name: {column.name for column in each.columns} for each in sections}
        for name in sorted(given.keys() - known.keys()):
            yield say("%(name)s hoort hier niet.", name=f"{annex}.{name}")
        for name in known.keys() & given.keys():
            yield from _list_wrong(f"{annex}.{name}", given[name], set(), known[name])


def _list_wrong(
    place: str, given: object, needed: set[str], other: set[str], *, most: int = MOST_ROWS
) -> Iterator[str]:
    if not isinstance(given, list):
        yield say("%(name)s is geen lijst.", name=place)
        return
    if len(given) > most:  # no page could show them all, nor keep them
        yield say("%(name)s heeft te veel regels: hooguit %(most)s.", name=place, most=most)
        return
    for number, each in enumerate(given, 1):
        where = f"{place}[{number}]"
        if not isinstance(each, dict):
            yield say("%(name)s is geen regel met namen en waarden.", name=where)
            continue
        for name in sorted(needed - each.keys()):
            yield say("In %(place)s ontbreekt %(name)s.", place=where, name=name)
        for name in sorted(each.keys() - needed - other):
            yield say("%(name)s hoort hier niet.", name=f"{where}.{name}")
        for name, value in each.items():
            if not _is_plain(name, value):
                yield say("%(name)s is geen tekst.", name=f"{where}.{name}")


def _is_plain(name: str, value: object) -> bool:
    if name == "duties":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def as_mapping(agreement: Agreement) -> Mapping[str, Any]:
    """The agreement as plain values, with the format that names it."""
    return dict(json.loads(written(agreement)))
