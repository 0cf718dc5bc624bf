"""Pages of a case: its task list, one page a step, check your answers, and what comes after."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import outcomes
from portal.cases import access, answering, authority_refusals, commenting, printing, starting, surroundings
from portal.cases.catalogue import current, workflow_of
from portal.cases.course import Follow
from portal.cases.offering import progress, suppliers
from portal.cases.tables import Case, CaseState, TurnKind
from portal.database import reader
from portal.errors import NotFoundError
from portal.offers import suppliers as offerers
from portal.offers.tables import Product, Publication
from portal.parties.spelling import clean
from portal.parties.tables import Organisation
from portal.views import case_pages, dpia_outcome
from portal.views.asking import Asked, opened, posted
from portal.views.desk import actor
from portal.views.sign_in import own_path, sign_in_first
from portal.views.visitor import settings, visitor
from portal.wording import say, sentence
from workflows.vocabulary import FromRegister

bp = Blueprint("cases", __name__, url_prefix="/zaken")


def following() -> Follow:
    """What follows a decision, ready to be handed to an act."""
    secret = settings().secret("link")
    return lambda kept, case: outcomes.follow(kept, case, link_secret=secret)


@bp.route("/begin/<workflow_name>", methods=["GET", "POST"])
def begin(workflow_name: str) -> ResponseReturnValue:
    """What a procedure is and takes; the button starts it."""
    workflow = current(workflow_name)
    if visitor().person_id is None:
        return sign_in_first()
    organisation = _organisation(clean(request.values.get("organisation")))
    product = _product(clean(request.values.get("product")))
    if not workflow.personal and organisation is None:
        raise NotFoundError
    if workflow.publication and product is None:
        raise NotFoundError
    if organisation is not None and not access.roles_at(visitor(), organisation.id):
        raise NotFoundError
    publication = _publication(clean(request.values.get("publication")))
    if request.method == "POST":
        case_id = starting.start(
            workflow.name,
            by=visitor(),
            organisation_id=organisation.id if organisation else None,
            product_id=product.id if product else None,
            publication_id=publication.id if publication else None,
        )
        session["back_to"] = own_path(request.form.get("next"))
        return redirect(url_for(".show", case_id=case_id))
    return render_template(
        "cases/begin.html", workflow=workflow, organisation=organisation, product=product, publication=publication
    )


@bp.get("/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """The task list of a case; in a workflow of one sitting the next question itself."""
    case = _found(case_id)
    if case is None:
        return sign_in_first()
    workflow = workflow_of(case)
    if case.counterparty_id is not None and not suppliers.is_of_supplier(case, visitor()):
        progress.witness_opening(case.id, visitor())
    if workflow.one_sitting and answering.may_submit(case, visitor()):
        return redirect(_next_page(case_id, answering.onward(case, by=visitor())))
    return render_template("cases/show.html", **case_pages.task_list(case, visitor()))


@bp.route("/<uuid:case_id>/<step_name>", methods=["GET", "POST"])
def answer(case_id: UUID, step_name: str) -> ResponseReturnValue:
    """One step: one form, whatever the workflow."""
    case = _found(case_id)
    if case is None:
        return sign_in_first()
    if request.method == "POST" and case.state == CaseState.DECIDED and workflow_of(case).one_sitting:
        return _after_one_sitting(case)  # the last button, pressed twice
    step = answering.step_to_answer(case, step_name, by=visitor())
    if request.method == "GET":
        return _step_page(opened(case, step))
    if "find" in request.form:
        return _step_page(posted(case, step), status=200, faults_too=False)
    asked = posted(case, step)
    if asked.faults:
        return _step_page(asked, status=422)
    if asked.more_is_asked:
        return _step_page(asked)
    try:
        kept = answering.answer(case_id, step_name, asked.values, by=visitor(), seen=asked.seen, follow=following())
    except answering.StaleAnswerError as stale:
        return _stale_page(asked, stale)
    return _after_one_sitting(case) if kept.is_done else redirect(_next_page(case_id, kept))


@bp.get("/<uuid:case_id>/nakijken")
def check(case_id: UUID) -> ResponseReturnValue:
    """Check your answers: everything as it will be in the document, with a way back to each."""
    case = _found(case_id)
    if case is None:
        return sign_in_first()
    if case.state != CaseState.DRAFT:
        return redirect(url_for(".show", case_id=case_id))
    workflow, answers = workflow_of(case), access.answers_of(case)
    if workflow.open_steps(answers):
        return redirect(_next_page(case_id, answering.onward(case, by=visitor())))
    sections = printing.sections(workflow, answers, surroundings.of(reader(), case))
    return render_template(
        "cases/check.html",
        case=case,
        workflow=workflow,
        sections=sections,
        seen=printing.digest(answers),
        remarks=[
            *([sentence(each) for each in workflow.remarks(answers)] if workflow.remarks else []),
            *authority_refusals.warnings(reader(), case, answers, reader=visitor().person_id),
        ],
        comments=len(commenting.open_comments(case)),
        may_submit=answering.may_submit(case, visitor()),
        **dpia_outcome.panel(case, visitor()),
    )


@bp.post("/<uuid:case_id>/versturen")
def submit(case_id: UUID) -> ResponseReturnValue:
    """Submit the case as it was on the screen."""
    answering.submit(case_id, by=visitor(), seen=request.form.get("seen", ""), follow=following())
    return redirect(url_for(".done", case_id=case_id))


@bp.get("/<uuid:case_id>/ontvangen")
def done(case_id: UUID) -> ResponseReturnValue:
    """The confirmation: reference, what happens next, the document."""
    case = _found(case_id)
    if case is None:
        return sign_in_first()
    if case.state == CaseState.DRAFT or _is_taken_back(case):
        return redirect(url_for(".show", case_id=case_id))
    return render_template(
        "cases/done.html", **case_pages.confirmation(case, visitor()), back_to=session.get("back_to")
    )


def _is_taken_back(case: Case) -> bool:
    """Whether what was decided no longer holds, because the person took it back."""
    return any(each.kind in (TurnKind.TAKEN_BACK, TurnKind.REVOKED) for each in case.turns)


def _after_one_sitting(case: Case) -> ResponseReturnValue:
    """Back to where it was needed, or to the confirmation."""
    back_to = url_for(".show", case_id=case.id) if _is_taken_back(case) else session.get("back_to")
    if back_to is None:
        return redirect(url_for(".done", case_id=case.id))
    if not _is_taken_back(case):
        flash(say(workflow_of(case).afterwards), "done")
    return redirect(back_to)


def _found(case_id: UUID) -> Case | None:
    """The case; None where signing in may be all that is missing."""
    if visitor().person_id is None and case_id not in visitor().drafts:
        return None
    return access.find(case_id, reader=visitor())


def _step_page(
    asked: Asked, *, status: int = 200, faults_too: bool = True, **both: list[dict[str, object]]
) -> ResponseReturnValue:
    page = case_pages.step(asked) | both
    if not faults_too:
        page["errors"] = []
    register_question = next((q for q in asked.questions if isinstance(q, FromRegister)), None)
    if register_question is not None:
        page |= case_pages.register_choice(asked, register_question)
    return render_template("cases/step.html", **page), status


def _stale_page(asked: Asked, stale: answering.StaleAnswerError) -> ResponseReturnValue:
    compared = [each for each in asked.questions if each in asked.asked or each.name in stale.stored]
    theirs, mine = (
        [
            {"label": say(each.label), "value": printing.in_words(each, values.get(each.name), asked.around)}
            for each in compared
        ]
        for values in (stale.stored, asked.values)
    )
    asked.seen = stale.version
    return _step_page(asked, status=409, theirs=theirs, mine=mine)


def _next_page(case_id: UUID, onward: answering.Onward) -> str:
    if onward.is_full:
        return url_for(".check", case_id=case_id)
    if onward.step:
        return url_for(".answer", case_id=case_id, step_name=onward.step)
    return url_for(".show", case_id=case_id)


def _organisation(text: str) -> Organisation | None:
    try:
        return reader.get(Organisation, UUID(text))
    except ValueError:
        return None


def _publication(text: str) -> Publication | None:
    """The version that was asked for by name; NotFoundError where there is none, or it is not for this visitor."""
    if not text:
        return None
    try:
        found = reader.get(Publication, UUID(text))
    except ValueError:
        found = None
    if found is None or not offerers.may_read(reader(), actor(), found):
        raise NotFoundError
    return found


def _product(name: str) -> Product | None:
    return reader.scalar(select(Product).where(Product.name == name)) if name else None
