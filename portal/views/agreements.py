"""The register of agreements of an organisation: a line for each, one agreement in full, its file, and its end."""

import datetime as dt
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal import clock
from portal.cases import reading
from portal.cases.agreements import ending, listing, register, taking_in
from portal.cases.agreements.agreed import Agreed, Standing
from portal.cases.fields import DayField, Radios
from portal.cases.tables import Case, Document
from portal.database import reader
from portal.documents import vault
from portal.dossier.organisation import Rights
from portal.errors import InvalidError, NotFoundError
from portal.parties.spelling import clean_lines
from portal.parties.tables import Organisation
from portal.views import agreement_cards, agreement_sheet
from portal.views.desk import spoken, with_faults
from portal.views.documents import pdf_response, witness_reading
from portal.views.exports import csv_response, export_url, xlsx_response
from portal.views.home import SHOWN
from portal.views.organisations import WITH_AGREEMENTS, around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, say
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
        rows=[agreement_cards.row(each, rights) for each in chosen],
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
    return csv_response("verwerkingsregister", *agreement_sheet.sheet(_chosen(rights, shown=None)[1]))


@bp.get("/overeenkomsten.xlsx")
def index_xlsx(organisation_id: UUID) -> ResponseReturnValue:
    """The same as a spreadsheet of the other kind."""
    rights = _found(organisation_id)
    return xlsx_response("verwerkingsregister", *agreement_sheet.sheet(_chosen(rights, shown=None)[1]))


@bp.get("/overeenkomsten/<uuid:agreement_id>")
def show(organisation_id: UUID, agreement_id: UUID) -> ResponseReturnValue:
    """One agreement: whom to reach after a leak first, then what is done with which data, by whom and where."""
    rights = _found(organisation_id)
    agreed = _agreed(rights, agreement_id)
    return render_template(
        "agreement_register/show.html",
        **around(rights, "agreements"),
        agreed=agreed,
        row=agreement_cards.row(agreed, rights),
        breach=agreed.breach,
        facts=agreement_cards.facts(agreed),
        content=agreement_cards.content(agreed),
        subprocessors=agreed.subprocessors,
        case_url=agreement_cards.case_url(agreed),
        beforehand=agreement_cards.beforehand(agreed),
        end=agreement_cards.end_of(agreed, rights),
        end_url=url_for(".end", organisation_id=organisation_id, agreement_id=agreement_id)
        if ending.whose_notice(agreed, rights.organisation, visitor()) and ending.of(reader(), agreement_id) is None
        else None,
        end_elsewhere_url=agreement_cards.end_elsewhere_url(agreed),
        confirm_url=agreement_cards.confirm_url(agreed, rights),
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
