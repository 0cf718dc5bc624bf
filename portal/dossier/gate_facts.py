"""The facts that the gate judges over, gathered across the wings for one person, school, product and moment."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.catalogue import ENDED
from portal.cases.tables import Case, CaseState, InForce
from portal.dossier.acting import live_memberships
from portal.dossier.tasks import waits_for
from portal.gate.facts import Declaration, Facts, Shut
from portal.offers import blocks, publications
from portal.offers.tables import Product
from portal.parties import mandates, memberships, register
from portal.parties.register import RegisterLocation
from portal.parties.tables import Organisation, Person
from workflows.vocabulary import Role


def may_see_gate(session: Session, person: Person, location: RegisterLocation) -> bool:
    """Whether this person has to do with the school: a role there, at its board, or acting for it."""
    keys = {f"location:{location.code}", f"board:{location.board_number}"}
    mine = session.scalars(live_memberships(person.id))
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
    memberships = list(session.scalars(live_memberships(person.id)))
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
        school_registered=bool(school and school.is_registered(at=at)),
        board_name=board.name if board else known_board.name if known_board else location.board_number,
        board_registered=bool(board and board.is_registered(at=at)),
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
        blocks=tuple(
            Shut(each.organisation.name, blocks.last_day(each), each.words)
            for each in blocks.holding(session, person.id, product.id, at=at)
        ),
        contact=contact,
    )


def schools_of(session: Session, person: Person) -> list[RegisterLocation]:
    """The school locations whose gate this person may see: own, the board's, and those acted for."""
    codes: set[str] = set()
    boards: set[str] = set()
    for membership in session.scalars(live_memberships(person.id)):
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
            needed=rule.rule.needed(len(document.facts["signatories"])) if rule else len(document.facts["signatories"]),
            waits_for=tuple(waits_for(case)),
        )
    state = Declaration.PREPARING if case.state == CaseState.PREPARING else Declaration.DRAFT
    return _Standing(state, str(case.id))


def _names(session: Session, organisation: Organisation | None, role: Role) -> tuple[str, ...]:
    if organisation is None:
        return ()
    those = memberships.people_of(organisation.id, session=session)
    return tuple(dict.fromkeys(each.person.name for each in those if each.role == role))
