"""Pages of a case about a DPIA besides its steps: what it comes to, everything said so far, the file given with it."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.cases import access, answering, printing, surroundings
from portal.cases.catalogue import workflow_of
from portal.cases.dpia import assessed, own
from portal.cases.tables import Case
from portal.database import reader
from portal.documents import vault
from portal.errors import NotFoundError
from portal.views import dpia_outcome
from portal.views.asking import posted
from portal.views.documents import pdf_response
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import say
from workflows.dpia_questions import VERDICTS

bp = Blueprint("dpia", __name__, url_prefix="/zaken")


@bp.get("/<uuid:case_id>/tot-nu-toe")
def so_far(case_id: UUID) -> ResponseReturnValue:
    """Everything said so far, as the document will say it, with the help beside each question."""
    if visitor().person_id is None:
        return sign_in_first()
    case = _found(case_id, assessed.WORKFLOW, own.WORKFLOW)
    workflow, answers = workflow_of(case), access.answers_of(case)
    hints = {(step.name, each.name): say(each.hint) for step in workflow.steps for each in step.questions}
    return render_template(
        "cases/so_far.html",
        case=case,
        workflow=workflow,
        sections=printing.sections(workflow, answers, surroundings.of(reader(), case)),
        hints=hints,
        earlier=[each for each in case.earlier_answers if each.step == "advice"],
        verdicts={key: say(text) for key, text in VERDICTS},
        **dpia_outcome.panel(case, visitor()),
        **dpia_outcome.asked_before(case),
    )


@bp.get("/<uuid:case_id>/eigen-dpia.pdf")
def file(case_id: UUID) -> ResponseReturnValue:
    """The DPIA that was made elsewhere, for who advises or decides about it."""
    if visitor().person_id is None:
        return sign_in_first()
    kept = access.answers_of(_found(case_id, own.WORKFLOW)).get("made", {}).get("file")
    if not kept:
        raise NotFoundError
    return pdf_response(vault.content(kept["sha256"]), "eigen-dpia.pdf")


@bp.post("/<uuid:case_id>/<step_name>/uitkomst")
def outcome(case_id: UUID, step_name: str) -> ResponseReturnValue:
    """The panel as it would be with what stands in the form of this step; nothing is kept."""
    case = _found(case_id, assessed.WORKFLOW)
    step = answering.step_to_answer(case, step_name, by=visitor())
    asked = posted(case, step)
    is_whole = not asked.faults and not asked.more_is_asked
    answers = {**access.answers_of(case), step.name: asked.values} if is_whole else None
    return render_template(
        "cases/outcome.html",
        case=case,
        workflow=workflow_of(case),
        step=step,
        **dpia_outcome.panel(case, visitor(), answers=answers, is_tried=True),
        is_whole=is_whole,
    )


def _found(case_id: UUID, *workflows: str) -> Case:
    """The case, if it is of one of these kinds, for who may read it."""
    case = access.find(case_id, reader=visitor())
    if case.workflow not in workflows:
        raise NotFoundError
    return case
