"""A board says whether it signed elsewhere what others took in about it: yes, or no with what is wrong."""

import datetime as dt
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal.cases.agreements import confirming, elsewhere
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.fields import Radios
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.parties.spelling import clean_lines
from portal.views.desk import spoken, with_faults
from portal.views.organisations import around, found
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say

bp = Blueprint("agreement_confirming", __name__, url_prefix="/organisaties/<uuid:organisation_id>/overeenkomsten")
YES, NO = "yes", "no"
ANSWERS = (
    (YES, mark("Ja, ons bestuur heeft deze overeenkomst getekend")),
    (NO, mark("Nee, dit klopt niet")),
)


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


class AnswerForm(Form):
    """Yes, or no and why."""

    answer = Radios(mark("Klopt dit?"), choices=[])
    why = TextAreaField(
        mark("Wat klopt er niet?"),
        filters=[clean_lines],
        render_kw={"rows": 3, "maxlength": elsewhere.LONGEST_WHY},
    )


@bp.route("/<uuid:agreement_id>/bevestigen", methods=["GET", "POST"])
def answer(organisation_id: UUID, agreement_id: UUID) -> ResponseReturnValue:
    """Look at the file, and say whether it is what the board signed."""
    rights = found(organisation_id, own=True)
    agreed = reader.get(SignedElsewhere, agreement_id)
    if agreed is None or agreed.board_id != organisation_id or not rights.roles & confirming.CONFIRMS:
        raise NotFoundError
    back = url_for("agreements.show", organisation_id=organisation_id, agreement_id=agreement_id)
    form = spoken(AnswerForm(request.form))
    form.answer.choices = [(key, say(words)) for key, words in ANSWERS]
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            return _answered(agreement_id, form, back)
        except InvalidError as fault:
            errors, status = with_faults(form, fault.fields), fault.status
    elif not confirming.may_answer(agreed, visitor()):
        return redirect(back)
    facts = [
        (say("Leverancier"), agreed.product.supplier.name),
        (say("Versie"), agreed.version),
        (say("Getekend op"), day(dt.date.fromisoformat(agreed.signed_on), weekday=True)),
        (say("Bestand"), agreed.file_name),
    ]
    return render_template(
        "agreement_register/confirm.html",
        **around(rights, "agreements"),
        agreed=agreed,
        facts=[{"label": label, "value": value} for label, value in facts],
        pdf_url=url_for("agreements.pdf", organisation_id=organisation_id, agreement_id=agreement_id),
        form_fields=form,
        errors=errors,
        back=back,
    ), status


def _answered(agreement_id: UUID, form: AnswerForm, back: str) -> ResponseReturnValue:
    match form.answer.data:
        case "yes":
            confirming.confirm(agreement_id, by=visitor())
            flash(say("Vastgelegd: uw bestuur heeft deze overeenkomst getekend. Zij telt vanaf nu mee."), "done")
        case "no":
            confirming.deny(agreement_id, why=form.why.data or "", by=visitor())
            flash(say("Vastgelegd: dit klopt niet. De overeenkomst telt niet mee."), "done")
        case _:
            raise InvalidError("Kies een antwoord.", {"answer": say("Kies of dit klopt.")})
    return redirect(back)
