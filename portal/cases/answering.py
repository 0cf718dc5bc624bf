"""Answering the steps of a case, and submitting it: from what a person says to what the portal keeps."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import course, printing, refusals, telling, waiting
from portal.cases.access import Visitor, answers_of, find, may_answer
from portal.cases.catalogue import workflow_of
from portal.cases.course import Follow
from portal.cases.tables import Case, CaseState, StepAnswer
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.record import ledger
from portal.wording import mark
from workflows.vocabulary import Answers, Step, Workflow


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
        step_to_answer(case, step_name, by=by, session=session)
        stored = session.get(StepAnswer, (case_id, step_name))
        if (stored.version if stored else 0) != seen:
            if stored is not None and stored.values == dict(values):
                return onward(case, by=by, session=session)  # the same form, sent twice
            raise StaleAnswerError(stored.values if stored else {}, stored.version if stored else 0)
        if stored is None:
            stored = StepAnswer(case_id=case_id, step=step_name, values={}, version=0)
            case.answers.append(stored)
        if stored.version == 0 or stored.values != dict(values):
            stored.values, stored.version = dict(values), stored.version + 1
            stored.answered_by, stored.answered_at = by.person_id, clock.now()
            case.moved_at = clock.now()
        session.flush()
        if workflow.one_sitting and not workflow.open_steps(answers_of(case)):
            course.advance(session, case, by=by, follow=follow)
            return Onward(is_done=True)
        further = onward(case, by=by, session=session)
        if not further.step and not further.is_full:
            _call_next(session, case)
        return further


def _call_next(session: Session, case: Case) -> None:
    """Of a case that nobody began, tell whoever goes on with it, once for each step: nobody else looks after it."""
    if case.counterparty_id is None or case.started_by or case.assigned_to:
        return
    step = workflow_of(case).open_steps(answers_of(case))[0]
    for each in waiting.recipients(session, case):
        if each.link is None:
            key = f"next:{case.id}:{step.name}:{case.round}"
            telling.tell(session, case, each, kind="to_assess", key=key, subject=course.TO_ASSESS)


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
        raise RefusedError("Deze stap is voor een collega met een andere rol. U kunt de antwoorden wel lezen.")
    before = path[: path.index(step)]
    if any(each.name not in answers for each in before):
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
    """The version of a step's answer, 0 while there is none."""
    return next((each.version for each in case.answers if each.step == step_name), 0)


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
