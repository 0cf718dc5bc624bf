"""The facts that the gate judges over, gathered across the wings for one person, school, product and moment."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.cases import in_force
from portal.dossier.acting import live_memberships
from portal.dossier.dpia_standing import DpiaStandings
from portal.dossier.standings import Place, Standings
from portal.gate.facts import Facts, Shut
from portal.offers import blocks, publications
from portal.offers.tables import Product
from portal.parties import memberships, register
from portal.parties.register import RegisterBoard, RegisterLocation
from portal.parties.tables import Membership, Organisation, Person
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
    """For which organisation this person may say what the school wants to reach: where they are administrator."""
    mine = {
        each.organisation.register_key: each.organisation
        for each in session.scalars(live_memberships(person.id))
        if each.role == Role.ADMINISTRATOR
    }
    return mine.get(f"location:{location.code}") or mine.get(f"board:{location.board_number}")


def facts(
    session: Session, person: Person, location: RegisterLocation, product: Product, *, at: dt.datetime, contact: str
) -> Facts:
    """The frozen snapshot for this person, school, product and moment."""
    return facts_of_schools(session, person, [location], product, at=at, contact=contact)[location.code]


def facts_of_schools(
    session: Session,
    person: Person,
    locations: Sequence[RegisterLocation],
    product: Product,
    *,
    at: dt.datetime,
    contact: str,
) -> dict[str, Facts]:
    """The same for many schools, by code: what they share is asked once, and so is each kind of paper."""
    keys = {key for each in locations for key in (f"location:{each.code}", f"board:{each.board_number}")}
    parties = {
        each.register_key: each
        for each in session.scalars(select(Organisation).where(Organisation.register_key.in_(keys)))
    }
    places = {
        each.code: Place(each.code, parties.get(f"location:{each.code}"), parties.get(f"board:{each.board_number}"))
        for each in locations
    }
    papers = Standings(session, product, places.values(), at=at)
    dpias = DpiaStandings(session, product, places.values(), at=at)
    people = memberships.people_of_each([each.id for each in parties.values()], session=session)
    mine = list(session.scalars(live_memberships(person.id)))
    versions = publications.sufficing(session, product.id, "usage_terms", at=at)
    shared: dict[str, Any] = {
        "at": at,
        "person_name": person.name,
        "account_active": person.active,
        "account_blocked": person.blocked_at is not None,
        "needs_second_factor": person.needs_second_factor,
        "has_second_factor": person.has_second_factor,
        "supplier": product.supplier.name,
        "product": product.name,
        "product_title": product.title,
        "terms_published": bool(versions),
        "terms_version": versions[0].version if versions else "",
        "terms_accepted": tuple(
            row.version
            for row in in_force.holding(
                session, in_force.USAGE_TERMS, at=at, person_id=person.id, product_id=product.id
            )
        ),
        "terms_sufficing": tuple(each.version for each in versions),
        "blocks": tuple(
            Shut(each.organisation.name, blocks.last_day(each), each.words)
            for each in blocks.holding(session, person.id, product.id, at=at)
        ),
        "contact": contact,
    }
    return {
        each.code: _of_school(
            each, places[each.code], papers=papers, dpias=dpias, people=people, mine=mine, shared=shared
        )
        for each in locations
    }


def _of_school(
    location: RegisterLocation,
    place: Place,
    *,
    papers: Standings,
    dpias: DpiaStandings,
    people: Mapping[uuid.UUID, Sequence[Membership]],
    mine: Sequence[Membership],
    shared: Mapping[str, Any],
) -> Facts:
    """What differs from school to school, beside what is the same for all."""
    school, board = place.school, place.board
    known_board = None if board else register.board(location.board_number)
    declared = papers.declared(place)
    declaring_board = declared.on_behalf_of if declared else None
    at_board = {each.role for each in mine if board and each.organisation_id == board.id}
    agreement = papers.agreement(place)
    at: dt.datetime = shared["at"]
    return Facts(
        **shared,
        school_name=location.name,
        school_key=f"location:{location.code}",
        school_registered=bool(school and school.is_registered(at=at)),
        board_name=board.name if board else known_board.name if known_board else location.board_number,
        board_registered=bool(board and board.is_registered(at=at)),
        board_id=str(board.id) if board else "",
        declaration=replace(papers.declaration(place), may_start=bool(at_board & MAY_DECLARE)),
        agreement=replace(agreement, paper=replace(agreement.paper, may_start=bool(at_board & MAY_AGREE))),
        dpia=dpias.of(place, at_board=at_board),
        board_signatories=_names(people, board, Role.SIGNATORY),
        member=any(school and each.organisation_id == school.id for each in mine),
        acting=any(
            each.organisation_id == declaring_board
            and (each.role == Role.SIGNATORY or (each.role == Role.BOARD_OFFICE and "reports" in each.acts))
            for each in mine
        ),
        inviters=_names(people, school, Role.ADMINISTRATOR) or _names(people, board, Role.SIGNATORY),
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


def _names(
    people: Mapping[uuid.UUID, Sequence[Membership]], organisation: Organisation | None, role: Role
) -> tuple[str, ...]:
    those = people.get(organisation.id, ()) if organisation else ()
    return tuple(dict.fromkeys(each.person.name for each in those if each.role == role))
