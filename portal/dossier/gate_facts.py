"""The facts that the gate judges over, gathered across the wings for one person, school, product and moment."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.dossier import deciding, dpia_standing, standings
from portal.dossier.acting import live_memberships
from portal.gate.facts import Facts, Shut
from portal.offers import blocks
from portal.offers.tables import Product
from portal.parties import memberships, register
from portal.parties.register import RegisterBoard, RegisterLocation
from portal.parties.tables import Organisation, Person
from workflows import board_declaration, processor_agreement
from workflows.vocabulary import Role

MAY_DECLARE = frozenset(board_declaration.WORKFLOW.started_by)
MAY_AGREE = frozenset(processor_agreement.WORKFLOW.started_by)


def may_see_gate(session: Session, person: Person, location: RegisterLocation) -> bool:
    """Whether this person has to do with the school: a role there, at its board, or acting for it."""
    keys = {f"location:{location.code}", f"board:{location.board_number}"}
    mine = session.scalars(live_memberships(person.id))
    return any(each.organisation.register_key in keys for each in mine)


def may_see_board(session: Session, person: Person, number: str) -> bool:
    """Whether this person has a role at the board of this number."""
    mine = session.scalars(live_memberships(person.id))
    return any(each.organisation.register_key == f"board:{number}" for each in mine)


def sets_ambition_for(session: Session, person: Person, location: RegisterLocation) -> Organisation | None:
    """For which organisation this person may say what the school wants to reach: where they are administrator.

    Only of a primary school is that beside what it reached.
    """
    if location.sector != register.PRIMARY:
        return None
    mine = {
        each.organisation.register_key: each.organisation
        for each in session.scalars(live_memberships(person.id))
        if each.role == Role.ADMINISTRATOR
    }
    return mine.get(f"location:{location.code}") or mine.get(f"board:{location.board_number}")


def facts(
    session: Session, person: Person, location: RegisterLocation, product: Product, *, at: dt.datetime, contact: str
) -> Facts:
    """The frozen snapshot for this person, school, product and moment: what decides, with what explains it."""
    known = deciding.of_person(session, person.id, product.name, location.code, at=at)
    decides = known.facts(at)
    school_key, board_key = f"location:{location.code}", f"board:{location.board_number}"
    parties = {
        each.register_key: each
        for each in session.scalars(select(Organisation).where(Organisation.register_key.in_([school_key, board_key])))
    }
    school, board = parties.get(school_key), parties.get(board_key)
    known_board = register.board(location.board_number)
    at_board = {each.role for each in known.roles if board and each.organisation_id == board.id}
    declaration = standings.declaration(session, decides.declaration, board, school, code=location.code, at=at)
    agreement = standings.agreement(session, decides.agreement, product, board, school, code=location.code, at=at)
    return replace(
        decides,
        person_name=person.name,
        school_name=location.name,
        board_name=board.name if board else known_board.name if known_board else location.board_number,
        board_registered=bool(board and board.is_registered(at=at)),
        declaration=replace(declaration, may_start=bool(at_board & MAY_DECLARE)),
        agreement=replace(agreement, paper=replace(agreement.paper, may_start=bool(at_board & MAY_AGREE))),
        dpia=dpia_standing.of(session, known, product, board, location.code, at=at, at_board=at_board),
        board_signatories=_names(session, board, Role.SIGNATORY),
        inviters=_names(session, school, Role.ADMINISTRATOR) or _names(session, board, Role.SIGNATORY),
        supplier=product.supplier.name,
        product=product.name,
        product_title=product.title,
        blocks=tuple(
            Shut(each.organisation.name, blocks.last_day(each), each.words)
            for each in blocks.holding(session, person.id, product.id, at=at)
        )
        if decides.blocks
        else (),
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


def boards_of(session: Session, person: Person) -> list[RegisterBoard]:
    """The boards at which this person has a role, by name."""
    keys = (each.organisation.register_key or "" for each in session.scalars(live_memberships(person.id)))
    numbers = {key.removeprefix("board:") for key in keys if key.startswith("board:")}
    theirs = select(RegisterBoard).where(RegisterBoard.number.in_(numbers), RegisterBoard.ended_on.is_(None))
    return list(session.scalars(theirs.order_by(RegisterBoard.name))) if numbers else []


def _names(session: Session, organisation: Organisation | None, role: Role) -> tuple[str, ...]:
    if organisation is None:
        return ()
    those = memberships.people_of(organisation.id, session=session)
    return tuple(dict.fromkeys(each.person.name for each in those if each.role == role))
