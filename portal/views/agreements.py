"""The register of agreements of an organisation: a line for each, one agreement in full, its file, and spreadsheets."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal import clock
from portal.cases import access, reading
from portal.cases.agreements import ending, listing, register, taking_in
from portal.cases.agreements.register import KINDS_OF_STANDING, STANDINGS, WAYS, Agreed, Signed, Standing
from portal.cases.fields import DayField, Radios
from portal.cases.tables import Case, Document
from portal.database import reader
from portal.documents import vault
from portal.documents.sheets import Cell
from portal.dossier.organisation import Rights
from portal.errors import InvalidError, NotFoundError
from portal.offers.agreements import summary
from portal.parties.spelling import clean_lines
from portal.parties.tables import Organisation
from portal.views.desk import spoken, with_faults
from portal.views.documents import pdf_response, witness_reading
from portal.views.exports import csv_response, export_url, xlsx_response
from portal.views.home import SHOWN
from portal.views.organisations import WITH_AGREEMENTS, around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say
from workflows.vocabulary import Party

bp = Blueprint("agreements", __name__, url_prefix="/organisaties/<uuid:organisation_id>")
FILTERS = {
    Standing.IN_FORCE: mark("van kracht"),
    Standing.COMING: mark("gaat nog in"),
    Standing.ENDED: mark("geëindigd"),
    listing.OUTSIDE: mark("gegevens buiten de EER"),
    listing.NEWER: mark("er is een nieuwere versie"),
}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/overeenkomsten")
def index(organisation_id: UUID) -> ResponseReturnValue:
    """Every agreement that holds, held or is to begin."""
    rights = _found(organisation_id)
    wish, chosen, total = _chosen(rights, shown=SHOWN)
    return render_template(
        "agreement_register/index.html",
        **around(rights, "agreements"),
        wish=wish,
        rows=[_row(each, rights) for each in chosen],
        total=total,
        pages=pages_of(total, SHOWN),
        filters=FILTERS,
        is_supplier=rights.organisation.kind == Party.SUPPLIER,
        subprocessors_url=_subprocessors_url(rights),
        elsewhere_url=url_for("signed_elsewhere.index")
        if rights.organisation.kind == Party.SUPPLIER and taking_in.products_for(reader(), visitor())
        else None,
        is_board=rights.organisation.kind == Party.BOARD,
        export_url=export_url(".index_csv", wish, organisation_id=organisation_id),
        xlsx_url=export_url(".index_xlsx", wish, organisation_id=organisation_id),
    )


@bp.get("/overeenkomsten.csv")
def index_csv(organisation_id: UUID) -> ResponseReturnValue:
    """The register as asked for, with what article 30 wants to know, as a spreadsheet."""
    rights = _found(organisation_id)
    return csv_response("verwerkingsregister", *_sheet(_chosen(rights, shown=None)[1]))


@bp.get("/overeenkomsten.xlsx")
def index_xlsx(organisation_id: UUID) -> ResponseReturnValue:
    """The same as a spreadsheet of the other kind."""
    rights = _found(organisation_id)
    return xlsx_response("verwerkingsregister", *_sheet(_chosen(rights, shown=None)[1]))


@bp.get("/overeenkomsten/<uuid:agreement_id>")
def show(organisation_id: UUID, agreement_id: UUID) -> ResponseReturnValue:
    """One agreement: whom to reach after a leak first, then what is done with which data, by whom and where."""
    rights = _found(organisation_id)
    agreed = _agreed(rights, agreement_id)
    return render_template(
        "agreement_register/show.html",
        **around(rights, "agreements"),
        agreed=agreed,
        row=_row(agreed, rights),
        breach=agreed.breach,
        facts=_facts(agreed),
        content=_content(agreed),
        subprocessors=agreed.subprocessors,
        case_url=_case_url(agreed),
        end=_end(agreed, rights),
        end_url=url_for(".end", organisation_id=organisation_id, agreement_id=agreement_id)
        if ending.whose_notice(agreed, rights.organisation, visitor()) and ending.of(reader(), agreement_id) is None
        else None,
        end_elsewhere_url=_end_elsewhere_url(agreed),
    )


@bp.get("/overeenkomsten/<uuid:agreement_id>.pdf")
def pdf(organisation_id: UUID, agreement_id: UUID) -> ResponseReturnValue:
    """The file as it was signed, also for the people of a school for which it holds."""
    agreed = _agreed(_found(organisation_id), agreement_id)
    if agreed.blob:
        return pdf_response(vault.content(agreed.blob), f"{agreed.product.name}-{say('elders-getekend')}.pdf")
    document = reader.get(Document, agreed.document_id) if agreed.document_id else None
    if document is None or document.current is None:
        raise NotFoundError
    witness_reading(document, form=reading.PDF)
    return pdf_response(vault.content(document.current), f"{agreed.reference}.pdf")


@bp.get("/overeenkomsten/<uuid:agreement_id>/verklaring.pdf")
def certificate(organisation_id: UUID, agreement_id: UUID) -> ResponseReturnValue:
    """The certificate of deletion as it was signed, for both sides."""
    rights = _found(organisation_id)
    agreed, ended = _agreed(rights, agreement_id), ending.of(reader(), agreement_id)
    if ended is None or not (ending.is_side(agreed, rights.organisation) or rights.is_service_desk):
        raise NotFoundError
    case = reader.get(Case, ended.certificate_id) if ended.certificate_id else None
    document = next((each for each in case.documents if each.void_at is None), None) if case else None
    if document is None or document.current is None:
        raise NotFoundError
    witness_reading(document, form=reading.PDF)
    return pdf_response(vault.content(document.current), f"{document.facts['reference']}.pdf")


class EndForm(Form):
    """By whose notice, from which day, and why."""

    notice_of = Radios(mark("Wie zegt op?"), choices=[])
    ends = DayField(mark("Eerste dag zonder overeenkomst"), required=True, earliest=None)
    why = TextAreaField(
        mark("Waarom eindigt deze overeenkomst?"),
        filters=[clean_lines],
        render_kw={"rows": 3, "maxlength": ending.LONGEST_WHY},
    )


@bp.route("/overeenkomsten/<uuid:agreement_id>/opzeggen", methods=["GET", "POST"])
def end(organisation_id: UUID, agreement_id: UUID) -> ResponseReturnValue:
    """End an agreement for the board or the supplier, after being asked."""
    rights = _found(organisation_id)
    agreed = _agreed(rights, agreement_id)
    back = url_for(".show", organisation_id=organisation_id, agreement_id=agreement_id)
    allowed = ending.whose_notice(agreed, rights.organisation, visitor())
    if not allowed and ending.of(reader(), agreement_id) is None:
        raise NotFoundError
    form = spoken(EndForm(request.form))
    form.notice_of.choices = [(str(each), _says_so(each, rights.organisation)) for each in allowed]
    if request.method == "GET" and len(allowed) == 1:
        form.notice_of.data = str(allowed[0])
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        form.ends.validate(form)
        ends_on = dt.date.fromisoformat(form.ends.answer) if form.ends.answer else None
        try:
            ending.end(
                agreed,
                organisation_id,
                notice_of=next((each for each in allowed if str(each) == form.notice_of.data), None),
                ends_on=ends_on,
                why=form.why.data or "",
                by=visitor(),
            )
            flash(say("De overeenkomst is opgezegd. Beide partijen krijgen bericht."), "done")
            return redirect(back)
        except InvalidError as fault:
            errors, status = with_faults(form, fault.fields), fault.status
    return render_template(
        "agreement_register/end.html",
        **around(rights, "agreements"),
        agreed=agreed,
        form_fields=form,
        may_bind=organisation_id in allowed,
        errors=errors,
        back=back,
    ), status


def _says_so(organisation_id: UUID, own: Organisation) -> str:
    """Whose notice it is, in the words of who enters it."""
    if organisation_id == own.id:
        return say("Wij zeggen op, namens %(organisation)s", organisation=own.name)
    other = reader.get_one(Organisation, organisation_id).name
    return say("%(organisation)s zegde op, en wij leggen dat vast", organisation=other)


# --- How ---------------------------------------------------------------------------------------------------------


def _subprocessors_url(rights: Rights) -> str | None:
    """Where the new sub-processors stand: of a board and of a supplier."""
    if rights.organisation.kind not in (Party.BOARD, Party.SUPPLIER):
        return None
    return url_for("subprocessors.index", organisation_id=rights.organisation.id)


def _found(organisation_id: UUID) -> Rights:
    rights = found(organisation_id, own=True)
    if rights.organisation.kind not in WITH_AGREEMENTS:
        raise NotFoundError
    return rights


def _agreed(rights: Rights, agreement_id: UUID) -> Agreed:
    agreed = register.find(reader(), rights.organisation, agreement_id, at=clock.now())
    if agreed is None:
        raise NotFoundError
    return agreed


def _chosen(rights: Rights, *, shown: int | None) -> tuple[Wish, list[Agreed], int]:
    """What is asked for, one page of it (or all), and how much there is: what ended comes last unless asked else."""
    wish = wished(sorts=listing.SORTS, first="standing", filters={"state": list(FILTERS)})
    chosen, total = listing.page(
        reader(),
        rights.organisation,
        at=clock.now(),
        text=wish.q,
        state=wish.chosen["state"],
        sort=wish.sort,
        descending=wish.descending,
        offset=wish.offset(shown) if shown else 0,
        limit=shown,
    )
    return wish, chosen, total


def _row(each: Agreed, rights: Rights) -> dict[str, Any]:
    here: dict[str, Any] = {"organisation_id": rights.organisation.id, "agreement_id": each.id}
    return {
        "title": each.product.title,
        "url": url_for(".show", **here),
        "supplier": each.product.supplier.name,
        "board": each.board.name,
        "version": each.version,
        "schools": [each.name for each in each.schools],
        "since": day(clock.day_of(each.since)),
        "until": day(clock.day_of(each.until), weekday=True) if each.until else "",
        "state_kind": KINDS_OF_STANDING[each.standing],
        "state_text": say(STANDINGS[each.standing]),
        "signed": say(WAYS[each.signed]),
        "is_elsewhere": each.signed == Signed.ELSEWHERE,
        "newer": each.newer,
        "knows_text": each.text is not None,
        "subprocessors": [f"{one.name} ({one.country}): {one.task}" for one in each.subprocessors],
        "transfers": [_transfer(country, basis) for country, basis in each.transfers],
        "breach": each.breach,
        "reference": each.reference,
        "pdf_url": url_for(".pdf", **here) if each.document_id or each.blob else None,
    }


def _transfer(country: str, basis: str) -> str:
    return f"{country}: {basis}" if basis else country


def _case_url(each: Agreed) -> str | None:
    case = reader.get(Case, each.case_id) if each.case_id else None
    if case is None or not access.may_read(case, visitor()):
        return None
    return url_for("cases.show", case_id=case.id)


def _end(agreed: Agreed, rights: Rights) -> dict[str, Any] | None:
    """The end of it with its days; for its parties and the service desk."""
    found = ending.of(reader(), agreed.id)
    if found is None or not (ending.is_side(agreed, rights.organisation) or rights.is_service_desk):
        return None
    rows = [
        (say("Opgezegd door"), found.organisation.name),
        (say("Waarom"), found.why),
        (say("Eerste dag zonder overeenkomst"), day(clock.day_of(found.ends_at), weekday=True)),
        (say("Gegevens ophalen kan tot en met"), day(ending.last_day(found.export_until), weekday=True)),
        (say("Alles gewist uiterlijk op"), day(ending.last_day(found.delete_by), weekday=True)),
        (say("Uit reservekopieën uiterlijk op"), day(ending.last_day(found.backups_by), weekday=True)),
    ]
    return {
        "facts": [{"label": label, "value": value} for label, value in rows],
        "is_overdue": ending.is_overdue(found, at=clock.now()),
        "certificate_url": url_for(".certificate", organisation_id=rights.organisation.id, agreement_id=agreed.id)
        if found.certificate_id
        else None,
        "certify_url": url_for("cases.begin", workflow_name="deletion_certificate", organisation=rights.organisation.id)
        if found.certificate_id is None
        and found.ends_at <= clock.now()
        and rights.organisation.kind == Party.SUPPLIER
        and rights.roles & ending.CERTIFIES
        else None,
    }


def _end_elsewhere_url(each: Agreed) -> str | None:
    """Where the service desk ends what was signed elsewhere."""
    may = each.signed == Signed.ELSEWHERE and each.standing != Standing.ENDED and access.is_service_desk(visitor())
    return url_for("signed_elsewhere.end", agreement_id=each.id) if may else None


def _facts(each: Agreed) -> list[dict[str, Any]]:
    rows = [
        (say("Schoolbestuur"), each.board.name),
        (say("Leverancier"), each.product.supplier.name),
        (say("Versie"), each.version),
        (say("Vanaf"), day(clock.day_of(each.since), weekday=True)),
        (say("Tot"), day(clock.day_of(each.until), weekday=True) if each.until else say("geen einddatum")),
        (say("Getekend"), _signed(each)),
        (say("Kenmerk"), each.reference),
        (say("Scholen"), [school.name for school in each.schools]),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _signed(each: Agreed) -> str:
    if each.signed_on is None:
        return say(WAYS[each.signed])
    return say("%(way)s, op %(day)s", way=say(WAYS[each.signed]), day=day(each.signed_on, weekday=True))


def _content(each: Agreed) -> list[dict[str, Any]]:
    if each.text is None:
        return []
    body = each.text.body
    transfers = [_transfer(country, basis) for country, basis in each.transfers]
    rows = [
        (say("Waarvoor gegevens worden gebruikt"), summary.purposes(body)),
        (say("Van wie"), summary.people(body)),
        (say("Welke gegevens"), summary.data(body)),
        (say("Hoe lang ze worden bewaard"), summary.retention(body)),
        (say("Doorgifte buiten de EER"), transfers or say("geen")),
        (say("Beveiliging"), summary.measures(body)),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def _sheet(chosen: Iterable[Agreed]) -> tuple[list[str], list[list[Cell]]]:
    """What article 30 AVG wants a register to say, a line for each agreement; a semicolon parts several things."""
    columns = [
        say("Product"),
        say("Verwerkingsverantwoordelijke"),
        say("Contact van de verantwoordelijke"),
        say("Verwerker"),
        say("Contact van de verwerker"),
        say("Doelen"),
        say("Van wie"),
        say("Soorten gegevens"),
        say("Ontvangers"),
        say("Doorgifte buiten de EER"),
        say("Bewaartermijnen"),
        say("Beveiliging in het kort"),
        say("Melden van een datalek"),
        say("Scholen"),
        say("Versie"),
        say("Vanaf"),
        say("Tot"),
        say("Status"),
        say("Getekend"),
        say("Kenmerk"),
        say("Nieuwere versie"),
    ]
    return columns, [_cells(each) for each in chosen]


def _cells(each: Agreed) -> list[Cell]:
    body = each.text.body if each.text else None
    named = [_subprocessor(one) for one in each.subprocessors]
    return [
        each.product.title,
        each.board.name,
        _contact_of(each),
        each.product.supplier.name,
        summary.cells(body, "leaflet", "contact")[0]["privacy"] if body else "",
        _list(summary.purposes(body)) if body else "",
        _list(summary.people(body)) if body else "",
        _list(summary.data(body)) if body else "",
        _list([each.product.supplier.name, *named]),
        (_list(_transfer(*one) for one in each.transfers) or say("geen")) if body else "",
        _list(summary.retention(body)) if body else "",
        _list(summary.measures(body)) if body else "",
        _reporting(each.breach),
        _list(school.name for school in each.schools),
        each.version,
        clock.day_of(each.since),
        clock.day_of(each.until) if each.until else None,
        say(STANDINGS[each.standing]),
        say(WAYS[each.signed]),
        each.reference,
        each.newer,
    ]


def _reporting(breach: summary.Breach | None) -> str:
    if breach is None:
        return ""
    who = _list(f"{one.name} {one.email} {one.phone}" for one in breach.contacts)
    told = mark("binnen %(hours)s uur, via %(channel)s: %(who)s")
    return say(told, hours=breach.hours, channel=breach.channel, who=who)


def _subprocessor(one: register.Subprocessor) -> str:
    said = f"{one.name}: {one.task}, {one.data}, {one.country}"
    return say("%(who)s (vanaf %(day)s)", who=said, day=day(one.since)) if one.since else said


def _contact_of(each: Agreed) -> str:
    """Whom the board named in the agreement."""
    return f"{each.contact_name} {each.contact_email}".strip()


def _list(texts: Iterable[str]) -> str:
    return "; ".join(texts)
