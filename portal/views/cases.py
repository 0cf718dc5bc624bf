"""Pages of a case: its task list, one page a step, check your answers, and what comes after."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import outcomes
from portal.cases import access, answering, printing, starting, surroundings
from portal.cases.catalogue import current, workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.errors import NotFoundError
from portal.offers.tables import Product
from portal.parties.spelling import clean
from portal.parties.tables import Organisation
from portal.views import case_pages
from portal.views.asking import Asked, opened, posted
from portal.views.sign_in import own_path, sign_in_first
from portal.views.visitor import settings, visitor
from portal.wording import say
from workflows.vocabulary import FromRegister, Party

bp = Blueprint("cases", __name__, url_prefix="/zaken")


def following() -> answering.Follow:
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
    if workflow.subject is not Party.PERSON and organisation is None:
        raise NotFoundError
    if workflow.publication and product is None:
        raise NotFoundError
    if organisation is not None and not access.roles_at(visitor(), organisation.id):
        raise NotFoundError
    if request.method == "POST":
        case_id = starting.start(
            workflow.name,
            by=visitor(),
            organisation_id=organisation.id if organisation else None,
            product_id=product.id if product else None,
        )
        session["back_to"] = own_path(request.form.get("next"))
        return redirect(url_for(".show", case_id=case_id))
    return render_template("cases/begin.html", workflow=workflow, organisation=organisation, product=product)


@bp.get("/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """The task list of a case; in a workflow of one sitting the next question itself."""
    case = _found(case_id)
    if case is None:
        return sign_in_first()
    workflow = workflow_of(case)
    if workflow.one_sitting and answering.may_submit(case, visitor()):
        return redirect(_next_page(case))
    return render_template("cases/show.html", **case_pages.task_list(case, visitor()))


@bp.route("/<uuid:case_id>/<step_name>", methods=["GET", "POST"])
def answer(case_id: UUID, step_name: str) -> ResponseReturnValue:
    """One step: one form, whatever the workflow."""
    case = _found(case_id)
    if case is None:
        return sign_in_first()
    if request.method == "POST" and case.state == CaseState.DECIDED and workflow_of(case).one_sitting:
        return redirect(url_for(".done", case_id=case_id))  # the last button, pressed twice
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
        done = answering.answer(case_id, step_name, asked.values, by=visitor(), seen=asked.seen, follow=following())
    except answering.StaleAnswerError as stale:
        return _stale_page(asked, stale)
    if done:
        return redirect(url_for(".done", case_id=case_id))
    return redirect(_next_page(case))


@bp.get("/<uuid:case_id>/nakijken")
def check(case_id: UUID) -> ResponseReturnValue:
    """Check your answers: everything as it will be in the document, with a way back to each."""
    case = _found(case_id)
    if case is None:
        return sign_in_first()
    if case.state != CaseState.DRAFT:
        return redirect(url_for(".show", case_id=case_id))
    workflow, answers = workflow_of(case), answering.answers_of(case)
    if workflow.open_steps(answers):
        return redirect(_next_page(case))
    sections = printing.sections(workflow, answers, surroundings.of(reader(), case))
    return render_template(
        "cases/check.html",
        case=case,
        workflow=workflow,
        sections=sections,
        seen=answering.digest(answers),
        remarks=workflow.remarks(answers) if workflow.remarks else [],
        may_submit=answering.may_submit(case, visitor()),
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
    if case.state == CaseState.DRAFT:
        return redirect(url_for(".show", case_id=case_id))
    return render_template(
        "cases/done.html", **case_pages.confirmation(case, visitor()), back_to=session.get("back_to")
    )


@bp.route("/<uuid:case_id>/intrekken", methods=["GET", "POST"])
def discard(case_id: UUID) -> ResponseReturnValue:
    """Throw a draft away, after being asked."""
    case = access.find(case_id, reader=visitor())
    if request.method == "POST":
        answering.discard(case_id, by=visitor())
        flash(say("De zaak %(reference)s is weggegooid.", reference=case.reference), "done")
        return redirect(url_for("home.index"))
    if case.state != CaseState.DRAFT or not answering.may_submit(case, visitor()):
        return redirect(url_for(".show", case_id=case_id))
    return render_template("cases/discard.html", case=case, workflow=workflow_of(case))


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
    theirs = [
        {
            "label": say(question.label),
            "value": printing.in_words(question, stale.stored.get(question.name), asked.around),
        }
        for question in asked.questions
    ]
    mine = [
        {
            "label": say(question.label),
            "value": printing.in_words(question, asked.values.get(question.name), asked.around),
        }
        for question in asked.questions
    ]
    asked.seen = stale.version
    return _step_page(asked, status=409, theirs=theirs, mine=mine)


def _next_page(case: Case) -> str:
    reader.expire_all()
    fresh = reader.get_one(Case, case.id)
    workflow = workflow_of(fresh)
    open_steps = workflow.open_steps(answering.answers_of(fresh))
    if open_steps and access.may_answer(fresh, open_steps[0], visitor()):
        return url_for(".answer", case_id=fresh.id, step_name=open_steps[0].name)
    if open_steps:
        return url_for(".show", case_id=fresh.id)
    return url_for(".check", case_id=fresh.id)


def _organisation(text: str) -> Organisation | None:
    try:
        return reader.get(Organisation, UUID(text))
    except ValueError:
        return None


def _product(name: str) -> Product | None:
    return reader.scalar(select(Product).where(Product.name == name)) if name else None
