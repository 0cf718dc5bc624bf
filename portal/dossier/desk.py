"""What the service desk sees across the house: its queue, every open case, every person and organisation."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.catalogue import every_workflow
from portal.cases.tables import Assessment, Case, CaseState
from portal.dossier import tasks
from portal.parties import memberships
from portal.parties.tables import Membership, Organisation, Person
from workflows.vocabulary import Party, Workflow

MOST_QUEUED = 2000
"""So many cases of the queue are looked through at once; more than a service desk can have waiting."""
STATES = ("active", "invited", "blocked")


@dataclass(frozen=True)
class People:
    """One page of persons with the names of their organisations, and how many there are."""

    persons: list[Person]
    organisations: dict[uuid.UUID, list[str]]
    total: int


@dataclass(frozen=True)
class Organisations:
    """One page of organisations with the number of people who have a role there, and how many there are."""

    rows: list[tuple[Organisation, int]]
    total: int


def queue(session: Session) -> list[Case]:
    """The cases that wait for the judgement of the service desk, the longest waiting first."""
    asked = tasks.in_full(select(Case).where(*_in_queue()))
    return list(session.scalars(asked.order_by(Case.moved_at, Case.reference).limit(MOST_QUEUED)))


def count_queue(session: Session) -> int:
    """How many cases wait for the judgement of the service desk."""
    return session.scalar(select(func.count()).select_from(Case).where(*_in_queue())) or 0


def open_cases(
    session: Session,
    *,
    text: str,
    workflow: str,
    state: str,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> tasks.Found:
    """Every open case of the house, searched, sorted and cut in SQL."""
    states = (CaseState(state),) if state else tasks.OPEN
    return tasks.find_cases(
        session,
        None,
        text=text,
        workflow=workflow,
        states=states,
        sort=sort,
        descending=descending,
        offset=offset,
        limit=limit,
    )


def persons(
    session: Session,
    *,
    text: str,
    state: str,
    organisation_id: uuid.UUID | None,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> People:
    """Persons by name, address or organisation: "invited" has no password yet, "blocked" cannot come in."""
    asked = select(Person)
    if text:
        role = and_(Membership.person_id == Person.id, Membership.status.in_(("active", "invited")))
        named = exists().where(
            role, Organisation.id == Membership.organisation_id, Organisation.name.icontains(text, autoescape=True)
        )
        words = (Person.name.icontains(text, autoescape=True), Person.email.icontains(text, autoescape=True), named)
        asked = asked.where(or_(*words))
    if organisation_id:
        here = (Membership.organisation_id == organisation_id, Membership.status.in_(("active", "invited")))
        asked = asked.where(exists().where(Membership.person_id == Person.id, *here))
    match state:
        case "blocked":
            asked = asked.where(Person.blocked_at.is_not(None))
        case "invited":
            asked = asked.where(Person.password.is_(None), Person.blocked_at.is_(None))
        case "active":
            asked = asked.where(Person.password.is_not(None), Person.blocked_at.is_(None), Person.active)
    columns: dict[str, Any] = {"name": func.lower(Person.name), "email": Person.email, "since": Person.created_at}
    total = _count(session, asked.with_only_columns(Person.id))
    page = asked.order_by(_in_order(columns[sort], descending), Person.email).offset(offset).limit(limit)
    found = list(session.scalars(page))
    names = memberships.organisations_of(session, [each.id for each in found], invited_too=True)
    return People(found, names, total)


def organisations(
    session: Session, *, text: str, kind: str, sort: str, descending: bool, offset: int, limit: int
) -> Organisations:
    """Organisations by name, number or place, with how many people have a role there."""
    asked = select(Organisation)
    if text:
        columns = (Organisation.name, Organisation.address, Organisation.board_number, Organisation.register_key)
        asked = asked.where(or_(*(each.icontains(text, autoescape=True) for each in columns)))
    if kind:
        asked = asked.where(Organisation.kind == kind)
    people = (
        select(func.count(func.distinct(Membership.person_id)))
        .where(Membership.organisation_id == Organisation.id, *Membership.held(clock.now()))
        .scalar_subquery()
    )
    orders: dict[str, Any] = {
        "name": func.lower(Organisation.name),
        "kind": Organisation.kind,
        "people": people,
        "since": case((Organisation.registered_at.is_(None), 1), else_=0),
    }
    total = _count(session, asked.with_only_columns(Organisation.id))
    page = asked.add_columns(people).order_by(
        _in_order(orders[sort], descending), _in_order(Organisation.registered_at, descending), Organisation.name
    )
    rows = session.execute(page.offset(offset).limit(limit))
    return Organisations([(each, count) for each, count in rows], total)


def kinds(session: Session) -> Sequence[str]:
    """The kinds of organisation that there are."""
    return list(session.scalars(select(Organisation.kind).distinct().order_by(Organisation.kind)))


def _in_queue() -> tuple[ColumnElement[bool], ...]:
    judged = exists().where(
        Assessment.case_id == Case.id,
        Assessment.round == Case.round,
        Assessment.for_organisation.is_(None),
        Assessment.verdict != "advise",
    )
    return Case.state == CaseState.ASSESSING, Case.workflow.in_(_judged_here()), ~judged


def _judged_here() -> list[str]:
    return [
        name for name, versions in every_workflow().items() if any(_asks_operator(each) for each in versions.values())
    ]


def _asks_operator(workflow: Workflow) -> bool:
    other = workflow.signatory.or_else if workflow.signatory else None
    return any(each is not None and each.at is Party.OPERATOR for each in (*workflow.assessors, other))


def _count(session: Session, asked: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(asked.subquery())) or 0


def _in_order(column: Any, descending: bool) -> Any:
    return column.desc() if descending else column
