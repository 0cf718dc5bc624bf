"""Reading and signing: one document beside the act, or several on cards, with one code at the button."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, HiddenField, StringField

from portal import dossier
from portal.cases import access, reading, sides, signing, waiting
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, Document
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.parties import authenticator
from portal.parties.spelling import clean
from portal.views import document_cards, documents, turns
from portal.views.cases import following
from portal.views.sign_in import sign_in_first, totp_secrets
from portal.views.visitor import person, settings, visitor
from portal.wording import day, mark, moment, say

bp = Blueprint("signing", __name__, url_prefix="/tekenen")

OPENED = {reading.PAGE: mark("Als pagina op %(when)s"), reading.PDF: mark("Als PDF op %(when)s")}
NOT_OPENED = {reading.PAGE: mark("Niet als pagina"), reading.PDF: mark("Niet als PDF")}


class SignForm(Form):
    """A typed name and a one-time code, for exactly the revision that was shown."""

    typed_name = StringField(mark("Typ uw volledige naam"), filters=[clean])
    code = StringField(mark("Code uit uw app"), filters=[clean])
    seen = HiddenField()


@bp.route("", methods=["GET", "POST"])
def several() -> ResponseReturnValue:
    """Everything that waits for my signature, a card each; those I read can be signed in one go."""
    if visitor().person_id is None:
        return sign_in_first()
    to_sign = dossier.to_sign(reader(), person().id)
    if request.method == "GET":
        return _cards(to_sign, SignForm())
    form = SignForm(request.form)
    chosen = {each: request.form.get(f"seen-{each}", "") for each in _chosen()}
    if not chosen:
        return _cards(to_sign, form, fault=say("Kies ten minste één stuk.")), 422
    try:
        done = _sign(chosen, form)
    except InvalidError as fault:
        return _cards(to_sign, form, fault=_show(form, fault), chosen=set(chosen)), fault.status
    if len(done.cases) == 1:
        return redirect(url_for("cases.done", case_id=done.cases[0]))
    return render_template("signing/signed.html", cases=[(case, workflow_of(case)) for case in map(_case, done.cases)])


@bp.route("/<uuid:document_id>", methods=["GET", "POST"])
def sign(document_id: UUID) -> ResponseReturnValue:
    """The page on which one reads and signs one document."""
    if visitor().person_id is None:
        return sign_in_first()
    document = documents.found(document_id)
    case = reader.get_one(Case, document.case_id)
    if request.method == "GET":
        if not document_cards.may_sign_now(case, visitor()):
            return redirect(url_for("cases.show", case_id=case.id))
        documents.witness_reading(document, form=reading.PAGE)
        return _page(case, document, SignForm(seen=document.certified))
    form = SignForm(request.form)
    try:
        _sign({document_id: form.seen.data or ""}, form)
    except InvalidError as fault:
        _show(form, fault)
        return _page(case, document, form), fault.status
    return redirect(url_for("cases.done", case_id=case.id))


def _sign(seen: Mapping[UUID, str], form: SignForm) -> signing.Signed:
    return signing.sign(
        seen,
        by=visitor(),
        typed_name=form.typed_name.data or "",
        code=(form.code.data or "").replace(" ", ""),
        code_is_good=lambda kept, person_id, code: authenticator.code_is_good(
            kept, person_id, code, totp_secrets=totp_secrets(settings())
        ),
        follow=following(),
    )


def _chosen() -> list[UUID]:
    try:
        return [UUID(each) for each in request.form.getlist("document")]
    except ValueError:
        raise NotFoundError from None


def _case(case_id: UUID) -> Case:
    reader.expire_all()
    return reader.get_one(Case, case_id)


def _show(form: SignForm, fault: InvalidError) -> str:
    """Put each sentence at its field; what belongs to no field is given back."""
    for name, sentence in fault.fields.items():
        if name in form:
            form[name].errors = [sentence]
    return fault.fields.get("documents", "")


def _cards(to_sign: list[Document], form: SignForm, *, fault: str = "", chosen: set[UUID] | None = None) -> str:
    unread = {each.id for each in reading.unread(reader(), person().id, to_sign)}
    form.typed_name.label.text, form.code.label.text = say("Typ uw volledige naam"), say("Code uit uw app")
    return render_template(
        "signing/several.html",
        cards=[_card(each, is_read=each.id not in unread, chosen=chosen) for each in to_sign],
        readable=len(to_sign) - len(unread),
        name=person().name,
        form_fields=form,
        errors=[*([("documents", fault)] if fault else []), *_faults(form)],
        fault=fault,
    )


def _card(document: Document, *, is_read: bool, chosen: set[UUID] | None) -> dict[str, object]:
    case = document.case
    lapses = waiting.lapses_on(case)
    return {
        "document": document,
        "case": case,
        "rows": document_cards.at_a_glance(document),
        "field_of_mine": sides.field_of(document, person().id),
        "since": moment(case.moved_at),
        "lapses": day(lapses, weekday=True) if lapses else "",
        "is_read": is_read,
        "is_chosen": is_read if chosen is None else document.id in chosen,
        "url": url_for(".sign", document_id=document.id),
    }


def _faults(form: SignForm) -> list[tuple[str, str]]:
    return [(each.id, sentence) for each in form for sentence in each.errors]


def _page(case: Case, document: Document, form: SignForm) -> str:
    field = sides.field_of(document, person().id)
    if field is None or not access.may_sign(case, visitor()):
        raise NotFoundError
    form.typed_name.label.text, form.code.label.text = say("Typ uw volledige naam"), say("Code uit uw app")
    return render_template(
        "signing/sign.html",
        case=case,
        document=document,
        card=document_cards.card(document),
        glance=document_cards.at_a_glance(document),
        text=documents.as_page(document),
        opened=_opened(document),
        field_of_mine=field,
        signatures=document_cards.signature_rows(document),
        rule=document.facts["rule"],
        others=len(dossier.to_sign(reader(), person().id)) - 1,
        turns=turns.offered(case, visitor()),
        form_fields=form,
        errors=_faults(form),
    )


def _opened(document: Document) -> list[str]:
    """What this person was seen to open, in words; the form that was not opened is named too."""
    mine = reading.opened(reader(), [document], by=person().id)
    first = {each.form: each.first for each in reversed(mine)}
    return [say(OPENED[form], when=moment(first[form])) if form in first else say(NOT_OPENED[form]) for form in OPENED]
