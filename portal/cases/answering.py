"""Answering the steps of a case, and submitting it: from what a person says to what the portal keeps."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import course, overtaken, printing, refusals, telling, waiting
from portal.cases.access import ANOTHER_ROLE, Visitor, answers_of, find, may_answer, why_not_theirs
from portal.cases.catalogue import workflow_of
from portal.cases.course import Follow
from portal.cases.tables import Case, CaseState, EarlierAnswer, StepAnswer, TypedStep
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.record import ledger
from portal.wording import mark, say
from workflows.vocabulary import Answers, Step, Workflow

YOUR_TURN = mark("U bent aan de beurt: %(title)s %(reference)s")


class StaleAnswerError(RefusedError):
    """Somebody answered this step after the form was opened; nothing was changed."""

    def __init__(self, stored: Mapping[str, Any], version: int) -> None:
        super().__init__("Iemand heeft deze stap intussen gewijzigd.")
        self.stored, self.version = stored, version


@dataclass(frozen=True)
class Onward:
    """Where somebody goes after an answer."""

    is_done: bool = False
    """That was the last act of a workflow of one sitting."""
    is_full: bool = False
    """Every step has been answered."""
    step: str = ""
    """The next step, where they may answer it."""


def onward(case: Case, *, by: Visitor, session: Session | None = None) -> Onward:
    """Where this visitor goes now in this case."""
    open_steps = workflow_of(case).open_steps(answers_of(case))
    if not open_steps:
        return Onward(is_full=True)
    return Onward(step=open_steps[0].name if may_answer(case, open_steps[0], by, session=session) else "")


def answer(
    case_id: uuid.UUID, step_name: str, values: Mapping[str, Any], *, by: Visitor, seen: int, follow: Follow
) -> Onward:
    """Keep the answers of one step; says where to go after it."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        workflow = workflow_of(case)
        if case.state == CaseState.DECIDED and workflow.one_sitting:
            return Onward(is_done=True)  # the last button, pressed twice
        step = step_to_answer(case, step_name, by=by, session=session)
        answers = answers_of(case)
        stored, now_seen = overtaken.stored(case, step_name), overtaken.seen(workflow, case, step, answers)
        stands = stored is not None and step_name in answers
        if now_seen != seen:
            if stands and stored is not None and stored.values == dict(values):
                return onward(case, by=by, session=session)  # the same form, sent twice
            raise StaleAnswerError(stored.values if stored else {}, now_seen)
        if stored is None:
            stored = StepAnswer(case_id=case_id, step=step_name, values={}, version=0, authors=[], rests_on={})
            case.answers.append(stored)
        if not stands or stored.values != dict(values):
            _put(session, case, step, stored, values, by=by, rests_on=overtaken.under(workflow, step, answers, case))
        session.flush()
        mine = (TypedStep.case_id == case_id, TypedStep.step == step_name, TypedStep.person_id == by.person_id)
        session.execute(delete(TypedStep).where(*mine))
        if workflow.one_sitting and not workflow.open_steps(answers_of(case)):
            course.advance(session, case, by=by, follow=follow)
            return Onward(is_done=True)
        further = onward(case, by=by, session=session)
        if not further.step and not further.is_full:
            _call_next(session, case, by=by)
        return further


def _put(
    session: Session,
    case: Case,
    step: Step,
    stored: StepAnswer,
    values: Mapping[str, Any],
    *,
    by: Visitor,
    rests_on: dict[str, int],
) -> None:
    """Keep an answer in the place of the one before; of what rests on other answers, that one stays on file too."""
    if step.rests_on and stored.version:
        case.earlier_answers.append(
            EarlierAnswer(
                case_id=case.id,
                step=step.name,
                version=stored.version,
                values=stored.values,
                answered_by=stored.answered_by,
                answered_at=stored.answered_at,
            )
        )
    stored.values, stored.version = dict(values), abs(stored.version) + 1
    stored.answered_by, stored.answered_at = by.person_id, clock.now()
    stored.rests_on = rests_on
    if by.person_id is not None and str(by.person_id) not in stored.authors:
        stored.authors = [*stored.authors, str(by.person_id)]
    case.moved_at = clock.now()
    _say_product(session, case, step, values)
    if step.advises:
        ledger.append(
            session,
            act="advice",
            subject=f"case:{case.id}",
            actor=by.person_id,
            on_behalf_of=case.organisation_id,
            advice=printing.digest({step.name: stored.values}),
        )
        telling.receipt(session, case, by.person_id, "advice")


def _say_product(session: Session, case: Case, step: Step, values: Mapping[str, Any]) -> None:
    """Where an answer says which product the case is about, the case is about that one from now on."""
    step_name, _, question = workflow_of(case).about.partition(".")
    if step.name == step_name:
        case.product_id = session.scalars(select(Product.id).filter_by(name=values[question])).one_or_none()


def _call_next(session: Session, case: Case, *, by: Visitor) -> None:
    """Tell whoever goes on with the case that it is their turn, once for each step and each time it is asked."""
    workflow = workflow_of(case)
    if case.organisation_id is None or case.starter_email:
        return
    if case.assigned_to == by.person_id:
        case.assigned_to = None  # who took it over has done their part
    step = workflow.open_steps(answers_of(case))[0]
    kind, subject = (
        ("to_advise", course.TO_ADVISE)
        if step.advises
        else ("to_assess", course.TO_ASSESS)
        if case.counterparty_id
        else ("your_turn", YOUR_TURN)
    )
    key = f"next:{case.id}:{step.name}:{case.round}"
    if stored := overtaken.stored(case, step.name):
        key += f":{stored.version}"  # asked again
    organisation = case.organisation.name if case.organisation else ""
    told: dict[str, Any] = {"step": say(step.title)} if kind == "your_turn" else {}
    for each in waiting.recipients(session, case):
        if each.link is None and each.person_id != by.person_id:
            telling.tell(session, case, each, kind=kind, key=key, subject=subject, organisation=organisation, **told)


def step_to_answer(case: Case, step_name: str, *, by: Visitor, session: Session | None = None) -> Step:
    """The step, if it may be answered now: on the path, everything before it answered, and by this visitor."""
    workflow = workflow_of(case)
    answers = answers_of(case)
    path = workflow.path(answers)
    step = next((each for each in path if each.name == step_name), None)
    if step is None:
        raise NotFoundError
    if case.state != CaseState.DRAFT:
        raise RefusedError("Deze zaak is al verstuurd. U kunt de antwoorden niet meer wijzigen.")
    if not may_answer(case, step, by, session=session):
        raise RefusedError(why_not_theirs(case, step, by, session=session) or ANOTHER_ROLE)
    still = {each.name for each in workflow.open_steps(answers)}
    if any(each.name in still for each in path[: path.index(step)]):
        raise RefusedError("Deze stap is nog niet aan de beurt. Beantwoord eerst de stappen ervoor.")
    return step


def submit(case_id: uuid.UUID, *, by: Visitor, seen: str, follow: Follow) -> None:
    """Freeze the answers and hand the case to whoever acts next. `seen` is the digest of the answers on the screen."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        workflow = workflow_of(case)
        if case.state != CaseState.DRAFT:
            return  # pressed twice: it has been submitted already
        answers = answers_of(case)
        if workflow.open_steps(answers):
            raise RefusedError("Nog niet alle stappen zijn beantwoord.")
        if not may_submit(case, by, session=session):
            raise RefusedError("Alleen wie deze stappen mag beantwoorden, kan de zaak versturen.")
        if printing.digest(answers) != seen:
            raise RefusedError("De antwoorden zijn intussen gewijzigd. Lees ze opnieuw en verstuur ze dan.")
        _refuse_what_changed_meanwhile(session, case, workflow, answers)
        case.submitted_at = clock.now()
        ledger.append(
            session,
            act="submit",
            subject=f"case:{case.id}",
            actor=by.person_id,
            on_behalf_of=case.organisation_id,
            answers=printing.digest(workflow.relevant(answers)),
        )
        course.advance(session, case, by=by, follow=follow)
        _confirm(session, case, workflow)
        if by.person_id != case.started_by:
            telling.receipt(session, case, by.person_id, "submit")


def may_submit(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may answer the last step on the path, with which the case is ready to go on."""
    return may_answer(case, workflow_of(case).path(answers_of(case))[-1], visitor, session=session)


def version_of(case: Case, step_name: str) -> int:
    """What a page of this step goes by: 0 while there is no answer, another number after each change."""
    step = workflow_of(case).step(step_name)
    return overtaken.seen(workflow_of(case), case, step, answers_of(case)) if step else 0


def _refuse_what_changed_meanwhile(session: Session, case: Case, workflow: Workflow, answers: Answers) -> None:
    """An answer that no longer fits the others, or what the portal knows now: a school that another board took."""
    kept = workflow.relevant(answers)
    for step in workflow.path(kept):
        said = dict(step.complaint(kept[step.name], kept)) if step.complaint else {}
        for sentence in (said | dict(refusals.complaints(session, case, step.name, kept))).values():
            text, values = (sentence, {}) if isinstance(sentence, str) else sentence
            raise RefusedError(text, **values)


def _confirm(session: Session, case: Case, workflow: Workflow) -> None:
    if (to := telling.starter(case)) is not None:
        telling.tell(
            session,
            case,
            to,
            kind="submitted",
            key=f"submitted:{case.id}:{case.round}",
            subject=mark("Ontvangen: %(title)s %(reference)s"),
            afterwards=workflow.afterwards,
        )
