"""A processor agreement as a supplier writes it, and what must be mended before it can be published: pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.offers.agreements import annexes
from portal.offers.agreements.annexes import ANNEXES, Annex
from portal.offers.agreements.duties import DUTIES, PARAMETERS, Parameter
from portal.offers.sections import Column, Kind, Row, Section
from portal.wording import say

LONGEST_TITLE, LONGEST_TEXT, MOST_CLAUSES = 200, 5000, 60
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PLACE = re.compile(r"\{([^{}]*)\}")
Fault = tuple[str, str]
"""Where ("clauses-3-text", "leaflet-data-0-which"), and a sentence."""


@dataclass(frozen=True)
class Clause:
    """One clause, with the duties of article 28 that it fulfils and places for parameters between braces."""

    id: str
    heading: str
    text: str
    duties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deviation:
    """Where this agreement says something else than the model it follows, and why."""

    clause: str
    what: str
    why: str


@dataclass(frozen=True)
class Agreement:
    """A version of a processor agreement with its two annexes; unfinished while it is a draft."""

    title: str
    version: str
    introduction: str
    model: str
    """The model text that it follows, in the supplier's own words; empty: none."""
    clauses: tuple[Clause, ...]
    parameters: Mapping[str, str]
    leaflet: Annex
    security: Annex
    deviations: tuple[Deviation, ...] = field(default=())

    @property
    def annexes(self) -> Mapping[str, Annex]:
        """Both annexes by name."""
        return {"leaflet": self.leaflet, "security": self.security}

    def body(self) -> dict[str, Any]:
        """As a publication keeps it: clauses numbered and filled in, so that versions can be compared word by word."""
        return {
            "introduction": self.introduction,
            "model": self.model,
            "clauses": [
                {
                    "id": each.id,
                    "number": str(number),
                    "heading": each.heading,
                    "text": filled(each.text, self.parameters),
                    "written": each.text,
                    "duties": list(each.duties),
                }
                for number, each in enumerate(self.clauses, 1)
            ],
            "parameters": dict(self.parameters),
            "deviations": [{"clause": each.clause, "what": each.what, "why": each.why} for each in self.deviations],
            **{
                name: {key: [dict(row) for row in rows] for key, rows in annex.items()}
                for name, annex in self.annexes.items()
            },
        }

    @classmethod
    def of(cls, body: Mapping[str, Any], *, title: str, version: str) -> "Agreement":
        """The agreement that a body holds."""
        return cls(
            title,
            version,
            body["introduction"],
            body["model"],
            tuple(Clause(c["id"], c["heading"], c["written"], tuple(c["duties"])) for c in body["clauses"]),
            dict(body["parameters"]),
            body["leaflet"],
            body["security"],
            tuple(Deviation(d["clause"], d["what"], d["why"]) for d in body["deviations"]),
        )

    def faults(self) -> Iterator[Fault]:
        """What must be mended before this can be published: the field, and a sentence."""
        yield from _text("title", self.title, LONGEST_TITLE, say("Geef de overeenkomst een titel."))
        if not _VERSION.fullmatch(self.version):
            yield "version", say("Geef deze versie een nummer, bijvoorbeeld 2027-01.")
        yield from _text("introduction", self.introduction, LONGEST_TEXT, say("Schrijf een inleiding."))
        yield from _clauses(self)
        yield from _parameters(self.parameters)
        yield from _deviations(self)
        for name, annex in self.annexes.items():
            yield from _annex(name, ANNEXES[name], annex)
        yield from _between_annexes(self)

    def missing_duties(self) -> list[str]:
        """The duties of article 28 to which no clause points, in their order."""
        told = {duty for each in self.clauses if each.text for duty in each.duties}
        return [duty for duty in DUTIES if duty not in told]


def filled(text: str, parameters: Mapping[str, str]) -> str:
    """A clause with its parameters filled in; a place that is not known stays as it is written."""
    known = {each.name: each for each in PARAMETERS}

    def fill(place: re.Match[str]) -> str:
        value = parameters.get(place[1])
        if place[1] not in known or value is None:
            return place[0]
        return str(dict(known[place[1]].options).get(value, value))

    return _PLACE.sub(fill, text)


# --- What must be mended -----------------------------------------------------------------------------------------


def _text(place: str, text: str, longest: int, missing: str) -> Iterator[Fault]:
    if not text:
        yield place, missing
    elif len(text) > longest:
        yield place, say("Dit is te lang: hooguit %(most)s tekens.", most=longest)


def _clauses(agreement: Agreement) -> Iterator[Fault]:
    known = {each.name for each in PARAMETERS}
    if not 0 < len(agreement.clauses) <= MOST_CLAUSES:
        yield "clauses", say("Een overeenkomst heeft ten minste één bepaling, en hooguit %(most)s.", most=MOST_CLAUSES)
    ids = [each.id for each in agreement.clauses]
    for place, each in enumerate(agreement.clauses):
        number = place + 1
        if not _ID.fullmatch(each.id) or ids.count(each.id) > 1:
            yield f"clauses-{place}-id", say("Geef bepaling %(number)s een eigen id van kleine letters.", number=number)
        heading = say("Geef bepaling %(number)s een kop.", number=number)
        text = say("Schrijf de tekst van bepaling %(number)s.", number=number)
        yield from _text(f"clauses-{place}-heading", each.heading, LONGEST_TITLE, heading)
        yield from _text(f"clauses-{place}-text", each.text, LONGEST_TEXT, text)
        for name in _PLACE.findall(each.text):
            if name not in known:
                yield f"clauses-{place}-text", say("{%(name)s} is geen gegeven dat wij kennen.", name=name)
        for duty in each.duties:
            if duty not in DUTIES:
                yield f"clauses-{place}-duties", say("%(name)s is geen onderwerp van artikel 28.", name=duty)
    for duty in agreement.missing_duties():
        yield "duties", say("Geen bepaling gaat over: %(duty)s (artikel 28 AVG).", duty=say(DUTIES[duty]))


def _parameters(given: Mapping[str, str]) -> Iterator[Fault]:
    for each in PARAMETERS:
        value = given.get(each.name, "")
        if sentence := _parameter(each, value):
            yield f"parameters-{each.name}", sentence
    for name in given.keys() - {each.name for each in PARAMETERS}:
        yield f"parameters-{name}", say("%(name)s is geen gegeven dat wij kennen.", name=name)


def _parameter(parameter: Parameter, value: str) -> str:
    if not value:
        return say("Vul in: %(label)s.", label=say(parameter.label))
    if parameter.options and value not in dict(parameter.options):
        return say("Kies een van: %(options)s.", options=", ".join(key for key, _ in parameter.options))
    if parameter.least is not None and parameter.most is not None:
        is_number = value.isascii() and value.isdecimal() and len(value) < 7
        if not (is_number and parameter.least <= int(value) <= parameter.most):
            return say(
                "Vul een heel getal in van %(least)s tot en met %(most)s.", least=parameter.least, most=parameter.most
            )
    return ""


def _deviations(agreement: Agreement) -> Iterator[Fault]:
    ids = {each.id for each in agreement.clauses}
    for place, each in enumerate(agreement.deviations):
        if each.clause not in ids:
            yield f"deviations-{place}-clause", say("Er is geen bepaling die %(id)s heet.", id=each.clause)
        yield from _text(f"deviations-{place}-what", each.what, annexes.LONGEST, say("Schrijf op wat er anders is."))
        yield from _text(f"deviations-{place}-why", each.why, annexes.LONGEST, say("Schrijf op waarom."))


def _annex(name: str, sections: Sequence[Section], annex: Annex) -> Iterator[Fault]:
    for section in sections:
        rows = annex.get(section.name, ())
        place = f"{name}-{section.name}"
        if len(rows) < section.fewest or (section.is_single and len(rows) != 1):
            yield place, say("Vul dit in: %(title)s.", title=say(section.title))
        elif len(rows) > annexes.MOST_ROWS:
            yield place, say("Hooguit %(most)s regels.", most=annexes.MOST_ROWS)
        for at, row in enumerate(rows):
            for column, sentence in faults_of_row(section, row):
                yield f"{place}-{at}-{column}", sentence


def faults_of_row(section: Section, row: Row) -> Iterator[Fault]:
    """What must be mended in one row of a section: the column, and a sentence."""
    for column in section.columns:
        if sentence := _value(column, row.get(column.name, "")):
            yield column.name, sentence


def _value(column: Column, value: str) -> str:
    if not value:
        return "" if column.optional else say("Vul in: %(label)s.", label=say(column.label).removesuffix("?"))
    if len(value) > annexes.LONGEST:
        return say("Dit is te lang: hooguit %(most)s tekens.", most=annexes.LONGEST)
    if column.options and value not in dict(column.options):
        return say("Kies een van: %(options)s.", options=", ".join(key for key, _ in column.options))
    match column.kind:
        case Kind.DAY if not _is_day(value):
            return say("Schrijf een datum als 2027-01-31.")
        case Kind.NUMBER if not (value.isascii() and value.isdecimal() and len(value) < 7):
            return say("Vul een heel getal in.")
        case Kind.EMAIL if not _EMAIL.fullmatch(value):
            return say("Dit is geen e-mailadres.")
    return ""


def _is_day(value: str) -> bool:
    try:
        return dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _between_annexes(agreement: Agreement) -> Iterator[Fault]:
    """What must agree: terms for every category, a ground outside the EEA, every theme, and one time for a breach."""
    leaflet, security = agreement.leaflet, agreement.security
    kept = {row.get("category") for row in leaflet.get("retention", ())}
    used = {row.get("category") for row in leaflet.get("data", ())}
    for at, row in enumerate(leaflet.get("data", ())):
        if row.get("category") not in kept:
            yield f"leaflet-data-{at}-category", say("Hiervoor staat geen bewaartermijn in de bijlage.")
    for at, row in enumerate(leaflet.get("retention", ())):
        if row.get("category") not in used:
            yield f"leaflet-retention-{at}-category", say("Deze soort gegevens staat niet bij de gegevens zelf.")
    for section in ("places", "subprocessors"):
        for at, row in enumerate(leaflet.get(section, ())):
            if row.get("in_eea") == "no" and not row.get("basis"):
                yield f"leaflet-{section}-{at}-basis", say("Buiten de EER hoort hier de grond voor doorgifte.")
    themes = {row.get("theme") for row in security.get("measures", ())}
    for key, label in annexes.THEMES:
        if key not in themes:
            yield "security-measures", say("Er staat geen maatregel bij: %(theme)s.", theme=say(label))
    promised = agreement.parameters.get("breach_hours", "")
    for row in security.get("breach", ())[:1]:
        told = row.get("hours", "")
        if told.isdecimal() and promised.isdecimal() and int(told) > int(promised):
            yield "security-breach-0-hours", say("De overeenkomst belooft %(hours)s uur. Dit is later.", hours=promised)
