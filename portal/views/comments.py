"""The conversation about the questions of one step of a case."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal.cases import access, commenting, printing, surroundings
from portal.cases.catalogue import workflow_of
from portal.cases.offering import earlier, points, suppliers
from portal.cases.surroundings import Surroundings
from portal.cases.tables import Case, Comment
from portal.database import reader
from portal.errors import InvalidError, NotFoundError
from portal.parties.spelling import clean_lines
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, moment, say
from workflows.vocabulary import OfEach, Question, Step

bp = Blueprint("comments", __name__, url_prefix="/zaken")


class CommentForm(Form):
    """What somebody wants to say."""

    words = TextAreaField(mark("Uw opmerking"), filters=[clean_lines])


@bp.route("/<uuid:case_id>/<step_name>/opmerkingen", methods=["GET", "POST"])
def show(case_id: UUID, step_name: str) -> ResponseReturnValue:
    """Every question of a step with its answer, what was said about it, and room to say more."""
    if visitor().person_id is None:
        return sign_in_first()
    case = access.find(case_id, reader=visitor())
    answers = access.answers_of(case)
    step = next((each for each in workflow_of(case).path(answers) if each.name == step_name), None)
    if step is None or workflow_of(case).one_sitting:
        raise NotFoundError
    if request.method == "GET":
        return _page(case, step)
    question, form = request.form.get("question", ""), CommentForm(request.form)
    try:
        commenting.comment(
            case_id,
            step=step_name,
            question=question,
            words=form.words.data or "",
            by=visitor(),
            to_supplier="to_supplier" in request.form,
        )
    except InvalidError as fault:
        return _page(case, step, at=question, typed=form.words.data or "", fault=fault.fields["words"]), fault.status
    return redirect(url_for(".show", case_id=case_id, step_name=step_name) + f"#{question}")


@bp.post("/<uuid:case_id>/opmerkingen/<uuid:comment_id>")
def settle(case_id: UUID, comment_id: UUID) -> ResponseReturnValue:
    """A comment is settled, or open again."""
    commenting.settle(case_id, comment_id, settled=request.form.get("settled") == "yes", by=visitor())
    found = next(each for each in access.find(case_id, reader=visitor()).comments if each.id == comment_id)
    return redirect(url_for(".show", case_id=case_id, step_name=found.step) + f"#{found.question}")


def _page(case: Case, step: Step, *, at: str = "", typed: str = "", fault: str = "") -> str:
    answers = workflow_of(case).relevant(access.answers_of(case))
    around, given = surroundings.of(reader(), case), answers.get(step.name, {})
    of_supplier = suppliers.is_of_supplier(case, visitor())
    before = {} if of_supplier else earlier.remarks(reader(), case)
    asked = {question.name: question for question in step.asked(answers)}
    threads = [
        {
            "name": place.name,
            "label": place.label,
            "is_thing": "." in place.name,
            "value": _answer(asked[place.name.partition(".")[0]], place.name, given, around),
            "comments": [
                {
                    "id": each.id,
                    "who": each.person.name,
                    "when": moment(each.at),
                    "words": each.words,
                    "settled": each.settled_at is not None,
                    "role": _role(case, each),
                }
                for each in commenting.visible(case, visitor())
                if (each.step, each.question) == (step.name, place.name)
            ],
            "earlier": before.get((step.name, place.name), []),
            "text": points.text_of(case.publication, place.name) if case.publication else {},
            "typed": typed if at == place.name else "",
            "asked": at == place.name and "to_supplier" in request.form,
            "fault": fault if at == place.name else "",
        }
        for place in commenting.places_of(case, step)
        if place.name.partition(".")[0] in asked
    ]
    return render_template(
        "cases/comments.html",
        case=case,
        workflow=workflow_of(case),
        step=step,
        threads=threads,
        may_comment=commenting.may_comment(case, visitor()),
        may_settle=not of_supplier,
        may_ask_supplier=commenting.may_ask_supplier(case, visitor()),
        errors=[(f"words-{at}", fault)] if fault else [],
    )


def _answer(question: Question, place: str, given: Mapping[str, Any], around: Surroundings) -> Any:
    """What was answered to a question, or about one of its things."""
    value, thing = given.get(question.name), place.partition(".")[2]
    if isinstance(question, OfEach) and thing:
        row = (value or {}).get(thing)
        return printing.row_in_words(question, row, around) if row else say("Niet ingevuld")
    return printing.in_words(question, value, around)


def _role(case: Case, comment: Comment) -> str:
    """For whom somebody spoke, and who reads it, where there are two sides."""
    if comment.organisation_id is not None and case.counterparty is not None:
        return say("namens %(organisation)s", organisation=case.counterparty.name)
    return say("aan de leverancier") if comment.shared else ""
