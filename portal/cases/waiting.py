"""Whom an open case waits for, since when, by when they are expected to act, and when it lapses."""

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access, sides
from portal.cases.access import Seat, Visitor, answers_of, relevant_answers, seats_left
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.offering import suppliers, threads
from portal.cases.tables import Case, CaseState, Document
from portal.cases.telling import Recipient
from portal.parties.tables import Membership, Organisation, Person
from portal.wording import say
from workflows.vocabulary import ROLE_NAMES, Party, Role, Step

WARNED_BEFORE = dt.timedelta(days=14)


def names(case: Case) -> list[str]:
    """Who must act now, as the pages name them: a person where one is known, else the role."""
    match case.state:
        case CaseState.DRAFT if case.counterparty and threads.unanswered(case):
            return [case.counterparty.name]
        case CaseState.DRAFT:
            return _drafters(case)
        case CaseState.ASSESSING:
            return [_seat_name(each) for each in seats_left(case)]
        case CaseState.AGREEING:
            return [case.person.name] if case.person else []
        case CaseState.ADVISING:
            adviser = workflow_of(case).asked_to_advise(relevant_answers(case))
            return [say(ROLE_NAMES[adviser.role])] if adviser else []
        case CaseState.SIGNING:
            return [each["name"] for each in _fields_open(case)]
    return []


def recipients(session: Session, case: Case) -> list[Recipient]:
    """Everybody who can do what the case waits for, with their addresses."""
    match case.state:
        case CaseState.DRAFT if case.counterparty_id and threads.unanswered(case):
            return suppliers.people(session, case)
        case CaseState.DRAFT:
            return draft_recipients(session, case)
        case CaseState.ASSESSING:
            left = seats_left(case, session=session)
            return _distinct(each for seat in left for each in who_can_take(session, case, seat))
        case CaseState.AGREEING:
            return [Recipient.of(case.person)] if case.person else []
        case CaseState.ADVISING:
            adviser = workflow_of(case).asked_to_advise(relevant_answers(case))
            return _holders(session, case.organisation_id, adviser.role) if adviser else []
        case CaseState.SIGNING:
            signing = [session.get_one(Person, uuid.UUID(each["person"])) for each in _fields_open(case)]
            return [Recipient.of(each) for each in signing]
    return []


def expected_on(case: Case) -> dt.date | None:
    """The day by which whoever must act is expected to; None for a case that waits for nobody."""
    if case.state in (*ENDED, CaseState.PREPARING):
        return None
    return clock.day_of(case.moved_at) + dt.timedelta(days=workflow_of(case).expected_days)


def lapses_on(case: Case) -> dt.date | None:
    """The day on which it lapses when nothing happens before; None for a case that has ended."""
    if case.state in ENDED:
        return None
    day = clock.day_of(case.moved_at) + dt.timedelta(days=workflow_of(case).lapses_after)
    return max(day, clock.day_of(case.warned_at) + WARNED_BEFORE) if is_warned(case) and case.warned_at else day


def is_warned(case: Case) -> bool:
    """Whether its people were warned since it last moved."""
    return case.warned_at is not None and case.warned_at >= case.moved_at


def open_document(case: Case) -> Document | None:
    """The document of the case that was not voided: the newest."""
    return next((each for each in reversed(case.documents) if each.void_at is None), None)


def everyone(session: Session, case: Case) -> list[Recipient]:
    """All who took part so far, or are to act now: who started, answered, judged or signed."""
    people = [case.starter, case.person, case.assignee]
    people += [each.person for each in case.answers] + [each.assessor for each in case.assessments]
    people += [signature.person for document in case.documents for signature in document.signatures]
    found = [Recipient.of(each) for each in people if each is not None]
    if case.starter_email:
        found.append(Recipient(case.starter_email))
    return _distinct([*found, *recipients(session, case)])


def roles_nobody_has(session: Session, case: Case) -> list[Role]:
    """The roles that a step still to be answered asks for, and that nobody has at this organisation."""
    if case.state != CaseState.DRAFT or case.organisation_id is None:
        return []
    wanted = {each.by: each for each in workflow_of(case).open_steps(answers_of(case)) if each.by}
    return [
        role
        for role, step in wanted.items()
        if not (_who_can(session, case, step) if step.advises else _holders(session, case.organisation_id, role))
    ]


def seats_nobody_fills(session: Session, case: Case) -> list[str]:
    """The rights holders still to decide where nobody can: the case waits until somebody there has the role."""
    if case.state != CaseState.ASSESSING or not workflow_of(case).asks_rights_holders:
        return []
    return [each.name for each in seats_left(case, session=session) if not who_can_take(session, case, each)]


def who_can_take(session: Session, case: Case, seat: Seat) -> list[Recipient]:
    """Who can judge from this seat: who has its role there; of a rights holder not who asks, nor who decided for
    another.
    """
    found = _sitting(session, seat)
    if not seat.holder:
        return found
    elsewhere = {each.assessor_id for each in case.assessments if each.for_organisation != seat.organisation_id}
    return [each for each in found if each.person_id not in elsewhere | {case.person_id, case.started_by}]


def _drafters(case: Case) -> list[str]:
    if case.assignee:
        return [case.assignee.name]
    step = next(iter(workflow_of(case).open_steps(answers_of(case))), None)
    if case.organisation_id and step is not None and step.by is not None:
        return [say(ROLE_NAMES[step.by])]
    return [case.starter.name] if case.starter else [case.starter_email] if case.starter_email else []


def draft_recipients(session: Session, case: Case) -> list[Recipient]:
    """Who can go on with a draft: who has it in hand or began it, else who has the role of its next step.

    Where nobody has that, it is an administrator, or who can sign: somebody who can find the right person.
    """
    if case.starter_email and case.assignee is None:
        return [Recipient(case.starter_email)]
    step = next_step(case)
    for known in (case.assignee, case.starter):
        if known is not None and access.may_answer(case, step, Visitor(known.id), session=session):
            return [Recipient.of(known)]
    if found := _who_can(session, case, step):
        return found
    for known in (case.assignee, case.starter):
        if known is not None and not step.advises:
            return [Recipient.of(known)]
    roles = (Role.ADMINISTRATOR, Role.SIGNATORY)
    return next((found for role in roles if (found := _holders(session, case.organisation_id, role))), [])


def next_step(case: Case) -> Step:
    """The step that a draft waits for: the first open one, or the last of all, with which it is sent."""
    workflow, answers = workflow_of(case), answers_of(case)
    return next(iter(workflow.open_steps(answers)), workflow.path(answers)[-1])


def overdue_step(case: Case) -> Step | None:
    """The step that nobody answered for so long that others are told."""
    if case.state != CaseState.DRAFT or case.organisation_id is None:
        return None
    step = next_step(case)
    waited = (clock.today() - clock.day_of(case.moved_at)).days
    return step if step.escalates_after and waited >= step.escalates_after else None


def who_can_help(session: Session, case: Case) -> list[Recipient]:
    """Who can find somebody else for a step that stays unanswered: administrators and signatories."""
    roles = (Role.ADMINISTRATOR, Role.SIGNATORY)
    return _distinct(each for role in roles for each in _holders(session, case.organisation_id, role))


def _who_can(session: Session, case: Case, step: Step) -> list[Recipient]:
    """Who has the role of a step and may answer it in this very case."""
    if step.by is None or case.organisation_id is None:
        return []
    return [
        each
        for each in _holders(session, case.organisation_id, step.by)
        if access.may_answer(case, step, Visitor(each.person_id), session=session)
    ]


def _fields_open(case: Case) -> list[dict[str, str]]:
    document = open_document(case)
    if document is None:
        return []
    signed = {str(each.person_id) for each in document.signatures}
    turn = sides.waits_for(document)
    return [
        each
        for each in document.facts["signatories"]
        if each["person"] not in signed and sides.side_of(document, each) == turn
    ]


def _seat_name(seat: Seat) -> str:
    return seat.name or say("servicedesk")


def _sitting(session: Session, seat: Seat) -> list[Recipient]:
    if seat.board and seat.organisation_id is None:
        return []  # that board has nobody here yet
    if seat.organisation_id is not None:
        return _holders(session, seat.organisation_id, seat.role)
    operators = session.scalars(select(Organisation.id).where(Organisation.kind == Party.OPERATOR))
    return [each for operator_id in operators for each in _holders(session, operator_id, seat.role)]


def _holders(session: Session, organisation_id: uuid.UUID | None, role: Role) -> list[Recipient]:
    """Who has this role, with an account; who has none yet cannot do it either."""
    theirs = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.role == role, *Membership.held(clock.now()))
    )
    return [Recipient.of(each) for each in session.scalars(theirs.order_by(Person.name))]


def _distinct(found: Iterable[Recipient]) -> list[Recipient]:
    return list({each.email: each for each in found}.values())
