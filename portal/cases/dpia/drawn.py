"""Where the risks stand, to be drawn: a matrix of chance and impact before the measures, and levels after them."""

from collections.abc import Mapping
from typing import Any

from workflows.dpia_facts import Level
from workflows.dpia_risks import STEPS, level_of
from workflows.vocabulary import Answers

ON_A_LINE = 4
"""So many names of risks fit beside each other in a square."""


def risks(answers: Answers, body: Mapping[str, Any], residual: Mapping[str, Level]) -> list[dict[str, str]]:
    """The risks that apply, each by its short name with chance, impact, level and what is left; own ones as E1."""
    said = answers.get("risks", {})
    given: Mapping[str, Any] = said.get("risks") or {}
    found = [
        _risk(each["id"], each["id"], each["text"], given[each["id"]], residual)
        for each in body["risks"]
        if given.get(each["id"], {}).get("applies")
    ]
    own = enumerate(said.get("own") or [], start=1)
    return found + [_risk(f"own-{number}", f"E{number}", row["text"], row, residual) for number, row in own]


def before(those: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The nine squares of the matrix, the gravest chance first, each with the names of its risks in lines."""
    return [
        {
            "chance": chance.value,
            "impact": impact.value,
            "level": level_of(chance, impact).value,
            "lines": _lines([each["name"] for each in those if (each["chance"], each["impact"]) == (chance, impact)]),
        }
        for chance in reversed(STEPS)
        for impact in STEPS
    ]


def after(those: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The three levels that may be left, the lightest first, each with the names of its risks in lines."""
    return [
        {"level": level.value, "lines": _lines([each["name"] for each in those if each["after"] == level])}
        for level in STEPS
    ]


def _risk(key: str, name: str, text: str, row: Mapping[str, Any], residual: Mapping[str, Level]) -> dict[str, str]:
    chance, impact = Level(row["chance"]), Level(row["impact"])
    level = level_of(chance, impact)
    return {
        "name": name,
        "text": text,
        "chance": chance.value,
        "impact": impact.value,
        "level": level.value,
        "after": residual.get(key, level).value,
        "why": row["why"],
    }


def _lines(names: list[str]) -> list[str]:
    return [" ".join(names[start : start + ON_A_LINE]) for start in range(0, len(names), ON_A_LINE)]
