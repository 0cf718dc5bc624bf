"""Starting a case, answering its steps, submitting it: from what a person says to what the portal keeps."""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import printing, surroundings
from portal.cases.access import Visitor, find, may_answer, roles_at
from portal.cases.catalogue import ENDED, current, workflow_of
from portal.cases.tables import Case, CaseState, DraftLink, KeptFile, StepAnswer
from portal.database import act
from portal.documents import vault
from portal.errors import ExpiredError, NotFoundError, RefusedError
from portal.offers import publications
from portal.parties.spelling import address
from portal.parties.tables import Organisation
from portal.record import ledger, outbox
from portal.wording import mark, say
from workflows.vocabulary import Answers, Party, Role, Step, Workflow

DRAFT_LINK_LASTS = dt.timedelta(days=30)
Follow = Callable[[Session, Case], None]


class StaleAnswerError(RefusedError):
    """Somebody answered this step after the form was opened; nothing was changed."""

    def __init__(self, stored: Mapping[str, Any], version: int) -> None:
        super().__init__("Iemand heeft deze stap intussen gewijzigd.")
        self.stored, self.version = stored, version


def start(
    workflow_name: str,
    *,
    by: Visitor,
    organisation_id: uuid.UUID | None = None,
    product_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Start a case, or return to the one that this organisation or person has open already."""
    workflow = current(workflow_name)
    if workflow.subject is Party.PERSON:
        organisation_id = None  # a person's own case is on nobody's behalf, whatever the form says
    if not workflow.publication:
        product_id = None
    with act() as session:
        _refuse_start(session, workflow, by, organisation_id)
        person_id = by.person_id if workflow.subject is Party.PERSON else None
        publication = None
        if workflow.publication:
            if product_id is None:
                raise NotFoundError
            publication = publications.current(session, product_id, workflow.publication, at=clock.now())
        same = select(Case.id).where(
            Case.workflow == workflow.name,
            Case.organisation_id == organisation_id,
            Case.person_id == person_id,
            Case.product_id == product_id,
            Case.publication_id == (publication.id if publication else None),
            Case.state.not_in(ENDED),
        )
        already = session.scalar(same.limit(1))
        if already:
            return already
        case = _new(session, workflow, organisation_id=organisation_id, started_by=by.person_id)
        case.person_id, case.product_id = person_id, product_id
        case.publication_id = publication.id if publication else None
        session.flush()
        ledger.append(
            session,
            act="start",
            subject=f"case:{case.id}",
            actor=by.person_id,
            on_behalf_of=organisation_id,
            workflow=workflow.name,
            version=workflow.version,
        )
        return case.id


def start_by_mail(workflow_name: str, *, email: str) -> None:
    """Start a draft for somebody without an account: the mailed link is the way in."""
    workflow = current(workflow_name)
    with act() as session:
        case = _new(session, workflow, organisation_id=None, started_by=None)
        case.starter_email = address(email)
        session.flush()
        token = new_draft_link(session, case)
        ledger.append(session, act="start", subject=f"case:{case.id}", workflow=workflow.name, version=workflow.version)
        outbox.put(
            session,
            key=f"draft:{case.id}",
            to=case.starter_email,
            kind="draft",
            subject=say("Ga verder met uw inschrijving (%(reference)s)", reference=case.reference),
            about=f"case:{case.id}",
            link=("registration.open_draft", {"token": token}),
            reference=case.reference,
            days=DRAFT_LINK_LASTS.days,
        )


def new_draft_link(session: Session, case: Case) -> str:
    """A fresh link to a draft; the token itself is kept nowhere but in the mail."""
    token = secrets.token_urlsafe(32)
    session.add(
        DraftLink(token_hash=_hash(token), case_id=case.id, expires_at=clock.now() + DRAFT_LINK_LASTS),
    )
    return token


def draft_behind(session: Session, token: str) -> Case:
    """The case to which a mailed link leads."""
    link = session.get(DraftLink, _hash(token))
    if link is None:
        raise NotFoundError("Deze link klopt niet. Kopieer de hele link uit uw mail.")
    if link.expires_at <= clock.now():
        raise ExpiredError("Deze link is verlopen. Begin opnieuw met uw e-mailadres; u krijgt dan een nieuwe link.")
    return link.case


def keep_file(case_id: uuid.UUID, *, content: bytes, name: str, by: Visitor) -> KeptFile:
    """Keep an uploaded file for a case."""
    with act() as session:
        find(case_id, reader=by, session=session)
        kept = KeptFile(case_id=case_id, blob=vault.keep(session, content), name=name[:200], size=len(content))
        session.add(kept)
        session.flush()
        session.expunge(kept)
        return kept


def kept_file(session: Session, case_id: uuid.UUID, kept_id: str) -> dict[str, Any] | None:
    """The answer that a kept file stands for, when it was kept for this case."""
    try:
        kept = session.get(KeptFile, uuid.UUID(kept_id))
    except ValueError:
        return None
    if kept is None or kept.case_id != case_id:
        return None
    return {"sha256": kept.blob, "name": kept.name, "size": kept.size, "kept": str(kept.id)}


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


def _new(
    session: Session, workflow: Workflow, *, organisation_id: uuid.UUID | None, started_by: uuid.UUID | None
) -> Case:
    prefix = f"{workflow.prefix}-{clock.today():%Y}-"
    count = session.scalar(select(func.count()).select_from(Case).where(Case.reference.startswith(prefix))) or 0
    case = Case(
        reference=f"{prefix}{count + 1:05}",
        workflow=workflow.name,
        workflow_version=workflow.version,
        organisation_id=organisation_id,
        started_by=started_by,
    )
    session.add(case)
    return case


def _refuse_start(session: Session, workflow: Workflow, by: Visitor, organisation_id: uuid.UUID | None) -> None:
    if by.person_id is None:
        raise NotFoundError
    if workflow.subject is Party.PERSON:
        return
    organisation = session.get(Organisation, organisation_id) if organisation_id else None
    roles = roles_at(by, organisation.id, session=session) if organisation else frozenset[Role]()
    if organisation is None or not roles:
        raise NotFoundError
    if organisation.kind != workflow.subject:
        raise RefusedError("Deze procedure is niet voor dit soort organisatie.")
    if workflow.started_by and not roles & set(workflow.started_by):
        raise RefusedError("Alleen een beheerder of een tekenbevoegde kan deze procedure starten.")


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


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
