"""Judging or advising on a case from a seat at an organisation: the whole case, and one's own words."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, HiddenField, TextAreaField

from portal.cases import access, assessing, permitting, printing, surroundings
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.parties.spelling import clean_lines
from portal.views import permission_pages
from portal.views.cases import following
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, say

bp = Blueprint("judging", __name__, url_prefix="/zaken")


class JudgeForm(Form):
    """The words that go with a judgement or an advice."""

    seen = HiddenField()
    words = TextAreaField(mark("Toelichting"), filters=[clean_lines])


@bp.route("/<uuid:case_id>/oordeel", methods=["GET", "POST"])
def judge(case_id: UUID) -> ResponseReturnValue:
    """One case: everything that was answered, and what this person is asked to say about it."""
    if visitor().person_id is None:
        return sign_in_first()
    case = access.find(case_id, reader=visitor())
    advises = case.state == CaseState.ADVISING and access.may_advise(case, visitor())
    if not advises and not access.may_assess(case, visitor()):
        raise NotFoundError
    form = JudgeForm(request.form)
    if request.method == "GET":
        return _page(case, form, advises)
    words, verdict = form.words.data or "", request.form.get("verdict", "")
    try:
        if verdict == assessing.ADVISE:
            assessing.advise(case_id, words=words, by=visitor(), follow=following())
        else:
            assessing.assess(
                case_id, verdict=verdict, words=words, by=visitor(), follow=following(), seen=form.seen.data or ""
            )
    except InvalidError as fault:
        form.words.errors = list(fault.fields.values())
        return _page(case, form, advises), fault.status
    flash(say("Uw oordeel over %(reference)s is vastgelegd.", reference=case.reference), "done")
    return redirect(url_for("cases.show", case_id=case_id))


def _page(case: Case, form: JudgeForm, advises: bool) -> str:
    workflow = workflow_of(case)
    form.seen.data = printing.digest(access.relevant_answers(case))
    form.words.label.text = say("Uw advies") if advises else say("Toelichting")
    mine = access.seats_of(case, visitor())
    left = access.seats_left(case) if case.state == CaseState.ASSESSING else []
    return render_template(
        "cases/judge.html",
        case=case,
        workflow=workflow,
        advises=advises,
        open=advises or any(seat in left for seat in mine),
        holder=next((seat.name for seat in mine if seat.holder), ""),
        product=permission_pages.product_of(case),
        attachment=(permitting.attachment(case) or {}).get("name", ""),
        is_commercial=permitting.is_commercial(case),
        supplier=next((seat.name for seat in mine if seat.supplier), ""),
        sections=printing.sections(workflow, access.answers_of(case), surroundings.of(reader(), case)),
        form_fields=form,
        errors=[("words", sentence) for sentence in form.words.errors],
    )
