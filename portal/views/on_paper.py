"""The paper way out, for the service desk: print the document, put down the scanned copy, let a colleague confirm."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import BooleanField, FileField, Form, TextAreaField

from portal.cases import on_paper, reading
from portal.cases.fields import DayField, Ticks
from portal.cases.tables import Case, CaseState, Document
from portal.database import reader
from portal.documents import vault
from portal.errors import InvalidError, NotFoundError
from portal.parties.people import names_of
from portal.parties.spelling import clean, clean_lines
from portal.views.cases import following
from portal.views.desk import only_service_desk, spoken, with_faults
from portal.views.documents import pdf_response, witness_reading
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, wished
from portal.views.visitor import visitor
from portal.wording import day, mark, moment, say
from workflows import vocabulary

bp = Blueprint("on_paper", __name__, url_prefix="/servicedesk/papier")
bp.before_request(only_service_desk)


class PaperForm(Form):
    """Who signed the print, on which day, why on paper, and the scan itself."""

    people = Ticks(mark("Wie hebben op papier getekend?"))
    signed_on = DayField(mark("Op welke dag is getekend?"), required=True, earliest=None)
    why = TextAreaField(mark("Waarom kon het niet in het portaal?"), filters=[clean_lines], render_kw={"rows": 3})
    scan = FileField(mark("Scan van het hele getekende stuk"), render_kw={"accept": ".pdf"})
    stated = BooleanField(
        mark("Ik heb elke bladzijde van de scan met het stuk vergeleken, en de namen met de tekenbevoegden")
    )


WAITS_FOR_COLLEAGUE, WAITS_FOR_SIGNATURES = "confirm", "sign"
STATES = {
    WAITS_FOR_COLLEAGUE: ("waiting", mark("Nog niet bevestigd")),
    WAITS_FOR_SIGNATURES: ("todo", mark("Wacht op handtekeningen")),
}
SORTS = {
    "document": lambda each: each.title.casefold(),
    "whom": lambda each: each.whom.casefold(),
    "state": lambda each: (each.state, each.since),
    "since": lambda each: each.since,
}


@dataclass(frozen=True)
class Line:
    """A document that could be signed on paper, or of which the scan waits for a colleague."""

    title: str
    whom: str
    rule: str
    state: str
    who: str
    """Who put the scan down."""
    since: datetime
    url: str


@bp.get("")
def index() -> ResponseReturnValue:
    """What waits for a colleague to confirm, and every document that could still be signed on paper."""
    wish = _wish()
    lines = _chosen(wish)
    return render_template(
        "service_desk/on_paper.html",
        wish=wish,
        lines=lines,
        states={state: (kind, say(text)) for state, (kind, text) in STATES.items()},
        export_url=export_url(".index_csv", wish),
    )


@bp.get("/op-papier.csv")
def index_csv() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    columns = [say("Stuk"), say("Organisatie"), say("Wie tekenen"), say("Status"), say("Vastgelegd door"), say("Sinds")]
    rows = [
        (each.title, each.whom, each.rule, say(STATES[each.state][1]), each.who, each.since)
        for each in _chosen(_wish())
    ]
    return csv_response("op-papier", columns, rows)


def _wish() -> Wish:
    return wished(sorts=SORTS, first="state", filters={"state": STATES})


def _chosen(wish: Wish) -> list[Line]:
    word, state = wish.q.casefold(), wish.chosen["state"]
    found = [each for each in _lines() if state in ("", each.state) and word in f"{each.title} {each.whom}".casefold()]
    return sorted(found, key=SORTS[wish.sort], reverse=wish.descending)


def _lines() -> Iterator[Line]:
    waiting = {each.document_id: each for each in on_paper.waiting_for_paper(reader())}
    names = names_of({str(each.entered_by) for each in waiting.values()})
    for row in waiting.values():
        address = url_for(".confirm", document_id=row.document_id)
        yield _line(row.document, WAITS_FOR_COLLEAGUE, names.get(str(row.entered_by), ""), row.entered_at, address)
    asked = (
        select(Document)
        .join(Case)
        .where(Case.state == CaseState.SIGNING, Document.void_at.is_(None), Document.certified.is_not(None))
    )
    for document in reader.scalars(asked):
        if document.id not in waiting:
            address = url_for(".enter", document_id=document.id)
            yield _line(document, WAITS_FOR_SIGNATURES, "", document.made_at, address)


def _line(document: Document, state: str, who: str, since: datetime, url: str) -> Line:
    title = f"{say(document.title)} {document.facts['reference']}"
    whom = document.case.organisation.name if document.case.organisation else ""
    return Line(title, whom, document.facts["rule"] or "", state, who, since, url)


@bp.route("/<uuid:document_id>", methods=["GET", "POST"])
def enter(document_id: UUID) -> ResponseReturnValue:
    """Print one document, and put down its signed copy."""
    document = _found(document_id)
    form = spoken(PaperForm(request.form))
    form.people.choices = [(each["person"], f"{each['name']}, {each['function']}") for each in _signatories(document)]
    if request.method == "GET":
        return _page(document, form, [])
    file = request.files.get("scan")
    try:
        on_paper.put_down(
            document_id,
            scan=file.stream.read(on_paper.LARGEST + 1) if file else b"",
            name=clean(file.filename) if file else "",
            people=form.people.data or (),
            why=form.why.data or "",
            signed_on=vocabulary.day(form.signed_on.answer) if form.signed_on.answer else None,
            stated=bool(form.stated.data),
            by=visitor(),
        )
    except InvalidError as fault:
        return _page(document, form, with_faults(form, fault.fields)), fault.status
    flash(say("De scan van %(name)s is vastgelegd. Een collega bevestigt hem.", name=_name(document)), "done")
    return redirect(url_for(".index"))


@bp.get("/<uuid:document_id>.pdf")
def pdf(document_id: UUID) -> ResponseReturnValue:
    """The certified document, to be printed; that it was opened is seen on the case."""
    document = _found(document_id)
    witness_reading(document, form=reading.PDF)
    return pdf_response(vault.content(document.certified or ""), f"{document.facts['reference']}.pdf")


@bp.get("/<uuid:document_id>/scan.pdf")
def scan(document_id: UUID) -> ResponseReturnValue:
    """The scanned copy."""
    document = _found(document_id)
    if document.on_paper is None:
        raise NotFoundError
    return pdf_response(vault.content(document.on_paper.scan), f"{document.facts['reference']}-scan.pdf")


@bp.route("/<uuid:document_id>/bevestigen", methods=["GET", "POST"])
def confirm(document_id: UUID) -> ResponseReturnValue:
    """Everything that was put down, for a colleague to confirm or to take back."""
    document = _found(document_id)
    row = document.on_paper
    if row is None:
        raise NotFoundError
    if request.method == "POST":
        if request.form.get("verdict") == "reject":
            on_paper.reject(document_id, by=visitor())
            flash(say("De scan is weggehaald. Het stuk wacht weer op handtekeningen."), "done")
        else:
            on_paper.confirm(document_id, by=visitor(), follow=following())
            flash(say("%(name)s is op papier getekend.", name=_name(document)), "done")
        return redirect(url_for(".index"))
    signed = [each for each in _signatories(document) if each["person"] in row.people]
    rows = [
        {"label": say("Stuk"), "value": _name(document)},
        {"label": say("Wie tekenen"), "value": document.facts["rule"]},
        {"label": say("Wie op papier tekenden"), "value": [f"{each['name']}: {each['authority']}" for each in signed]},
        {"label": say("Getekend op"), "value": day(vocabulary.day(row.signed_on), weekday=True)},
        {"label": say("Waarom niet in het portaal"), "value": row.why},
        {"label": say("Vastgelegd door"), "value": names_of({str(row.entered_by)}).get(str(row.entered_by), "")},
        {"label": say("Vastgelegd op"), "value": moment(row.entered_at)},
    ]
    mine = row.entered_by == visitor().person_id
    return render_template("service_desk/confirm_paper.html", document=document, rows=rows, row=row, mine=mine)


def _page(document: Document, form: PaperForm, errors: list[tuple[str, str]]) -> str:
    return render_template(
        "service_desk/enter_paper.html", document=document, name=_name(document), form_fields=form, errors=errors
    )


def _found(document_id: UUID) -> Document:
    document = reader.get(Document, document_id)
    if document is None or document.certified is None or document.case.organisation is None or not _is_open(document):
        raise NotFoundError
    return document


def _is_open(document: Document) -> bool:
    """Whether it waits for signatures, or was signed on paper: the service desk sees no other document here."""
    return document.on_paper is not None or (document.case.state == CaseState.SIGNING and document.void_at is None)


def _signatories(document: Document) -> list[dict[str, str]]:
    return list(document.facts["signatories"])


def _name(document: Document) -> str:
    whom = document.case.organisation.name if document.case.organisation else ""
    return f"{say(document.title)} {document.facts['reference']}, {whom}"
