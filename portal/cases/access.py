"""Who is looking at a case, and what each may do there."""

import uuid
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.errors import NotFoundError
from portal.parties import mandates
from portal.parties.tables import Membership, Organisation, Person
from workflows.vocabulary import Party, Role, Step


@dataclass(frozen=True)
class Visitor:
    """Whoever makes a request: a person who signed in, or a browser that opened mailed links."""

    person_id: uuid.UUID | None = None
    drafts: frozenset[uuid.UUID] = field(default_factory=frozenset)
    """Cases whose mailed link was opened in this browser."""


def find(case_id: uuid.UUID, *, reader: Visitor, session: Session | None = None) -> Case:
    """The case, for somebody who may see it; anybody else is told that there is no such case."""
    case = _session(session).get(Case, case_id)
    if case is None or not may_read(case, reader, session=session):
        raise NotFoundError
    return case


def may_read(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor takes part in the case."""
    if case.id in visitor.drafts and case.starter_email:
        return True
    if visitor.person_id is None:
        return False
    if visitor.person_id in (case.person_id, case.started_by):
        return True
    if case.organisation_id and roles_at(visitor, case.organisation_id, session=session):
        return True
    return case.state != CaseState.DRAFT and may_assess(case, visitor, session=session)


def may_answer(case: Case, step: Step, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may answer this step now. Who can sign for the organisation may also fill in."""
    if case.state != CaseState.DRAFT or not may_read(case, visitor, session=session):
        return False
    if case.organisation_id is None or step.by is None:
        return case.id in visitor.drafts or visitor.person_id in (case.person_id, case.started_by)
    roles = roles_at(visitor, case.organisation_id, session=session)
    return bool(roles & {step.by, Role.SIGNATORY})


def may_assess(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor is an assessor of this case. Nobody assesses what they started, or are named in."""
    assessor = workflow_of(case).assessor
    if assessor is None or visitor.person_id is None or _started(case, visitor.person_id, session):
        return False
    if assessor.at is Party.OPERATOR:
        return is_service_desk(visitor, session=session)
    return bool(case.organisation_id and assessor.role in roles_at(visitor, case.organisation_id, session=session))


def _started(case: Case, person_id: uuid.UUID, session: Session | None) -> bool:
    """Whether this person began the case, or gets something by it: signed in, by a mailed link, or by being named."""
    person = _session(session).get(Person, person_id)
    if person is None or case.started_by == person_id or person.email == case.starter_email:
        return True
    rows = [row for each in case.answers for value in each.values.values() if isinstance(value, list) for row in value]
    return any(isinstance(row, dict) and str(row.get("email", "")).lower() == person.email for row in rows)


def may_sign(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor has authority to bind the organisation of this case at this moment."""
    if visitor.person_id is None or case.organisation_id is None:
        return False
    found = mandates.authority_of(_session(session), visitor.person_id, case.organisation_id, at=clock.now())
    return found is not None


def roles_at(visitor: Visitor, organisation_id: uuid.UUID, *, session: Session | None = None) -> frozenset[Role]:
    """The roles that this visitor has at the organisation now."""
    if visitor.person_id is None:
        return frozenset()
    query = select(Membership.role).where(
        Membership.person_id == visitor.person_id,
        Membership.organisation_id == organisation_id,
        Membership.status == "active",
    )
    return frozenset(Role(role) for role in _session(session).scalars(query))


def is_service_desk(visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor works for the operator of the portal."""
    if visitor.person_id is None:
        return False
    query = (
        select(Membership.id)
        .join(Organisation)
        .where(
            Membership.person_id == visitor.person_id,
            Membership.status == "active",
            Membership.role == Role.SERVICE_DESK,
            Organisation.kind == Party.OPERATOR,
        )
    )
    return _session(session).scalar(query.limit(1)) is not None


def _session(session: Session | None) -> Session:
    return session if session is not None else reader()
