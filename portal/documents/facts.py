"""What a document may be made of: facts of a bounded size, as JSON and as characters that can be printed."""

import json
import re
from collections.abc import Mapping
from typing import Any

from portal.errors import PortalError
from portal.wording import mark

MOST_ROWS = 2_000
LONGEST_VALUE = 100_000
MOST_TEXT = 500_000
DEEPEST = 20

# C0 and C1 controls, non-characters and halves of surrogate pairs: none of them has a shape on paper. The controls
# that force a direction have none either, and could make a name read differently from what it is.
_WITHOUT_SHAPE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_WIDE_WORD = re.compile(r"\S{60,}")
_PIECE = re.compile(r".{40}(?=.)", re.DOTALL)
_FIELD = re.compile("[A-Za-z][A-Za-z0-9_-]{0,99}")


def printable(text: str) -> str:
    """The text without characters that have no shape; every kind of line end becomes a line feed."""
    return _WITHOUT_SHAPE.sub("", _LINE_ENDS.sub("\n", text))


def breakable(text: str) -> str:
    """The text with places to break in words that are wider than a line; on paper nothing is seen or copied of them.

    Not only for the look: a value of 40,000 characters without such places took WeasyPrint 20 seconds, with them 1.
    """
    return _WIDE_WORD.sub(lambda found: _PIECE.sub("\\g<0>\u200b", found.group()), text)


def as_json(facts: Mapping[str, Any]) -> bytes:
    """The facts as JSON in UTF-8, always in the same order; PortalError when they hold half a character."""
    try:
        return json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode()
    except (UnicodeEncodeError, TypeError, ValueError) as fault:
        raise PortalError(mark("Het stuk bevat tekens of waarden die niet kunnen worden bewaard.")) from fault


def check(facts: Mapping[str, Any]) -> None:
    """Refuse, with a PortalError, facts that would make a document too large to be laid out in reasonable time.

    Counted are the entries of every list (a row of cells is one entry) and the line ends within values, the characters
    of each value and of all values together, and the depth of lists and mappings within each other.
    """
    rows, text = _measure(facts, depth=0, is_row=False)
    if rows > MOST_ROWS:
        raise PortalError(
            mark("Dit stuk heeft %(rows)s regels. Meer dan %(most)s regels past niet in een stuk."),
            rows=rows,
            most=MOST_ROWS,
        )
    if text > MOST_TEXT:
        raise PortalError(mark("Dit stuk bevat te veel tekst (%(count)s tekens)."), count=text)


def is_field(name: object) -> bool:
    """Whether this can be the name of a signature field: letters, figures, - and _, beginning with a letter."""
    return isinstance(name, str) and bool(_FIELD.fullmatch(name))


def _measure(value: object, *, depth: int, is_row: bool) -> tuple[int, int]:
    if depth > DEEPEST:
        raise PortalError(mark("Dit stuk is te diep genest om te worden opgemaakt."))
    if isinstance(value, str):
        if len(value) > LONGEST_VALUE:
            raise PortalError(
                mark("Een antwoord is te lang: %(count)s tekens. Meer dan %(most)s tekens past niet in een stuk."),
                count=len(value),
                most=LONGEST_VALUE,
            )
        return value.count("\n"), len(value)
    if isinstance(value, Mapping):
        parts = [_measure(part, depth=depth + 1, is_row=False) for part in value.values()]
        return sum(rows for rows, _ in parts), sum(text for _, text in parts)
    if isinstance(value, list | tuple):
        parts = [_measure(part, depth=depth + 1, is_row=isinstance(part, list | tuple)) for part in value]
        entries = 0 if is_row else len(value)
        return entries + sum(rows for rows, _ in parts), sum(text for _, text in parts)
    return 0, 0
