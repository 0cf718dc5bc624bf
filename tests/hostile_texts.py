"""Texts that would run, break out or get lost wherever somebody forgot what a text is; and how they are found back."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

CORPUS = {
    "markup": "<script>alert(1)</script><b>x</b>&amp;&lt;",
    "attribute": '" onfocus="alert(1)" x=\'y\' /><',
    "ends of elements": "</textarea></title></style></dd><!--",
    "template": "{{7*7}}{% if 1 %}{# x #}${7*7}#{7*7}",
    "places": "%s %(name)s %(words)s %% {0} {name!r}",
    "XML": "<![CDATA[x]]><!DOCTYPE a [<!ENTITY e 'x'>]>&e;",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-1-1",
    "at": "@SUM(A1)",
    "wide formula": "＝1+1",
    "formula after a tab": "\t=1+1",
    "lines": "een\r\nBcc: x@kwaad.example\r\n\r\ntwee",
    "old ends of lines": "a\x0bb\x0cc\x85d\u2028e\u2029f",
    "calendar": "x\nEND:VEVENT\nBEGIN:VEVENT;,\\n",
    "nothing": "voor\x00na\x1b[31m",
    "turned around": "\u202egro.dneirf\u202c \u2066x\u2069 שלום einde",
    "outside the plane": "😀👩‍🏫🏳️‍🌈\U00012345",
    "unseen joiners": "a\u200db\u200bc\ufeffd\u00ade",
    "combining": "e\u0301 Z\u0351\u0349 한",
    "no characters": "x\ufffey\U0001fffez\ufdd0",
    "quotes": "\"'`´‘’“”«»,;:|",
    "backslashes": "\\ \\\\ \\n \\x00 ../.. %00",
    "SQL": "'; DROP TABLE person;--",
    "one word": "w" * 150,
}
TAIL = 5


def visible(text: str) -> str:
    """The characters with a shape, in the one spelling that the portal keeps."""
    return "".join(each for each in unicodedata.normalize("NFC", text) if _has_shape(each))


def _has_shape(letter: str) -> bool:
    chooses_a_shape = "\ufe00" <= letter <= "\ufe0f"
    return letter.isprintable() and not letter.isspace() and not chooses_a_shape


@dataclass
class Ink:
    """Hands out hostile texts, each with a tail of its own, and says which of them came out damaged."""

    given: dict[str, str] = field(default_factory=dict)
    """By its tail, what can be seen of a text."""

    def write(self, text: str) -> str:
        """This text with a tail of its own."""
        tail = f"§{len(self.given):03x}§"
        self.given[tail] = visible(text)
        return text + tail

    def sheets(self, longest: int) -> Iterator[str]:
        """The whole corpus in texts of at most so many characters; a small box gets what fits in it."""
        full = ""
        for text in CORPUS.values():
            if len(text) > longest - TAIL:
                continue
            written = self.write(text)
            if full and len(full) + 1 + len(written) > longest:
                yield full
                full = ""
            full = f"{full} {written}" if full else written
        yield full

    def found(self, text: str) -> set[str]:
        """The tails of the texts that stand somewhere in here."""
        seen = visible(text)
        return {tail for tail in self.given if tail in seen}

    def damaged(self, text: str, *, ordered: bool = True) -> list[str]:
        """The texts of which the tail stands in here, and not all that goes before it."""
        seen, same = visible(text), (lambda each: each) if ordered else sorted
        parts = [(tail, whole, part) for tail, whole in self.given.items() for part in seen.split(tail)[:-1]]
        return [whole + tail for tail, whole, part in parts if whole and same(part[-len(whole) :]) != same(whole)]
