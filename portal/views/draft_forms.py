"""The forms in which a publication is written and dated, and what their buttons do to the text."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)

from portal.cases.fields import DayField
from portal.database import reader
from portal.offers import publications
from portal.offers.tables import PublicationDraft
from portal.offers.terms import (
    LONGEST_SENTENCE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_VERSION,
    MOST_CLAUSES,
    Clause,
    Terms,
)
from portal.parties.spelling import clean, clean_lines
from portal.views.desk import spoken
from portal.wording import mark, say

_FIELD = re.compile(r"clauses-[0-9]{1,3}-(id|heading|text|key|confirm)", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


class ClauseForm(Form):
    """One clause."""

    id = HiddenField()
    heading = StringField(mark("Kop"), filters=[clean], render_kw={"maxlength": LONGEST_TITLE})
    text = TextAreaField(mark("Tekst"), filters=[clean_lines], render_kw={"rows": 4, "maxlength": LONGEST_TEXT})
    key = BooleanField(mark("Dit is een belangrijke afspraak: ieder bevestigt die apart"))
    confirm = StringField(
        mark("De zin die iemand bevestigt"), filters=[clean], render_kw={"maxlength": LONGEST_SENTENCE}
    )


class DraftForm(Form):
    """Terms being written."""

    title = StringField(mark("Titel"), filters=[clean], render_kw={"maxlength": LONGEST_TITLE})
    version = StringField(mark("Versienummer"), filters=[clean], render_kw={"maxlength": LONGEST_VERSION})
    introduction = TextAreaField(
        mark("Inleiding"), filters=[clean_lines], render_kw={"rows": 4, "maxlength": LONGEST_TEXT}
    )
    clauses = FieldList(FormField(ClauseForm))


class FileForm(Form):
    """A text from a file."""

    file = FileField(mark("JSON-bestand"), render_kw={"accept": ".json"})


class WhenForm(Form):
    """From when a version holds, and how long the one before it suffices."""

    since = DayField(mark("Gaat in op"), required=True, earliest=None)
    grace_days = IntegerField(mark("Dagen dat de vorige versie nog voldoet"))


def sent() -> Form:
    """The terms as they were sent; fields with a row that no page of ours can have made are left out."""
    names = [name for name in request.form if not name.startswith("clauses-") or _FIELD.fullmatch(name)]
    return spoken(DraftForm(MultiDict((name, request.form[name]) for name in names)))


def form_of(terms: Terms) -> Form:
    """These terms, to be changed."""
    clauses = [{**vars(each)} for each in terms.clauses]
    known = {"title": terms.title, "version": terms.version, "introduction": terms.introduction, "clauses": clauses}
    return spoken(DraftForm(data=known))


def typed(form: Form) -> Terms:
    """The terms as they were typed; a clause whose id is none of ours, or stands there twice, gets a new one."""
    clauses: list[Clause] = []
    for entry in form.clauses:
        each, known = entry.form, {one.id for one in clauses}
        name = each.id.data or ""
        clause = Clause.new() if name in known or not _ID.fullmatch(name) else Clause(name)
        each.id.data = clause.id
        said = (each.heading.data or "", each.text.data or "", bool(each.key.data), each.confirm.data or "")
        clauses.append(Clause(clause.id, *said))
    return Terms(form.title.data or "", form.version.data or "", form.introduction.data or "", tuple(clauses))


def done(terms: Terms, deed: str) -> tuple[Terms, int]:
    """The terms after one of the buttons, and the place to look at."""
    name, _, number = deed.partition(":")
    place = int(number or 0)
    match name:
        case "add":
            return terms.with_one_more(), len(terms.clauses)
        case "up":
            return terms.moved(place, place - 1), max(0, place - 1)
        case "down":
            return terms.moved(place, place + 1), min(place + 1, len(terms.clauses) - 1)
        case "remove":
            return terms.without(place), place
        case "restore":
            return _restored(terms)
    return terms, place


def _restored(terms: Terms) -> tuple[Terms, int]:
    """The terms with the clause back that was just taken out: the page still held it."""
    asked = request.form
    name = asked.get("gone-id", "")
    if not _ID.fullmatch(name) or name in [each.id for each in terms.clauses]:
        return terms, 0
    text = clean_lines(asked.get("gone-text"))
    clause = Clause(name, clean(asked.get("gone-heading")), text, "gone-key" in asked, clean(asked.get("gone-confirm")))
    number = asked.get("gone-place", "")
    back = Terms(terms.title, terms.version, terms.introduction, (*terms.clauses, clause))
    place = min(int(number), len(terms.clauses)) if re.fullmatch(r"[0-9]{1,3}", number) else len(terms.clauses)
    return back.moved(len(terms.clauses), place), place


def too_long(terms: Terms) -> Iterable[tuple[str, str]]:
    """What cannot even be kept as a draft."""
    for name, text, longest in (("title", terms.title, LONGEST_TITLE), ("version", terms.version, LONGEST_VERSION)):
        if len(text) > longest:
            yield name, say("Dit is te lang: hooguit %(most)s tekens.", most=longest)
    if len(terms.clauses) > MOST_CLAUSES:
        yield "clauses", say("Voorwaarden hebben hooguit %(most)s bepalingen.", most=MOST_CLAUSES)


def when_form(given: Any, *, meaning: str = "", days: int = 14) -> Form:
    """From when and how long: as it was sent, or empty. `meaning` says what the days are for, if not for terms."""
    form = spoken(WhenForm(given))
    of_terms = say("Wie de vorige versie accepteerde, houdt zo lang toegang. 0 betekent: geen dag.")
    form.grace_days.description = meaning or of_terms
    form.since.description = say("Vandaag of later. De versie gaat in als die dag begint; vandaag betekent nu meteen.")
    if given is None:
        form.grace_days.data = days
    return form


def when(form: Form, draft: PublicationDraft) -> tuple[dt.date | None, int, dict[str, str]]:
    """The day and the grace that were chosen, and what is wrong with them."""
    form.since.validate(form)
    faults = {"since": form.since.sentences[0]} if form.since.sentences else {}
    grace_days = form.grace_days.data
    if not isinstance(grace_days, int):
        faults["grace_days"] = say("Vul een aantal dagen in, bijvoorbeeld 14.")
        grace_days = 0
    since = dt.date.fromisoformat(form.since.answer) if form.since.answer else None
    if since is not None and not faults:
        others = publications.versions(reader(), draft.product_id, draft.kind)
        faults |= publications.date_faults(others, since, grace_days)
    return since, grace_days, faults
