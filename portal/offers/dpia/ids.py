"""The ids of a model's rows: the next free number for a new one, and never one that an earlier version used. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from portal.offers.dpia.model import DpiaModel, is_id
from portal.offers.sections import Cells

LETTERS: Mapping[str, str] = {"modules": "O", "conditions": "C", "risks": "R", "measures": "M"}


def next_id(part: str, written: Iterable[Cells], model: DpiaModel) -> str:
    """The first free number after every one that is or was in use."""
    letter = LETTERS[part]
    used = {*model.used, *(each["id"] for each in written), *(each["id"] for each in model.said[part])}
    numbers = [int(found[1]) for name in used if (found := re.fullmatch(f"{letter}([0-9]{{1,6}})", name))]
    return f"{letter}{max(numbers, default=0) + 1}"


def identified(part: str, written: Sequence[Cells], model: DpiaModel) -> Iterator[Cells]:
    """The rows; one whose id cannot be one, or stands there twice, gets a new one."""
    known: set[str] = set()
    fresh: list[Cells] = []
    for row in written:
        name = row["id"]
        if not is_id(name) or name in known:
            name = next_id(part, [*written, *fresh], model)
            fresh.append({"id": name})
        known.add(name)
        yield {**row, "id": name}
