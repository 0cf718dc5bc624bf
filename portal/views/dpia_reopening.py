"""The board says that something changed since it decided about a model DPIA."""

import datetime as dt
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal.cases import access
from portal.cases.dpia import reopening
from portal.cases.dpia.carrying import Kind
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.fields import DayField, Radios
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.parties.spelling import clean_lines
from portal.views.desk import spoken, with_faults
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, say

bp = Blueprint("dpia_reopening", __name__, url_prefix="/zaken")
KINDS = {
    Kind.MODULE: mark("Wij gebruiken een ander onderdeel van het product"),
    Kind.USE: mark("Wij gebruiken het product op een andere manier"),
    Kind.BREACH: mark("Er was een datalek"),
    Kind.BY_HAND: mark("Iets anders"),
}


class ChangeForm(Form):
    """What changed, since when, and in words."""

    kind = Radios(mark("Wat is er veranderd?"), choices=[])
    on = DayField(mark("Sinds welke dag?"), required=False, earliest=None)
    words = TextAreaField(
        mark("Beschrijf het kort"),
        filters=[clean_lines],
        render_kw={"rows": 4, "maxlength": reopening.LONGEST_WORDS},
    )


@bp.route("/<uuid:case_id>/opnieuw-beoordelen", methods=["GET", "POST"])
def say_so(case_id: UUID) -> ResponseReturnValue:
    """Say that something changed: a new case is put ready with the answers of this one."""
    if visitor().person_id is None:
        return sign_in_first()
    case = access.find(case_id, reader=visitor())
    decision = reader.get(DpiaDecision, case_id)
    if decision is None or decision.ended_at is not None or not reopening.may_say(case, visitor()):
        raise NotFoundError
    form = spoken(ChangeForm(request.form))
    form.kind.choices = [(kind.value, say(text)) for kind, text in KINDS.items()]
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        form.on.validate(form)
        chosen = form.kind.data if form.kind.data in {each.value for each in KINDS} else None
        try:
            opened = reopening.say_so(
                case_id,
                Kind(chosen) if chosen else None,
                words=form.words.data or "",
                on=dt.date.fromisoformat(form.on.answer) if form.on.answer else None,
                by=visitor(),
            )
        except InvalidError as fault:
            errors, status = with_faults(form, fault.fields), fault.status
        else:
            if opened is None:
                flash(
                    say("Vastgelegd. Er is nu geen model om mee te beoordelen, of een beoordeling loopt nog."), "done"
                )
            else:
                flash(say("Uw antwoorden van de vorige keer staan klaar."), "done")
            return redirect(url_for("cases.show", case_id=opened or case_id))
    product = decision.product.title
    return render_template("cases/reopen.html", case=case, product=product, form_fields=form, errors=errors), status
