"""The dossier of one organisation: who may look at what, its people, its documents, its schools, what it can start."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import access, in_force
from portal.cases.access import Visitor
from portal.cases.catalogue import every_workflow
from portal.cases.tables import Case, Document, DocumentState, InForce
from portal.dossier.acting import Acting, acting_for, may_invite
from portal.errors import NotFoundError
from portal.parties import register
from portal.parties.tables import AuthorityRule, Mandate, Membership, Organisation, Person
from portal.wording import say
from workflows.vocabulary import Party, Role, Workflow

TRUSTED = frozenset({Role.ADMINISTRATOR, Role.SIGNATORY})


@dataclass(frozen=True)
class Rights:
    """What a visitor may do at one organisation."""

    organisation: Organisation
    roles: frozenset[Role]
    acting: Acting | None
    """The board for which the visitor acts here, if any."""
    is_service_desk: bool
    may_invite: bool

    @property
    def sees_addresses(self) -> bool:
        """Mail addresses are for who manages or binds the organisation, and for the service desk."""
        return self.is_service_desk or bool(self.roles & TRUSTED)

    @property
    def sees_evidence(self) -> bool:
        """What a mandate rests on may hold home addresses and signatures."""
        return self.is_service_desk or bool(self.roles & (TRUSTED | {Role.PRIVACY_OFFICER}))

    @property
    def is_own(self) -> bool:
        """Whether the visitor has a role here, and does not only act for it."""
        return bool(self.roles)

    @property
    def sees_papers(self) -> bool:
        """Documents and cases are for the organisation's own people and the service desk."""
        return self.is_own or self.is_service_desk


def rights_at(session: Session, visitor: Visitor, organisation_id: uuid.UUID) -> Rights:
    """What this visitor may do there; who has nothing to do with it is told that there is no such organisation."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or visitor.person_id is None:
        raise NotFoundError
    roles = access.roles_at(visitor, organisation_id, session=session)
    acting = next(
        (each for each in acting_for(session, visitor.person_id, at=clock.now()) if each.school.id == organisation_id),
        None,
    )
    desk = access.is_service_desk(visitor, session=session)
    if not roles and acting is None and not desk:
        raise NotFoundError
    return Rights(organisation, roles, acting, desk, may_invite(session, visitor.person_id, organisation))


# --- People and mandates -----------------------------------------------------------------------------------------


def memberships(session: Session, organisation_id: uuid.UUID) -> list[Membership]:
    """Every role that anybody has, is invited to or had here, by name."""
    found = select(Membership).join(Membership.person).where(Membership.organisation_id == organisation_id)
    whole = found.options(selectinload(Membership.person), selectinload(Membership.organisation))
    return list(session.scalars(whole.order_by(Person.name, Membership.role, Membership.since)))


def mandates(session: Session, organisation_id: uuid.UUID) -> list[Mandate]:
    """Every mandate there is, was or will be, the newest first."""
    found = select(Mandate).where(Mandate.organisation_id == organisation_id).options(selectinload(Mandate.person))
    return list(session.scalars(found.order_by(Mandate.since.desc(), Mandate.id)))


def rules(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> list[AuthorityRule]:
    """The rule by which the organisation is bound now, and the one that comes after it."""
    not_over = or_(AuthorityRule.until.is_(None), AuthorityRule.until > at)
    found = select(AuthorityRule).where(AuthorityRule.organisation_id == organisation_id, not_over)
    return list(session.scalars(found.order_by(AuthorityRule.since)))


# --- Documents ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Documents:
    """One page of documents, and how many there are."""

    documents: list[Document]
    total: int


DOCUMENT_SORTS = ("title", "reference", "state", "made")


def documents(
    session: Session,
    organisation_id: uuid.UUID,
    *,
    text: str = "",
    state: str = "",
    sort: str = "made",
    descending: bool = True,
    offset: int = 0,
    limit: int = 25,
) -> Documents:
    """The documents of an organisation's cases, voided ones excepted, searched, sorted and cut in SQL."""
    asked = (
        select(Document)
        .join(Document.case)
        .where(
            or_(Case.organisation_id == organisation_id, Case.counterparty_id == organisation_id),
            Document.void_at.is_(None),
        )
        .options(selectinload(Document.case), selectinload(Document.signatures))
    )
    if text:
        holds: ColumnElement[bool] = or_(
            Document.title.icontains(text, autoescape=True),
            Document.code.icontains(text, autoescape=True),
            Case.reference.icontains(text, autoescape=True),
        )
        asked = asked.where(holds)
    if state:
        ready = Document.state == DocumentState.COMPLETE
        asked = asked.where(ready if state == "complete" else ~ready)
    columns: dict[str, Any] = {
        "title": Document.title,
        "reference": Case.reference,
        "state": Document.state,
        "made": Document.made_at,
    }
    order = columns[sort]
    total = session.scalar(select(func.count()).select_from(asked.with_only_columns(Document.id).subquery())) or 0
    page = asked.order_by(order.desc() if descending else order.asc(), Document.id).offset(offset).limit(limit)
    return Documents(list(session.scalars(page)), total)


# --- Boards and their schools ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InScope:
    """A school of a board: from the register, from its declaration, or both."""

    code: str
    name: str
    place: str
    organisation_id: uuid.UUID | None
    since: dt.datetime | None
    """From when this board's declaration covers it; none where it does not."""
    until: dt.datetime | None
    registered: bool
    elsewhere: str
    """The other board in whose declaration it stands."""


def schools_of_board(session: Session, board: Organisation, *, at: dt.datetime) -> list[InScope]:
    """Every school that the register or a declaration gives this board, by name."""
    locations = {each.code: each for each in register.locations_of(board.board_number)} if board.board_number else {}
    keys = [f"location:{code}" for code in locations]
    not_over = or_(InForce.until.is_(None), InForce.until > at)
    declared = session.execute(
        select(InForce, Organisation)
        .join(Organisation, Organisation.id == InForce.organisation_id)
        .where(InForce.kind == in_force.BOARD_DECLARATION, not_over)
        .where(or_(InForce.on_behalf_of == board.id, Organisation.register_key.in_(keys)))
        .order_by(InForce.since.desc())
    ).all()
    known = {
        each.register_key: each
        for each in session.scalars(select(Organisation).where(Organisation.register_key.in_(keys)))
    }
    rows: dict[str, InForce] = {}
    for row, school in declared:
        code = (school.register_key or "").removeprefix("location:")
        known[school.register_key] = school
        if code not in rows or row.since <= at:  # what holds now comes before what begins later
            rows[code] = row
    others = _names(session, {row.on_behalf_of for row in rows.values() if row.on_behalf_of != board.id})
    found = []
    for code in {**locations, **rows}:
        place, found_school, covering = locations.get(code), known.get(f"location:{code}"), rows.get(code)
        ours = covering is not None and covering.on_behalf_of == board.id
        elsewhere = covering.on_behalf_of if covering and not ours else None
        found.append(
            InScope(
                code,
                place.name if place else found_school.name if found_school else code,
                place.place if place else "",
                found_school.id if found_school else None,
                covering.since if covering and ours else None,
                covering.until if covering and ours else None,
                bool(found_school and found_school.is_registered(at=at))
                or bool(covering and ours and covering.since <= at),
                others[elsewhere] if elsewhere else "",
            )
        )
    return sorted(found, key=lambda each: each.name)


@dataclass(frozen=True)
class Declared:
    """The declaration under which a school falls."""

    board: str
    board_id: uuid.UUID
    case_id: uuid.UUID
    since: dt.datetime
    until: dt.datetime | None


def declarations_over(session: Session, school_id: uuid.UUID, *, at: dt.datetime) -> list[Declared]:
    """The declaration under which a school falls, and one that is to begin; none where no board speaks for it."""
    rows = in_force.holding_or_coming(session, in_force.BOARD_DECLARATION, at=at, organisation_id=school_id)
    names = _names(session, {row.on_behalf_of for row in rows})
    return [
        Declared(names[row.on_behalf_of], row.on_behalf_of, row.case_id, row.since, row.until)
        for row in sorted(rows, key=lambda row: row.since)
        if row.on_behalf_of
    ]


def _names(session: Session, ids: set[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids - {None})))
    return {each.id: each.name for each in rows}


# --- What can be started -----------------------------------------------------------------------------------------


def startable(rights: Rights) -> list[Workflow]:
    """Every procedure that this visitor may start for this organisation, by title."""
    found = [next(iter(versions.values())) for versions in every_workflow().values()]
    return sorted(
        (
            each
            for each in found
            if not each.personal
            and each.concerns(rights.organisation.kind)
            and not each.publication
            and rights.roles
            and (not each.started_by or rights.roles & set(each.started_by))
        ),
        key=lambda each: say(each.title),
    )


def may_object(rights: Rights) -> bool:
    """Whether a school's own people can object to the declaration here: by the procedure for requests."""
    versions = every_workflow().get("request")
    is_school = rights.organisation.kind in (Party.SCHOOL, Party.LOCATION)
    return versions is not None and is_school and next(iter(versions.values())) in startable(rights)
