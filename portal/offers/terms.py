"""Terms as they are written: a title, a version and clauses, typed on a page or read from a TOML file."""

import datetime as dt
import re
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.errors import InvalidError
from portal.parties.spelling import clean, clean_lines
from portal.wording import say

LONGEST_TITLE, LONGEST_VERSION, LONGEST_TEXT, LONGEST_SENTENCE, MOST_CLAUSES = 200, 20, 5000, 300, 100
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")


@dataclass(frozen=True)
class Clause:
    """One clause; a key clause has a sentence that each person confirms apart."""

    id: str
    heading: str = ""
    text: str = ""
    key: bool = False
    confirm: str = ""

    @classmethod
    def new(cls) -> "Clause":
        """An empty clause with an id of its own."""
        return cls(f"clause_{uuid.uuid4().hex[:8]}")


@dataclass(frozen=True)
class Terms:
    """A text of terms; unfinished while it is a draft."""

    title: str
    version: str
    introduction: str
    clauses: tuple[Clause, ...]

    def body(self) -> dict[str, Any]:
        """As a publication keeps it, with its clauses numbered."""
        return {
            "introduction": self.introduction,
            "clauses": [
                {
                    "id": each.id,
                    "number": str(number),
                    "heading": each.heading,
                    "text": each.text,
                    "key": each.key,
                    "confirm": each.confirm if each.key else None,
                }
                for number, each in enumerate(self.clauses, 1)
            ],
        }

    @classmethod
    def of(cls, body: Mapping[str, Any], *, title: str, version: str) -> "Terms":
        """The terms that a body holds."""
        clauses = (
            Clause(each["id"], each["heading"], each["text"], bool(each["key"]), each["confirm"] or "")
            for each in body["clauses"]
        )
        return cls(title, version, body["introduction"], tuple(clauses))

    def faults(self) -> Iterator[tuple[str, str]]:
        """What must be mended before this can be published: the field, and a sentence."""
        yield from _text_faults("title", self.title, LONGEST_TITLE, say("Geef de voorwaarden een titel."))
        if not self.version:
            yield "version", say("Geef deze versie een nummer, bijvoorbeeld 2027-01.")
        elif not _VERSION.fullmatch(self.version):
            yield (
                "version",
                say(
                    "Een versienummer heeft hooguit %(most)s letters, cijfers, punten en streepjes.",
                    most=LONGEST_VERSION,
                ),
            )
        yield from _text_faults("introduction", self.introduction, LONGEST_TEXT, say("Schrijf een inleiding."))
        if not self.clauses:
            yield "clauses", say("Voorwaarden hebben minstens één bepaling.")
        if len(self.clauses) > MOST_CLAUSES:
            yield "clauses", say("Voorwaarden hebben hooguit %(most)s bepalingen.", most=MOST_CLAUSES)
        for place, each in enumerate(self.clauses):
            yield from _clause_faults(f"clauses-{place}", each, place + 1)

    def moved(self, place: int, to: int) -> "Terms":
        """With one clause in another place; what falls outside the text stays where it was."""
        clauses = list(self.clauses)
        if 0 <= place < len(clauses) and 0 <= to < len(clauses):
            clauses.insert(to, clauses.pop(place))
        return replace(self, clauses=tuple(clauses))

    def without(self, place: int) -> "Terms":
        """With one clause fewer."""
        return replace(self, clauses=tuple(each for at, each in enumerate(self.clauses) if at != place))

    def with_one_more(self) -> "Terms":
        """With an empty clause at the end, as long as there may be more."""
        if len(self.clauses) >= MOST_CLAUSES:
            return self
        return replace(self, clauses=(*self.clauses, Clause.new()))


def read_terms(text: str) -> tuple[Terms, dt.date | None, int]:
    """Terms from TOML: title, version, introduction and [[clauses]]; with `since` and `grace_days` if they are given.

    InvalidError says in a sentence what is wrong with the file.
    """
    try:
        source = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise _unreadable(say("Dit is geen goed TOML-bestand: %(fault)s.", fault=fault)) from fault
    listed = source.get("clauses")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise _unreadable(say("Het bestand heeft geen bepalingen: zet elke bepaling onder [[clauses]]."))
    clauses = tuple(_read_clause(each, number) for number, each in enumerate(listed, 1))
    ids = [each.id for each in clauses]
    for each in ids:
        if ids.count(each) > 1:
            raise _unreadable(say("Twee bepalingen hebben dezelfde id: %(id)s.", id=each))
    terms = Terms(
        title=_read(source, "title"),
        version=_read(source, "version"),
        introduction=_read(source, "introduction"),
        clauses=clauses,
    )
    since, grace_days = source.get("since"), source.get("grace_days", 0)
    if isinstance(since, dt.datetime) or not isinstance(since, dt.date | None):
        raise _unreadable(say("`since` is geen datum zoals 2027-01-31."))
    if not isinstance(grace_days, int) or isinstance(grace_days, bool):
        raise _unreadable(say("`grace_days` is geen heel getal."))
    return terms, since, grace_days


def _read_clause(source: Mapping[str, Any], number: int) -> Clause:
    name = source.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise _unreadable(
            say("Bepaling %(number)s heeft geen goede id: kleine letters, cijfers en lage streepjes.", number=number)
        )
    return Clause(
        name,
        _read(source, "heading"),
        _read(source, "text"),
        "confirm" in source,
        _read(source, "confirm", needed=False),
    )


def _read(source: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = source.get(name, None if needed else "")
    if not isinstance(value, str):
        raise _unreadable(say("In het bestand ontbreekt een tekst: %(name)s.", name=name))
    return clean_lines(value) if name in ("introduction", "text") else clean(value)


def _unreadable(sentence: str) -> InvalidError:
    return InvalidError("Dit bestand kan niet worden gelezen.", {"file": sentence})


def _text_faults(place: str, text: str, longest: int, missing: str) -> Iterator[tuple[str, str]]:
    if not text:
        yield place, missing
    elif len(text) > longest:
        yield place, say("Dit is te lang: hooguit %(most)s tekens.", most=longest)


def _clause_faults(place: str, clause: Clause, number: int) -> Iterator[tuple[str, str]]:
    yield from _text_faults(
        f"{place}-heading", clause.heading, LONGEST_TITLE, say("Geef bepaling %(number)s een kop.", number=number)
    )
    yield from _text_faults(
        f"{place}-text", clause.text, LONGEST_TEXT, say("Schrijf de tekst van bepaling %(number)s.", number=number)
    )
    if clause.key:
        yield from _text_faults(
            f"{place}-confirm",
            clause.confirm,
            LONGEST_SENTENCE,
            say("Schrijf de zin die iemand bij bepaling %(number)s bevestigt.", number=number),
        )
