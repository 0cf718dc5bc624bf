"""A model DPIA as a file: JSON, read whole or refused with the place and the reason. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from portal.errors import InvalidError
from portal.offers.dpia.model import LISTS, MOST_LOWERED, DpiaModel
from portal.offers.json_files import UNREADABLE, loaded
from portal.parties.spelling import clean, clean_lines
from portal.wording import mark, say

FORMAT = "tekenpoort/dpia-model/1"
LARGEST = 2 * 1024 * 1024
"""Bytes, of a file and of a draft alike."""
MOST_NAMED, LONGEST_NAMED = 5, 200
_LOWERING = {"risk": str, "chance": int, "impact": int}
_SHAPE: Mapping[str, Any] = {
    "format": str,
    "title": str,
    "version": str,
    "is_example": bool,
    "maker": str,
    "made_on": str,
    "review_on": str,
    "product_version": str,
    "summary": str,
    "modules": [{"id": str, "name": str}],
    "conditions": [{"id": str, "text": str}],
    "dimensions": [{"id": str, "text": str, "level": int}],
    "risks": [{"id": str, "text": str, "chance": str, "impact": str, "chance_after": str, "impact_after": str}],
    "measures": [
        {"id": str, "text": str, "critical": bool, "by": str, "evidence": str, "modules": [str], "lowers": [_LOWERING]}
    ],
}
"""What stands where; a list holds any number of its only element."""
_KINDS = {
    str: mark("%(place)s is geen tekst."),
    int: mark("%(place)s is geen heel getal."),
    bool: mark("%(place)s is geen true of false."),
}


def is_model(text: str) -> bool:
    """Whether a file says of itself that it is a model DPIA."""
    try:
        source = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return isinstance(source, dict) and source.get("format") == FORMAT


def written(model: DpiaModel) -> str:
    """The model as a file that can be read again."""
    said = {"format": FORMAT, "title": model.title, "version": model.version, **model.said}
    return json.dumps({name: said[name] for name in _SHAPE}, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> DpiaModel:
    """The model in this file; InvalidError names every place where the file has another shape."""
    source = loaded(text)
    wrong = list(_wrong(source)) or list(_too_many(source))
    if wrong:
        raise InvalidError(UNREADABLE, {"file": clean(" ".join(each[:LONGEST_NAMED] for each in wrong[:MOST_NAMED]))})
    said = _cleaned(source)
    title, version = clean(said.pop("title")), clean(said.pop("version"))
    del said["format"]
    return DpiaModel(title, version, said)


def _too_many(source: Mapping[str, Any]) -> Iterator[str]:
    """What no page could show any more."""
    for name in LISTS:
        if len(source[name]) > MOST_LOWERED:
            yield say("%(place)s heeft te veel regels: hooguit %(most)s.", place=name, most=MOST_LOWERED)
    if sum(len(each["lowers"]) for each in source["measures"]) > MOST_LOWERED:
        yield say("%(place)s heeft te veel regels: hooguit %(most)s.", place="lowers", most=MOST_LOWERED)


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean_lines(value)
        case list():
            return [_cleaned(each) for each in value]
        case dict():
            return {name: _cleaned(each) for name, each in value.items()}
    return value


def _wrong(source: Any) -> Iterator[str]:
    if not isinstance(source, dict) or source.get("format") != FORMAT:
        yield say(
            'Dit bestand heeft een andere vorm. Zet bovenaan: "format": "%(format)s". '
            "Sla een concept op als JSON, dan ziet u de hele vorm.",
            format=FORMAT,
        )
        return
    for name, longest in (("title", 200), ("version", 20)):
        if isinstance(source.get(name), str) and len(source[name]) > longest:
            yield say("%(name)s is te lang: hooguit %(most)s tekens.", name=name, most=longest)
    yield from _wrong_at("", source, _SHAPE)


def _wrong_at(place: str, value: Any, shape: Any) -> Iterator[str]:
    """Each place where a value has another shape than it should, as a sentence."""
    match shape:
        case list():
            if not isinstance(value, list):
                yield say("%(place)s is geen lijst.", place=place)
                return
            for number, each in enumerate(value, 1):
                yield from _wrong_at(f"{place}[{number}]", each, shape[0])
        case Mapping():
            if not isinstance(value, dict):
                yield say("%(place)s is geen lijst van namen met een waarde.", place=place)
                return
            for name in sorted(value.keys() - shape.keys()):
                yield say("%(name)s hoort hier niet.", name=_within(place, name))
            for name, inner in shape.items():
                if name not in value:
                    yield say("%(place)s ontbreekt.", place=_within(place, name))
                else:
                    yield from _wrong_at(_within(place, name), value[name], inner)
        case _:
            if not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
                yield say(_KINDS[shape], place=place)


def _within(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
