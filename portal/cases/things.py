"""The things that a case names and a question can be asked about: what its publication describes, rows of an answer."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.cases.tables import Case
from portal.parties import register
from portal.wording import mark, say
from workflows.dpia_questions import LEVELS, REACHES, SIDE_NAMES
from workflows.vocabulary import OfEach, Pick, Question, Rows

MODULES, CONDITIONS, DIMENSIONS, RISKS, MEASURES = "modules", "conditions", "dimensions", "risks", "measures"
"""What a model DPIA describes, as its body calls them."""
BY: Mapping[str, str] = {
    "school": mark("de school"),
    "supplier": mark("de leverancier"),
    "operator": mark("de beheerder"),
}
"""Who takes a measure."""


@dataclass(frozen=True)
class Thing:
    """One thing, with what is said about it where it comes from."""

    id: str
    title: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """What more is said of it: label and value."""

    @property
    def name(self) -> str:
        """What it is called in a list of choices."""
        return self.title if self.id in self.title else f"{self.id}: {self.title}"


def of(case: Case, *, only: Collection[str] | None = None) -> dict[str, tuple[Thing, ...]]:
    """Every thing that this case names, or those of some kinds: of its publication by kind, of its answers by
    "step.question".
    """
    body: Mapping[str, Any] = case.publication.body if case.publication else {}
    kinds = [kind for kind in _MADE if only is None or kind in only]
    found = {kind: tuple(_MADE[kind](each) for each in body.get(kind, ())) for kind in kinds}
    lists = {
        f"{answer.step}.{name}": value
        for answer in case.answers
        for name, value in answer.values.items()
        if isinstance(value, list) and (only is None or f"{answer.step}.{name}" in only)
    }
    codes = {str(row) for rows in lists.values() for row in rows if not isinstance(row, dict)}
    names = register.location_names(codes)
    for place, rows in lists.items():
        found[place] = tuple(_of_row(number, row, names) for number, row in enumerate(rows, 1))
    return found


def asked_about(question: Question) -> Iterator[str]:
    """The kinds of things that a question, or one within it, is about."""
    match question:
        case OfEach(of=of, questions=within):
            yield of
        case Rows(questions=within):
            pass
        case Pick(of=of):
            yield of
            return
        case _:
            return
    for each in within:
        yield from asked_about(each)


def _of_row(number: int, row: Any, names: Mapping[str, str]) -> Thing:
    if isinstance(row, dict):
        return Thing(str(number), say("Nummer %(number)s", number=number), str(row.get("text", "")))
    return Thing(str(row), names.get(str(row), str(row)))


def _module(each: Mapping[str, Any]) -> Thing:
    return Thing(each["id"], each["name"])


def _condition(each: Mapping[str, Any]) -> Thing:
    return Thing(each["id"], say("Voorwaarde %(id)s", id=each["id"]), each["text"])


def _dimension(each: Mapping[str, Any]) -> Thing:
    reach = say(dict(REACHES)[str(each["level"])])
    return Thing(each["id"], say(SIDE_NAMES[each["id"]]), each["text"], ((say("Hoe ver het model gaat"), reach),))


def _risk(each: Mapping[str, Any]) -> Thing:
    levels = {key: say(name) for key, name in LEVELS}
    before = say("kans %(chance)s, gevolg %(impact)s", chance=levels[each["chance"]], impact=levels[each["impact"]])
    left = {"chance": levels[each["chance_after"]], "impact": levels[each["impact_after"]]}
    after = say("kans %(chance)s, gevolg %(impact)s", **left)
    facts = ((say("Zonder maatregelen"), before.lower()), (say("Met alle maatregelen"), after.lower()))
    return Thing(each["id"], say("Risico %(id)s", id=each["id"]), each["text"], facts)


def _measure(each: Mapping[str, Any]) -> Thing:
    facts = [(say("Wie"), say(BY[each["by"]]))]
    if each["critical"]:
        facts.append((say("Gewicht"), say("Kritiek: zonder deze maatregel mag het niet")))
    if each.get("lowers"):
        facts.append((say("Verlaagt"), ", ".join(lowered["risk"] for lowered in each["lowers"])))
    if each.get("evidence"):
        facts.append((say("Bewijs dat erbij past"), each["evidence"]))
    return Thing(each["id"], say("Maatregel %(id)s", id=each["id"]), each["text"], tuple(facts))


_MADE = {
    MODULES: _module,
    CONDITIONS: _condition,
    DIMENSIONS: _dimension,
    RISKS: _risk,
    MEASURES: _measure,
}
