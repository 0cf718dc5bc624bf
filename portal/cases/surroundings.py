"""What the portal knows around a case and its questions need: register, publication, product, person."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import declarations, on_file, things
from portal.cases.declarations import Taken
from portal.cases.dpia import anew
from portal.cases.on_file import Kept
from portal.cases.tables import Case
from portal.cases.things import Thing
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.tables import Membership, Organisation, Person
from portal.wording import mark
from workflows.vocabulary import Party, PartyRows, Question


@dataclass(frozen=True)
class Place:
    """One school location that a board may have in scope."""

    code: str
    name: str
    address: str
    town: str
    sector: str
    taken_by: str = ""
    """The board in whose declaration it stands already; empty when it is free."""
    free_from: dt.date | None = None
    """The day from which that board has let it go."""


@dataclass(frozen=True)
class Surroundings:
    """Everything a form or a document of one case may draw on, gathered once."""

    today: dt.date
    person_name: str = ""
    email: str = ""
    places: tuple[Place, ...] = ()
    clauses: tuple[Mapping[str, Any], ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    group_complaints: Mapping[str, str] = field(default_factory=dict)
    """Groups that this person cannot choose, with the reason."""
    on_file: Mapping[str, tuple[Kept, ...]] = field(default_factory=dict)
    """What the questions of the case choose from: signatories, roles, declarations, products."""
    things: Mapping[str, tuple[Thing, ...]] = field(default_factory=dict)
    """What the publication, or an earlier answer, names and a question is asked about."""


GROUP_NEEDS: Mapping[str, frozenset[Party]] = {
    "school": frozenset({Party.SCHOOL, Party.LOCATION}),
    "board": frozenset({Party.BOARD, Party.SCHOOL_GROUP}),
}
NOT_YOUR_SCHOOL = mark("U staat bij geen school ingeschreven. Kies een andere groep, of vraag uw beheerder om een rol.")
NOT_YOUR_BOARD = mark("U staat bij geen schoolbestuur ingeschreven. Kies een andere groep, of vraag uw beheerder.")
NO_GROUP = mark("Dan kunt u deze rapporten niet openen. Hebt u een vraag? Mail %(contact)s.")


def of(session: Session, case: Case, *, asked: Collection[Question] | None = None) -> Surroundings:
    """The surroundings of a case as they are now; with what is asked, schools and things only as that needs."""
    kinds = None if asked is None else {kind for each in asked for kind in things.asked_about(each)}
    person = case.person or case.starter
    product = session.get(Product, case.product_id) if case.product_id else None
    return Surroundings(
        today=clock.today(),
        person_name=person.name if person else "",
        email=case.starter_email or (person.email if person else ""),
        places=_places(session, case) if asked is None or any(isinstance(q, PartyRows) for q in asked) else (),
        clauses=tuple(case.publication.body.get("clauses", ())) if case.publication else (),
        groups=tuple((key, name) for key, name in product.recipient_groups) if product else (),
        group_complaints=_group_complaints(session, person, product) if person and product else {},
        on_file=on_file.of(session, case),
        things=anew.marked(session, case, things.of(case, only=kinds)),
    )


def _places(session: Session, case: Case) -> tuple[Place, ...]:
    board = case.organisation
    if board is None or board.kind != Party.BOARD or not board.board_number:
        return ()
    taken = declarations.elsewhere(session, board.id, at=clock.now())
    return tuple(
        Place(
            code=location.code,
            name=location.name,
            address=" ".join(part for part in (location.street, location.house_number) if part),
            town=location.place,
            sector=location.sector,
            **_taken(taken.get(f"location:{location.code}")),
        )
        for location in register.locations_of(board.board_number)
    )


def _taken(other: Taken | None) -> dict[str, Any]:
    if other is None:
        return {}
    return {"taken_by": other.board, "free_from": clock.day_of(other.until) if other.until else None}


def _group_complaints(session: Session, person: Person, product: Product) -> dict[str, str]:
    kinds = set(
        session.scalars(
            select(Organisation.kind)
            .join(Membership)
            .where(Membership.person_id == person.id, *Membership.held(clock.now()))
        )
    )
    refused = {"none": NO_GROUP % {"contact": product.contact}}
    if not kinds & GROUP_NEEDS["school"]:
        refused["school"] = NOT_YOUR_SCHOOL
    if not kinds & GROUP_NEEDS["board"]:
        refused["board"] = NOT_YOUR_BOARD
    return refused
