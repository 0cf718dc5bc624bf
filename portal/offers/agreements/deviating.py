"""Where an agreement says something else than a model: what its supplier says of it, and what anybody can compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.offers.agreements import files
from portal.offers.agreements.changes import parameter_changes
from portal.offers.agreements.words import deviations_in_words
from portal.offers.differences import ClauseChange, difference
from portal.offers.section_changes import RowChange

Body = Mapping[str, Any]
SHARED = 0.5
"""A text of which fewer clauses than this part are those of the example is a text of its own."""


@dataclass(frozen=True)
class Deviating:
    """What a text says of the model that it follows, and how it differs from the example of the portal."""

    model: str
    """The model that it follows, in the words of its supplier; empty: it names none."""
    said: tuple[Mapping[str, str], ...]
    """What its supplier says is otherwise: clause, what, why."""
    is_own_text: bool
    """It was not made from the example: a comparison would show two texts beside each other."""
    clauses: tuple[ClauseChange, ...]
    """Every clause beside the example; empty for a text of its own."""
    rows: tuple[RowChange, ...]
    """Terms and choices that are otherwise."""

    @property
    def differs(self) -> bool:
        """Whether something is otherwise than in the example."""
        return bool(self.rows) or any(each.kind != "same" for each in self.clauses)


def deviating(body: Body, example: Path) -> Deviating:
    """Where this text deviates, by its own words and beside an example that ships with the portal."""
    base = _example(example)
    mine, theirs = ({each["id"] for each in text["clauses"]} for text in (body, base))
    is_own_text = len(mine & theirs) < SHARED * len(mine | theirs)
    # How a text introduces itself, and which model it names, is no deviation.
    beside = {**body, "introduction": base["introduction"], "model": base["model"]}
    return Deviating(
        model=str(body.get("model") or ""),
        said=tuple(deviations_in_words(body)),
        is_own_text=is_own_text,
        clauses=() if is_own_text else tuple(difference(base, beside)),
        rows=() if is_own_text else tuple(parameter_changes(base, beside)),
    )


@cache
def _example(path: Path) -> Body:
    text: Body = files.read(path.read_text(encoding="utf-8")).body()
    return text
