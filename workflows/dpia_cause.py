"""What keeps an outcome from being lighter: a cause, the answer it comes from, and what would take it away."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from workflows.dpia_facts import Around, Outcome
from workflows.vocabulary import Answers, Sentence

Change = Callable[[Answers, Around], tuple[Answers, Around]]


@dataclass(frozen=True)
class Cause:
    """Something that keeps the outcome from being lighter than `outcome`: which answer, and what would take it away."""

    outcome: Outcome
    text: Sentence
    place: str
    way: Sentence = ""
    change: Change | None = None


def answered(place: str, value: Any) -> Change:
    """The change by which the answer at this place becomes another; in a mapping or a row the values given change."""

    def change(answers: Answers, around: Around) -> tuple[Answers, Around]:
        step, question, *thing = place.split(".")
        before = answers.get(step, {}).get(question)
        after = value
        if thing and isinstance(before, list):
            after = [row | value if str(number) == thing[0] else row for number, row in enumerate(before, start=1)]
        elif thing:
            before = before or {}
            after = {**before, thing[0]: {**before.get(thing[0], {}), **value}}
        return {**answers, step: {**answers.get(step, {}), question: after}}, around

    return change


def accepted(*things: str) -> Change:
    """The change by which the evidence of these measures is accepted."""
    return lambda answers, around: (answers, replace(around, accepted=around.accepted | set(things)))
