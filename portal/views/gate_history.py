"""Looking back at the gate: could this person see this report on that day, and by which documents."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import Form, SelectChoice, SelectField, StringField

from portal import clock
from portal.cases import access
from portal.cases.catalogue import workflow_of
from portal.cases.fields import DayField
from portal.cases.tables import Case
from portal.database import reader
from portal.dossier import desk, gate_history
from portal.dossier.gate_grounds import Ground
from portal.dossier.gate_history import Answer, History, Question, Said, Span
from portal.errors import InvalidError, NotFoundError
from portal.offers.tables import Product
from portal.parties import erasing, looks, register, retention
from portal.parties.register import RegisterLocation
from portal.parties.spelling import clean
from portal.parties.tables import Organisation, Person
from portal.record import past
from portal.reports import catalogue
from portal.reports.own_tables import OwnReport
from portal.views.desk import actor, spoken, with_faults
from portal.views.exports import csv_response
from portal.views.reports import products_with_reports
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, moment, say

bp = Blueprint("gate_history", __name__)
LONGEST = dt.timedelta(days=731)
MOST_NAMED = 8
MOST_SHOWN = 25
"""So many times that the answer was the same stand on one page; the spreadsheet has all of them."""

MET: Mapping[str, str] = {
    "account": mark("Het account was in orde"),
    "block": mark("De persoon was niet geblokkeerd voor dit product"),
    "second_factor": mark("Het account was zo beveiligd als de rol vroeg"),
    "registered": mark("De school deed mee"),
    "agreement": mark("Er gold een verwerkersovereenkomst"),
    "dpia": mark("Er gold een besluit over de DPIA"),
    "member": mark("De persoon hoorde bij de school, of handelde ervoor"),
    "terms": mark("De persoon was akkoord met de gebruiksvoorwaarden"),
}
UNMET: Mapping[str, str] = {
    "account": mark("Het account was geblokkeerd of gewist"),
    "block": mark("De persoon was geblokkeerd voor dit product"),
    "second_factor": mark("De rol vroeg om een tweede stap bij het inloggen, en die was er niet"),
    "registered": mark("De school deed niet mee"),
    "agreement": mark("Er gold geen verwerkersovereenkomst die genoeg was"),
    "dpia": mark("Er gold geen besluit over de DPIA"),
    "member": mark("De persoon hoorde niet bij de school, en handelde er niet voor"),
    "terms": mark("De persoon was niet akkoord met een versie van de gebruiksvoorwaarden die genoeg was"),
}
ANSWERS: Mapping[Answer, tuple[str, str]] = {
    Answer.OPEN: ("done", mark("Ja, de poort was open")),
    Answer.SHUT: ("problem", mark("Nee, de poort was dicht")),
    Answer.NO_ROLE: ("neutral", mark("Nee, deze persoon had geen rol bij de school of het bestuur")),
    Answer.NOTHING: ("neutral", mark("Nee, dit account, deze school of dit product was er nog niet")),
    Answer.NO_REPORT: ("neutral", mark("Nee, de poort was open, maar dit rapport was er niet voor de school")),
    Answer.NOT_KNOWN: ("waiting", mark("Niet bekend")),
}
COLUMNS = (
    mark("Van"), mark("Tot"), mark("Antwoord"), mark("Code"), mark("Voorwaarde"), mark("Voldaan"), mark("Waarop"),
    mark("Kenmerk"), mark("Geldig vanaf"), mark("Geldig tot"),
)  # fmt: skip


class HistoryForm(Form):
    """Who, where, what, and when."""

    person = StringField(mark("Wie?"), filters=[clean])
    school = StringField(mark("Welke school?"), filters=[clean])
    product = SelectField(mark("Welk product?"), validate_choice=False)
    report = SelectField(mark("Welk rapport?"), validate_choice=False)
    first = DayField(mark("Op welke dag?"), required=True, earliest=None)
    last = DayField(mark("Tot en met"), required=False, earliest=None)


@dataclass(frozen=True)
class Asked:
    """A question that can be answered."""

    person: Person
    location: RegisterLocation
    product: Product
    report: str
    first: dt.date
    last: dt.date


@dataclass
class Choices:
    """Whom and what somebody can have meant, where the words fit more than one."""

    persons: list[Person]
    schools: list[tuple[str, str, str]]
    """Code, name and place."""


@bp.before_request
def _who_may_look_back() -> ResponseReturnValue | None:
    if visitor().person_id is None:
        return sign_in_first()
    if not access.may_look_back(visitor()):
        raise NotFoundError
    return None


@bp.get("/gate/history")
def index() -> ResponseReturnValue:
    """The question, and its answer for every moment of the days that are asked."""
    form, choices = _form(), Choices([], [])
    page: dict[str, Any] = {
        "form_fields": form,
        "choices": choices,
        "errors": [],
        "asked": None,
        "known_since": past.since(reader()),
        "kept_for": retention.LOOK.days,
        "is_desk": access.is_service_desk(visitor()),
        "choose_url": partial(_address, ".index"),
    }
    if not request.args:
        return render_template("gate_history/index.html", **page)
    try:
        asked = _asked(form, choices)
    except InvalidError as fault:
        return render_template("gate_history/index.html", **{**page, "errors": with_faults(form, fault.fields)})
    history, spans = _answered(asked)
    return render_template(
        "gate_history/index.html",
        **{
            **page,
            "asked": asked,
            "name": _name(asked.person),
            "report": next(each.label for each in form["report"].choices if each.value == asked.report),
            "spans": [_span_row(each, history, number) for number, each in enumerate(spans[:MOST_SHOWN], 1)],
            "total": len(spans),
            "unknown_before": _unknown_before(history, asked),
            "export_url": _address(".index_csv"),
        },
    )


@bp.get("/gate/history.csv")
def index_csv() -> ResponseReturnValue:
    """The same as a spreadsheet: a line for each thing that each condition rested on."""
    try:
        asked = _asked(_form(), Choices([], []))
    except InvalidError as fault:
        raise NotFoundError from fault
    history, spans = _answered(asked)
    unknown = _unknown_before(history, asked)
    rows = [(None, unknown, say(ANSWERS[Answer.NOT_KNOWN][1]), *[None] * 7)] if unknown else []
    rows += [row for each in spans for row in _lines(each)]
    return csv_response("poort-toen", [say(each) for each in COLUMNS], rows)


# --- The question ------------------------------------------------------------------------------------------------


def _form() -> Form:
    form = spoken(HistoryForm(request.args))
    every = products_with_reports()
    form["product"].choices = [SelectChoice("", say("Kies een product"))] + [
        SelectChoice(each.name, each.title) for each in every
    ]
    form["report"].choices = [SelectChoice("", say("Elk rapport achter deze poort")), *_reports(every)]
    return form


def _reports(every: Iterable[Product]) -> Iterable[SelectChoice]:
    """The portal's own, and those that suppliers published."""
    yield from (SelectChoice(each.name, say(each.title)) for each in catalogue.REPORTS)
    titles = {each.id: each.title for each in every}
    for each in reader.scalars(select(OwnReport).order_by(OwnReport.title, OwnReport.since)):
        if each.product_id in titles:
            yield SelectChoice(str(each.id), f"{titles[each.product_id]}: {each.title} {each.version}")


def _asked(form: Form, choices: Choices) -> Asked:
    """The question; InvalidError, a field at a time, where it cannot be answered."""
    faults: dict[str, str] = {}
    person = _person(form["person"].data or "", choices, faults)
    location = _location(form["school"].data or "", choices, faults)
    product = reader.scalar(select(Product).where(Product.name == form["product"].data, Product.has_reports))
    if product is None:
        faults["product"] = say("Kies het product waar het om gaat.")
    report = form["report"].data or ""
    if report not in {each.value for each in form["report"].choices}:
        faults["report"] = say("Kies een rapport uit de lijst.")
    elif product and gate_history.is_own(report):
        own = reader.get(OwnReport, uuid.UUID(report))
        if own is None or own.product_id != product.id:
            faults["report"] = say("Dit rapport hoort bij een ander product.")
    first, last = _days(form, faults)
    if faults or not (person and location and product and first and last):
        raise InvalidError("", faults)
    return Asked(person, location, product, report, first, last)


def _person(text: str, choices: Choices, faults: dict[str, str]) -> Person | None:
    if not text:
        faults["person"] = say("Vul een naam of e-mailadres in.")
        return None
    if gate_history.is_own(text):
        found = reader.get(Person, uuid.UUID(text))
        if found is None:
            faults["person"] = say("Wij kennen niemand met dit nummer.")
        return found
    those = desk.persons(
        reader(), text=text[:200], state="", organisation_id=None, sort="name", descending=False, offset=0,
        limit=MOST_NAMED + 1,
    )  # fmt: skip
    exact = [each for each in those.persons if text.casefold() in (each.email, each.name.casefold())]
    if len(exact) == 1 or those.total == 1:
        return (exact or those.persons)[0]
    if not those.persons:
        faults["person"] = say("Wij vinden niemand met deze naam of dit e-mailadres.")
        return None
    choices.persons = those.persons[:MOST_NAMED]
    more = those.total > MOST_NAMED
    faults["person"] = (
        say("Dit past bij te veel personen. Typ meer van de naam, of het hele e-mailadres.")
        if more
        else say("Dit past bij meer dan één persoon. Kies hieronder wie u bedoelt.")
    )
    return None


def _location(text: str, choices: Choices, faults: dict[str, str]) -> RegisterLocation | None:
    if not text:
        faults["school"] = say("Vul een vestigingscode of de naam van een school in.")
        return None
    if len(text) <= len("00AP00") and (known := register.location(text)):
        return known
    found = register.find(text[:200], kinds=frozenset({"location"}), limit=MOST_NAMED)
    if found.total == 1:
        return register.location(_code(found.hits[0]))
    choices.schools = [(_code(each), each.name, each.place) for each in found.hits]
    faults["school"] = (
        say("Dit past bij meer dan één school. Kies hieronder welke u bedoelt, of typ meer.")
        if found.hits
        else say("Deze school staat niet in het register.")
    )
    return None


def _code(hit: register.Hit) -> str:
    return hit.key.partition(":")[2]


def _days(form: Form, faults: dict[str, str]) -> tuple[dt.date | None, dt.date | None]:
    for name in ("first", "last"):
        if not form[name].validate(form):
            faults[name] = form[name].sentences[0]
    if "first" in faults or "last" in faults:
        return None, None
    first = dt.date.fromisoformat(form["first"].answer)
    last = dt.date.fromisoformat(form["last"].answer) if form["last"].answer else first
    known = past.since(reader())
    for name, each in (("first", first), ("last", last)):
        if each > clock.today():
            faults[name] = say("%(day)s is nog niet geweest. Kies vandaag of eerder.", day=day(each, weekday=True))
    if last < first:
        faults["last"] = say("Deze dag ligt voor de eerste. Kies dezelfde dag of een latere.")
    elif last - first > LONGEST:
        faults["last"] = say("Vraag hooguit twee jaar tegelijk.")
    elif known is None:
        faults["first"] = say("Het portaal bewaart dit nog niet.")
    elif last < clock.day_of(known):
        which = "last" if form["last"].answer else "first"
        faults[which] = say(
            "Van voor %(day)s is dit niet bekend: pas sinds die dag bewaart het portaal het.",
            day=day(clock.day_of(known), weekday=True),
        )
    return first, last


def _address(endpoint: str, **changes: str) -> str:
    """The same question elsewhere, or with some of it answered."""
    days = [f"{name}-{part}" for name in ("first", "last") for part in ("day", "month", "year")]
    given: dict[str, Any] = {name: request.args.get(name) for name in ("person", "school", "product", "report", *days)}
    return url_for(endpoint, **{**given, **changes})


# --- The answer --------------------------------------------------------------------------------------------------


def _answered(asked: Asked) -> tuple[History, list[Span]]:
    """What the gate said on the days that are asked, each answer for as long as it was so; and that one looked."""
    looks.note(
        actor(),
        asked.person.id,
        product=asked.product.name,
        code=asked.location.code,
        first_day=asked.first,
        last_day=asked.last,
    )
    question = Question(asked.person.id, asked.product.name, asked.location.code, asked.report)
    history = gate_history.read(reader(), question)
    begin, end = clock.start_of(asked.first), clock.start_of(asked.last + dt.timedelta(days=1))
    those = [each for each in history.spans() if each.since < end and (each.until is None or each.until > begin)]
    return history, those


def _unknown_before(history: History, asked: Asked) -> str:
    """From when it is known, where the days that are asked begin before."""
    known = history.known_since
    return moment(known) if known and clock.start_of(asked.first) < known else ""


def _name(person: Person) -> str:
    return say(erasing.ERASED) if person.name == erasing.ERASED else person.name


def _span_row(span: Span, history: History, number: int) -> dict[str, object]:
    kind, text = ANSWERS[span.said.answer]
    return {
        "id": f"antwoord-{number}",
        "since": moment(span.since, seconds=True),
        "at_least": span.since == history.known_since,
        "until": moment(span.until, seconds=True) if span.until else "",
        "kind": kind,
        "text": say(text),
        "missing": [say(UNMET[code]) for code in span.said.missing],
        "conditions": [_condition_row(code, span.said) for code in span.said.asked],
    }


def _condition_row(code: str, said: Said) -> dict[str, object]:
    kept = code not in said.missing
    return {
        "code": code,
        "kept": kept,
        "text": say((MET if kept else UNMET)[code]),
        "grounds": [_ground_row(each) for each in said.grounds[code]],
    }


def _ground_row(ground: Ground) -> dict[str, object]:
    case = reader.get(Case, ground.case_id) if ground.case_id else None
    at = reader.get(Organisation, ground.organisation_id) if ground.organisation_id else None
    return {
        "text": _in_words(ground),
        "organisation": at.name if at else "",
        "since": moment(ground.since) if ground.since else "",
        "until": moment(ground.until) if ground.until else "",
        "reference": case.reference if case else "",
        "title": say(workflow_of(case).title) if case else "",
        "case_url": url_for("cases.show", case_id=case.id) if case and access.may_read(case, visitor()) else "",
        "codes": [each.code for each in case.documents if each.void_at is None] if case else [],
    }


def _in_words(ground: Ground) -> str:
    return say(ground.text, version=ground.version, role=say(ground.role) if ground.role else "")


def _lines(span: Span) -> Iterable[tuple[Any, ...]]:
    said = span.said
    answer = (span.since, span.until, say(ANSWERS[said.answer][1]))
    if not said.asked:
        yield (*answer, *[None] * 7)
    for code in said.asked:
        kept = code not in said.missing
        condition = (code, say((MET if kept else UNMET)[code]), kept)
        for each in said.grounds[code] or (None,):
            if each is None:
                yield (*answer, *condition, *[None] * 4)
            else:
                case = reader.get(Case, each.case_id) if each.case_id else None
                yield (*answer, *condition, _in_words(each), case.reference if case else "", each.since, each.until)
