"""Reads across the wings: my tasks, for whom I may act, and the facts that the gate judges over."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import in_force
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.tables import Case, CaseState, Document, DocumentState, InForce
from portal.gate.facts import Declaration, Facts
from portal.offers import publications
from portal.offers.tables import Product
from portal.parties import mandates, people, register
from portal.parties.register import RegisterLocation
from portal.parties.tables import Membership, Organisation, Person
from workflows.vocabulary import Role

ACTS_OF_SIGNATORY = ("invite", "order", "reports", "invoices")


# --- For whom ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Acting:
    """The right to act for a school under a board's declaration in force."""

    school: Organisation
    board: Organisation
    acts: tuple[str, ...]


def acting_for(session: Session, person_id: uuid.UUID, *, at: dt.datetime) -> list[Acting]:
    """Every school for which this person may act at this moment, with the acts."""
    acts: dict[uuid.UUID, tuple[str, ...]] = {}
    for membership in session.scalars(_live_memberships(person_id)):
        if membership.role == Role.SIGNATORY:
            acts[membership.organisation_id] = ACTS_OF_SIGNATORY
        elif membership.role == Role.BOARD_OFFICE:
            known = acts.get(membership.organisation_id, ())
            acts[membership.organisation_id] = tuple(dict.fromkeys([*known, *membership.acts]))
    if not acts:
        return []
    declared = select(InForce).where(
        InForce.kind == in_force.BOARD_DECLARATION, InForce.on_behalf_of.in_(acts), *in_force.holds(at)
    )
    rows = list(session.scalars(declared))
    wanted = {each for row in rows for each in (row.organisation_id, row.on_behalf_of)}
    parties = {each.id: each for each in session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))}
    found = [
        Acting(parties[row.organisation_id], parties[row.on_behalf_of], acts[row.on_behalf_of])
        for row in rows
        if row.organisation_id and row.on_behalf_of
    ]
    return sorted(found, key=lambda each: each.school.name)


def may_act(session: Session, person_id: uuid.UUID, school_id: uuid.UUID, act: str) -> Acting | None:
    """The right to do this act for the school, if there is one."""
    rights = acting_for(session, person_id, at=clock.now())
    return next((each for each in rights if each.school.id == school_id and act in each.acts), None)


def may_invite(session: Session, person_id: uuid.UUID, organisation: Organisation) -> bool:
    """Who gives roles at an organisation: its administrators and signatories, and who acts for it."""
    own = {
        each.role for each in session.scalars(_live_memberships(person_id)) if each.organisation_id == organisation.id
    }
    if own & {Role.ADMINISTRATOR, Role.SIGNATORY}:
        return True
    return may_act(session, person_id, organisation.id, "invite") is not None


# --- Tasks -------------------------------------------------------------------------------------------------------


def to_sign(session: Session, person_id: uuid.UUID) -> list[Document]:
    """The documents that wait for this person's signature, oldest first."""
    now = clock.now()
    bound = [
        each.organisation_id
        for each in session.scalars(_live_memberships(person_id))
        if mandates.authority_of(session, person_id, each.organisation_id, at=now)
    ]
    waiting = (
        select(Document)
        .join(Case)
        .where(Case.state == CaseState.SIGNING, Case.organisation_id.in_(bound), Document.void_at.is_(None))
        .options(selectinload(Document.signatures), selectinload(Document.case))
        .order_by(Document.made_at)
    )
    return [
        document
        for document in session.scalars(waiting)
        if document.certified
        and all(each.person_id != person_id for each in document.signatures)
        and any(each["person"] == str(person_id) for each in document.facts["signatories"])
    ]


def cases_of(session: Session, person_id: uuid.UUID, *, drafts: Iterable[uuid.UUID] = ()) -> list[Case]:
    """The cases in which this person takes part, newest first."""
    organisations = [each.organisation_id for each in session.scalars(_live_memberships(person_id))]
    mine = (
        select(Case)
        .where(
            or_(
                Case.person_id == person_id,
                Case.started_by == person_id,
                Case.organisation_id.in_(organisations),
                Case.id.in_(list(drafts)),
            )
        )
        .options(selectinload(Case.documents), selectinload(Case.organisation), selectinload(Case.answers))
        .order_by(Case.started_at.desc())
        .limit(200)
    )
    return list(session.scalars(mine))


def to_assess(session: Session) -> list[Case]:
    """The registrations that wait for the service desk, oldest first."""
    waiting = select(Case).where(Case.state == CaseState.ASSESSING).options(selectinload(Case.answers))
    return [case for case in session.scalars(waiting.order_by(Case.submitted_at)) if workflow_of(case).assessor]


def unfinished_documents(session: Session) -> list[Document]:
    """Documents that something keeps waiting, or that are still to be made; oldest first."""
    busy = (DocumentState.ASKED, DocumentState.WAITING)
    return list(
        session.scalars(
            select(Document).where(Document.state.in_(busy), Document.void_at.is_(None)).order_by(Document.made_at)
        )
    )


def waits_for(case: Case) -> list[str]:
    """The names of those who must act on this case now."""
    if case.state == CaseState.ASSESSING:
        return ["servicedesk"]
    if case.state == CaseState.SIGNING and case.organisation_id:
        document = next(each for each in case.documents if each.void_at is None)
        signed = {str(each.person_id) for each in document.signatures}
        return [each["name"] for each in document.facts["signatories"] if each["person"] not in signed]
    return []


# --- The gate ----------------------------------------------------------------------------------------------------


def may_see_gate(session: Session, person: Person, location: RegisterLocation) -> bool:
    """Whether this person has to do with the school: a role there, at its board, or acting for it."""
    keys = {f"location:{location.code}", f"board:{location.board_number}"}
    mine = session.scalars(_live_memberships(person.id))
    return any(each.organisation.register_key in keys for each in mine)


def facts(
    session: Session, person: Person, location: RegisterLocation, product: Product, *, at: dt.datetime, contact: str
) -> Facts:
    """The frozen snapshot for this person, school, product and moment."""
    school_key, board_key = f"location:{location.code}", f"board:{location.board_number}"
    parties = {
        each.register_key: each
        for each in session.scalars(select(Organisation).where(Organisation.register_key.in_([school_key, board_key])))
    }
    school, board = parties.get(school_key), parties.get(board_key)
    known_board = register.board(location.board_number)
    memberships = list(session.scalars(_live_memberships(person.id)))
    declared = _declared(session, school, at) if school else None
    declaring_board = declared.on_behalf_of if declared else None
    open_case = _open_declaration(session, board, location.code) if board and not declared else None
    standing = _declaration(session, declared, open_case, school, at)
    versions = publications.sufficing(session, product.id, "usage_terms", at=at)
    return Facts(
        at=at,
        person_name=person.name,
        account_active=person.active,
        account_blocked=person.blocked_at is not None,
        needs_second_factor=person.needs_second_factor,
        has_second_factor=person.has_second_factor,
        school_name=location.name,
        school_key=school_key,
        school_registered=bool(school and school.registered_at and school.registered_at <= at),
        board_name=board.name if board else known_board.name if known_board else location.board_number,
        board_registered=bool(board and board.registered_at and board.registered_at <= at),
        board_id=str(board.id) if board else "",
        declaration=standing.state,
        declaration_case=standing.case,
        declaration_signed=standing.signed,
        declaration_needed=standing.needed,
        declaration_waits_for=standing.waits_for,
        declaration_since=standing.since,
        board_signatories=_names(session, board, Role.SIGNATORY),
        member=any(school and each.organisation_id == school.id for each in memberships),
        acting=any(
            each.organisation_id == declaring_board
            and (each.role == Role.SIGNATORY or (each.role == Role.BOARD_OFFICE and "reports" in each.acts))
            for each in memberships
        ),
        inviters=_names(session, school, Role.ADMINISTRATOR) or _names(session, board, Role.SIGNATORY),
        may_start_declaration=any(
            board and each.organisation_id == board.id and each.role in (Role.ADMINISTRATOR, Role.SIGNATORY)
            for each in memberships
        ),
        product=product.name,
        product_title=product.title,
        terms_published=bool(versions),
        terms_version=versions[0].version if versions else "",
        terms_accepted=tuple(
            row.version
            for row in in_force.holding(
                session, in_force.USAGE_TERMS, at=at, person_id=person.id, product_id=product.id
            )
        ),
        terms_sufficing=tuple(each.version for each in versions),
        contact=contact,
    )


def schools_of(session: Session, person: Person) -> list[RegisterLocation]:
    """The school locations whose gate this person may see: own, the board's, and those acted for."""
    codes: set[str] = set()
    boards: set[str] = set()
    for membership in session.scalars(_live_memberships(person.id)):
        kind, _, number = (membership.organisation.register_key or "").partition(":")
        if kind == "location":
            codes.add(number)
        elif kind == "board":
            boards.add(number)
    theirs = select(RegisterLocation).where(
        or_(RegisterLocation.code.in_(codes), RegisterLocation.board_number.in_(boards)),
        RegisterLocation.ended_on.is_(None),
    )
    return list(session.scalars(theirs.order_by(RegisterLocation.place, RegisterLocation.name)))


def _declared(session: Session, school: Organisation, at: dt.datetime) -> InForce | None:
    rows = in_force.holding(session, in_force.BOARD_DECLARATION, at=at, organisation_id=school.id)
    return rows[0] if rows else None


def _open_declaration(session: Session, board: Organisation, code: str) -> Case | None:
    theirs = select(Case).where(
        Case.workflow == "board_declaration", Case.organisation_id == board.id, Case.state.not_in(ENDED)
    )
    for case in session.scalars(theirs.order_by(Case.started_at.desc())):
        scope = next((each.values for each in case.answers if each.step == "scope"), None)
        if scope is None or code in scope["schools"]:
            return case
    return None


@dataclass(frozen=True)
class _Standing:
    """How far a board's declaration for one school is."""

    state: Declaration
    case: str = ""
    signed: int = 0
    needed: int = 0
    waits_for: tuple[str, ...] = ()
    since: dt.date | None = None


def _declaration(
    session: Session, declared: InForce | None, case: Case | None, school: Organisation | None, at: dt.datetime
) -> _Standing:
    if declared:
        return _Standing(Declaration.IN_FORCE, str(declared.case_id))
    if case is None:
        kind = in_force.BOARD_DECLARATION
        later = in_force.holding_or_coming(session, kind, at=at, organisation_id=school.id) if school else []
        return (
            _Standing(Declaration.COMING, since=clock.day_of(later[0].since)) if later else _Standing(Declaration.NONE)
        )
    document = next((each for each in case.documents if each.void_at is None), None)
    if case.state == CaseState.SIGNING and document is not None and case.organisation_id:
        rule = mandates.rule_at(session, case.organisation_id, at=at)
        return _Standing(
            Declaration.SIGNING,
            str(case.id),
            signed=len(document.signatures),
            needed=rule.together if rule else len(document.facts["signatories"]),
            waits_for=tuple(waits_for(case)),
        )
    state = Declaration.PREPARING if case.state == CaseState.PREPARING else Declaration.DRAFT
    return _Standing(state, str(case.id))


def _names(session: Session, organisation: Organisation | None, role: Role) -> tuple[str, ...]:
    if organisation is None:
        return ()
    those = people.people_of(organisation.id, session=session)
    return tuple(dict.fromkeys(each.person.name for each in those if each.role == role))


def _live_memberships(person_id: uuid.UUID) -> Select[Membership]:
    live = (Membership.person_id == person_id, Membership.status == "active")
    return select(Membership).where(*live).options(selectinload(Membership.organisation))
