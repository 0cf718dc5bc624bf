"""Reading and signing: the document beside the act, one code at the button."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, HiddenField, StringField

from portal.cases import access, signing
from portal.cases.tables import Case, Document
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.parties import people
from portal.parties.spelling import clean
from portal.views import case_pages, documents
from portal.views.cases import following
from portal.views.sign_in import sign_in_first, totp_secrets
from portal.views.visitor import person, settings, visitor
from portal.wording import mark, say

bp = Blueprint("signing", __name__, url_prefix="/tekenen")


class SignForm(Form):
    """A typed name and a one-time code, for exactly the revision that was shown."""

    typed_name = StringField(mark("Typ uw volledige naam"), filters=[clean])
    code = StringField(mark("Code uit uw app"), filters=[clean])
    seen = HiddenField()


@bp.route("/<uuid:document_id>", methods=["GET", "POST"])
def sign(document_id: UUID) -> ResponseReturnValue:
    """The page on which one signs."""
    if visitor().person_id is None:
        return sign_in_first()
    document = documents.found(document_id)
    case = reader.get_one(Case, document.case_id)
    if request.method == "GET":
        if not case_pages.may_sign_now(case, visitor()):
            return redirect(url_for("cases.show", case_id=case.id))
        documents.witness_reading(document, form="page")
        return _page(case, document, SignForm(seen=document.certified))
    form = SignForm(request.form)
    try:
        signing.sign(
            document_id,
            by=visitor(),
            typed_name=form.typed_name.data or "",
            code=(form.code.data or "").replace(" ", ""),
            seen=form.seen.data or "",
            code_is_good=lambda kept, person_id, code: people.code_is_good(
                kept, person_id, code, totp_secrets=totp_secrets(settings())
            ),
            follow=following(),
        )
    except InvalidError as fault:
        for name, sentence in fault.fields.items():
            form[name].errors = [sentence]
        return _page(case, document, form), fault.status
    return redirect(url_for("cases.done", case_id=case.id))


def _page(case: Case, document: Document, form: SignForm) -> str:
    field = signing.field_of(document, person().id)
    if field is None or not access.may_sign(case, visitor()):
        raise NotFoundError
    form.typed_name.label.text, form.code.label.text = say("Typ uw volledige naam"), say("Code uit uw app")
    return render_template(
        "signing/sign.html",
        case=case,
        document=document,
        card=case_pages.document_card(document),
        text=documents.as_page(document),
        field_of_mine=field,
        signatures=case_pages.signature_rows(document),
        rule=document.facts["rule"],
        form_fields=form,
        errors=[(each.id, sentence) for each in form for sentence in each.errors],
    )
