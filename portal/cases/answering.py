"""Answering the steps of a case, and submitting it: from what a person says to what the portal keeps."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import printing, surroundings
from portal.cases.access import Visitor, find, may_answer
from portal.cases.catalogue import workflow_of
from portal.cases.drafts import new_draft_link
from portal.cases.tables import Case, CaseState, StepAnswer
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.record import ledger, outbox
from portal.wording import mark, say
from workflows.vocabulary import Answers, Step, Workflow

Follow = Callable[[Session, Case], None]


class StaleAnswerError(RefusedError):
    """Somebody answered this step after the form was opened; nothing was changed."""

    def __init__(self, stored: Mapping[str, Any], version: int) -> None:
        super().__init__("Iemand heeft deze stap intussen gewijzigd.")
        self.stored, self.version = stored, version


def answer(
    case_id: uuid.UUID, step_name: str, values: Mapping[str, Any], *, by: Visitor, seen: int, follow: Follow
) -> bool:
    """Keep the answers of one step. Says whether this was the last act of a workflow of one sitting."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        workflow = workflow_of(case)
        if case.state == CaseState.DECIDED and workflow.one_sitting:
            return True  # the last button, pressed twice
        step_to_answer(case, step_name, by=by, session=session)
        stored = session.get(StepAnswer, (case_id, step_name))
        if (stored.version if stored else 0) != seen:
            if stored is not None and stored.values == dict(values):
                return False  # the same form, sent twice
            raise StaleAnswerError(stored.values if stored else {}, stored.version if stored else 0)
        if stored is None:
            stored = StepAnswer(case_id=case_id, step=step_name, values={}, version=0)
            case.answers.append(stored)
        if stored.version == 0 or stored.values != dict(values):
            stored.values, stored.version = dict(values), stored.version + 1
            stored.answered_by, stored.answered_at = by.person_id, clock.now()
        session.flush()
        if workflow.one_sitting and not workflow.open_steps(answers_of(case)):
            _decide(session, case, workflow, by, follow)
            return True
        return False


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
        if digest(answers) != seen:
            raise RefusedError("De antwoorden zijn intussen gewijzigd. Lees ze opnieuw en verstuur ze dan.")
        _refuse_what_changed_meanwhile(session, case, workflow, answers)
        case.submitted_at = clock.now()
        ledger.append(
            session,
            act="submit",
            subject=f"case:{case.id}",
            actor=by.person_id,
            on_behalf_of=case.organisation_id,
            answers=digest(workflow.relevant(answers)),
        )
        if workflow.assessor:
            case.state = CaseState.ASSESSING
        elif workflow.signatory:
            case.state = CaseState.PREPARING
            printing.ask_document(session, case)
        else:
            _decide(session, case, workflow, by, follow)
        _confirm(session, case, workflow)


def discard(case_id: uuid.UUID, *, by: Visitor) -> None:
    """Withdraw a draft."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if case.state == CaseState.WITHDRAWN:
            return  # pressed twice
        if case.state != CaseState.DRAFT:
            raise RefusedError("Deze zaak is al verstuurd en kan hier niet meer worden ingetrokken.")
        if not may_submit(case, by, session=session):
            raise RefusedError("Alleen wie deze stappen mag beantwoorden, kan de zaak weggooien.")
        case.state, case.decided_at = CaseState.WITHDRAWN, clock.now()
        ledger.append(session, act="withdraw", subject=f"case:{case.id}", actor=by.person_id)


def may_submit(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may answer every step on the path, and so submit the case or throw it away."""
    path = workflow_of(case).path(answers_of(case))
    return all(may_answer(case, step, visitor, session=session) for step in path)


def answers_of(case: Case) -> dict[str, dict[str, Any]]:
    """All answers of a case, on the path or not."""
    return {each.step: each.values for each in case.answers}


def digest(answers: Answers) -> str:
    """One hash for a set of answers: what was on the screen is what is submitted."""
    return hashlib.sha256(printing.canonical(answers)).hexdigest()


def version_of(case: Case, step_name: str) -> int:
    """The version of a step's answer, 0 while there is none."""
    return next((each.version for each in case.answers if each.step == step_name), 0)


def _refuse_what_changed_meanwhile(session: Session, case: Case, workflow: Workflow, answers: Answers) -> None:
    """An answer that no longer fits the others, or what the portal knows now: a school that another board took."""
    kept = workflow.relevant(answers)
    for step in workflow.path(kept):
        said = dict(step.complaint(kept[step.name], kept)) if step.complaint else {}
        for sentence in (said | surroundings.complaints(session, case, step.name, kept)).values():
            raise RefusedError(sentence)
    around = surroundings.of(session, case)
    taken = {place.code: place for place in around.places if place.taken_by}
    for code in answers.get("scope", {}).get("schools", []):
        if code in taken:
            place = taken[code]
            raise RefusedError(
                mark("%(name)s staat intussen in de verklaring van %(board)s. Haal deze school uit de lijst."),
                name=place.name,
                board=place.taken_by,
            )


def _decide(session: Session, case: Case, workflow: Workflow, by: Visitor, follow: Follow) -> None:
    case.state, case.decided_at = CaseState.DECIDED, clock.now()
    case.submitted_at = case.submitted_at or clock.now()
    ledger.append(
        session,
        act="decide",
        subject=f"case:{case.id}",
        actor=by.person_id,
        on_behalf_of=case.organisation_id,
        answers=digest(workflow.relevant(answers_of(case))),
    )
    follow(session, case)
    printing.ask_document(session, case)


def _confirm(session: Session, case: Case, workflow: Workflow) -> None:
    address = case.starter_email or (case.starter.email if case.starter else "")
    if address:
        link = ("registration.open_draft", {"token": new_draft_link(session, case)})
        outbox.put(
            session,
            key=f"submitted:{case.id}:{case.round}",
            to=address,
            kind="submitted",
            subject=say("Ontvangen: %(title)s %(reference)s", title=say(workflow.title), reference=case.reference),
            about=f"case:{case.id}",
            link=link if case.starter_email else ("cases.show", {"case_id": str(case.id)}),
            reference=case.reference,
            title=workflow.title,
            afterwards=workflow.afterwards,
        )
