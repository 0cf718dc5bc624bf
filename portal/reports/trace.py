"""The trace mark: a short code on every page that is passed on, by which it leads back to who passed it on. Pure.

A mark looks like TP-4F7Q-K2ZN-9WXC: ten characters that say which, two that say whether they were read well. It is
text that a person can read, so that it comes through printing to a PDF, taking out pages and cleaning a file. It does
not come through cutting it away, retyping the figures or copying a part of the text.
"""

import hashlib
import re

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that looks like a figure, and no U."""
BITS = 50
"""So much of a mark says which it is."""
_SAID = 10
MOST = 1000
"""More marks are not looked for in one text."""
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_MARK = re.compile(r"TP-?([0-9A-Z]{4})-?([0-9A-Z]{4})-?([0-9A-Z]{4})")
_DASHES = re.compile("[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d_]")
_NOTHING = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def mark_of(number: int) -> str:
    """The mark of a number from 0 up to 2**50; raises ValueError outside that."""
    if not 0 <= number < 1 << BITS:
        raise ValueError(f"no mark for {number}")
    said = "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(_SAID)))
    whole = said + _check(said)
    return f"TP-{whole[:4]}-{whole[4:8]}-{whole[8:]}"


def marks_in(text: str) -> tuple[str, ...]:
    """The marks in a text (the first 1000), each once, in order: also one broken over lines, or with an O for a 0."""
    compact = _DASHES.sub("-", _NOTHING.sub("", text)).upper()
    found: dict[str, None] = {}
    at = 0
    while len(found) < MOST and (match := _MARK.search(compact, at)):
        at = match.start() + 1
        whole = "".join(match.groups()).translate(_READ_AS)
        if set(whole) <= set(LETTERS) and _check(whole[:_SAID]) == whole[_SAID:]:
            found[f"TP-{whole[:4]}-{whole[4:8]}-{whole[8:]}"] = None
            at = match.end()
    return tuple(found)


def _check(said: str) -> str:
    digest = int.from_bytes(hashlib.sha256(said.encode()).digest()[:2], "big")
    return LETTERS[digest >> 5 & 31] + LETTERS[digest & 31]
