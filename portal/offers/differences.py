"""What changed between two versions of a text, clause by clause and word by word: pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Kind = Literal["same", "changed", "added", "removed", "moved"]
Part = tuple[Literal["same", "added", "removed"], str]
_WORD = re.compile(r"\S+\s*|\s+")
INTRODUCTION = ""
MOST_COMPARED = 100_000
"""So many pairs of equal words, one of either text, up to which two texts are compared word by word. Two clauses of
5,000 letters have some ten thousand; a text made to have more would keep whoever reads the difference for minutes."""


@dataclass(frozen=True)
class ClauseChange:
    """What became of one clause. The parts of each text, read without the added ones, are the old text exactly; read
    without the removed ones they are the new text."""

    kind: Kind
    id: str
    """The id of the clause; that of the introduction is empty."""
    number: str
    """Its number in the new text, or for a removed clause in the old."""
    title: tuple[Part, ...]
    """The heading, in parts."""
    parts: tuple[Part, ...]
    """The text of the clause."""
    confirm: tuple[Part, ...]
    """The sentence that must be confirmed; none of it where nothing is."""

    @property
    def heading(self) -> str:
        """The heading as it reads now, or as it read where the clause is gone."""
        gone = "removed" if self.kind != "removed" else "added"
        return "".join(text for op, text in self.title if op != gone)


def difference(old_body: Mapping[str, Any], new_body: Mapping[str, Any]) -> list[ClauseChange]:
    """Every clause of either version once, in the order of the new text; a removed one after the one it followed.

    The bodies have the shape of `Publication.body`: {"introduction", "clauses": [{"id", "number", "heading", "text",
    "confirm"}]}. Clauses belong together by their id, or else where only their headings are the same. The introduction
    comes first, under the id "". A clause that only got another number, since others came or went, is the same.
    """
    old, new = list(old_body["clauses"]), list(new_body["clauses"])
    pairs = _pairs(old, new)
    stayed = _stayed([pairs[i] for i in sorted(pairs)])
    origin = {there: here for here, there in pairs.items()}
    changes = [_introduction(old_body["introduction"], new_body["introduction"])]
    changes += _gone(old, pairs, after=None)
    for place, clause in enumerate(new):
        was = old[origin[place]] if place in origin else None
        changes.append(_change(was, clause, moved=place not in stayed))
        if place in origin:
            changes += _gone(old, pairs, after=origin[place])
    return changes


def words(old: str, new: str) -> tuple[Part, ...]:
    """The two texts in one, in parts that stayed, came or went; whole words, each with the space behind it."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    counted, others = Counter(before), Counter(after)
    if sum(count * others[word] for word, count in counted.items()) > MOST_COMPARED:
        return _in_one_piece(before, after)
    parts: list[Part] = []
    for op, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            parts.append(("same", "".join(before[i:j])))
            continue
        if i < j:
            parts.append(("removed", "".join(before[i:j])))
        if k < m:
            parts.append(("added", "".join(after[k:m])))
    return tuple(parts)


def _in_one_piece(before: Sequence[str], after: Sequence[str]) -> tuple[Part, ...]:
    """What is the same at the beginning and at the end, and all between them as gone and come."""
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    left = shorter - head
    tail = next((i for i in range(left) if before[-1 - i] != after[-1 - i]), left)
    pieces: tuple[tuple[Literal["same", "removed", "added"], Sequence[str]], ...] = (
        ("same", before[:head]),
        ("removed", before[head : len(before) - tail]),
        ("added", after[head : len(after) - tail]),
        ("same", before[len(before) - tail :]),
    )
    return tuple((op, "".join(piece)) for op, piece in pieces if piece)


def _pairs(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Which place of the old text went to which of the new."""
    pairs: dict[int, int] = {}
    for same in ("id", "heading"):
        free = {each[same]: place for place, each in reversed(list(enumerate(new))) if place not in set(pairs.values())}
        for place, each in enumerate(old):
            if place not in pairs and each[same] in free:
                pairs[place] = free.pop(each[same])
    return pairs


def _stayed(places: Sequence[int]) -> set[int]:
    """Of the new places in their old order: those that can stay where they are, as many as possible."""
    return {
        places[i + offset]
        for i, _, size in SequenceMatcher(None, places, sorted(places), autojunk=False).get_matching_blocks()
        for offset in range(size)
    }


def _gone(old: Sequence[Mapping[str, Any]], pairs: Mapping[int, int], *, after: int | None) -> list[ClauseChange]:
    """The removed clauses that stood directly behind a place of the old text; none: at its beginning."""
    found: list[ClauseChange] = []
    for place in range(0 if after is None else after + 1, len(old)):
        if place in pairs:
            break
        found.append(_change(old[place], None, moved=False))
    return found


def _introduction(old: str, new: str) -> ClauseChange:
    return ClauseChange("same" if old == new else "changed", INTRODUCTION, "", (), words(old, new), ())


def _change(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, *, moved: bool) -> ClauseChange:
    here = now or was or {}
    said = [
        (str((was or {}).get(name) or ""), str((now or {}).get(name) or "")) for name in ("heading", "text", "confirm")
    ]
    title, text, confirm = (words(old, new) for old, new in said)
    kind: Kind = "changed"
    if was is None or now is None:
        kind = "added" if was is None else "removed"
    elif all(op == "same" for op, _ in (*title, *text, *confirm)):
        kind = "moved" if moved else "same"
    return ClauseChange(kind, str(here["id"]), str(here["number"]), title, text, confirm)
