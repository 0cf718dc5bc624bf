"""Who at a school may open what: each person before the gate of each product, for who administers the school."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from portal.dossier import deciding
from portal.dossier.acting import live_memberships
from portal.gate.conditions import listed
from portal.gate.judge import Condition, judge
from portal.offers.tables import Product
from portal.parties import memberships
from portal.parties.register import RegisterLocation
from portal.parties.tables import Membership, Organisation, Person
from workflows.vocabulary import Role


@dataclass(frozen=True)
class Cell:
    """One person before one gate."""

    product: Product
    missing: tuple[Condition, ...]

    @property
    def is_open(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True)
class Row:
    """One person with a role at the school or at its board."""

    person_id: uuid.UUID
    name: str
    roles: tuple[str, ...]
    """Of Role, without doubles."""
    cells: tuple[Cell, ...]

    @property
    def opens(self) -> int:
        """How many gates are open."""
        return sum(each.is_open for each in self.cells)


def administered(session: Session, person_id: uuid.UUID) -> list[RegisterLocation]:
    """The schools of which this person is administrator, or administrator of the board, by place and name."""
    keys = {
        each.organisation.register_key or ""
        for each in session.scalars(live_memberships(person_id))
        if each.role == Role.ADMINISTRATOR
    }
    codes = [key.removeprefix("location:") for key in keys if key.startswith("location:")]
    boards = [key.removeprefix("board:") for key in keys if key.startswith("board:")]
    if not codes and not boards:
        return []
    theirs = select(RegisterLocation).where(
        or_(RegisterLocation.code.in_(codes), RegisterLocation.board_number.in_(boards)),
        RegisterLocation.ended_on.is_(None),
    )
    return list(session.scalars(theirs.order_by(RegisterLocation.place, RegisterLocation.name)))


def administers(session: Session, person_id: uuid.UUID, code: str) -> bool:
    """Whether this is one of those schools."""
    return any(each.code == code for each in administered(session, person_id))


def rows(session: Session, location: RegisterLocation, products: Sequence[Product], *, at: dt.datetime) -> list[Row]:
    """Everybody with a role at the school or its board, before the gate of each of these products at this moment."""
    keys = (f"location:{location.code}", f"board:{location.board_number}")
    asked = (
        select(Membership)
        .join(Membership.person)
        .join(Membership.organisation)
        .where(Organisation.register_key.in_(keys), *Membership.live(at))
        .options(joinedload(Membership.person))
        .order_by(Person.name, Person.id, Membership.role)
    )
    roles: dict[uuid.UUID, list[Membership]] = {}
    for each in session.scalars(asked):
        roles.setdefault(each.person_id, []).append(each)
    return [
        Row(
            person_id,
            theirs[0].shown_as,
            tuple(dict.fromkeys(each.role for each in theirs)),
            tuple(Cell(each, missing(session, person_id, location, each, at=at)) for each in products),
        )
        for person_id, theirs in roles.items()
    ]


def missing(
    session: Session, person_id: uuid.UUID, location: RegisterLocation, product: Product, *, at: dt.datetime
) -> tuple[Condition, ...]:
    """The conditions that are not met: by the judgement that opens and shuts."""
    known = deciding.of_person(session, person_id, product.name, location.code, at=at)
    verdict = judge(listed(product.conditions), known.facts(at))
    return tuple(each.condition for each in verdict.judged if not each.kept)


# --- Who can mend it ---------------------------------------------------------------------------------------------

OWN = frozenset({"second_factor", "terms"})
"""What nobody but the person can mend."""
AT_BOARD = {
    "registered": (Role.SIGNATORY,),
    "agreement": (Role.SIGNATORY,),
    "dpia": (Role.PRIVACY_OFFICER, Role.SIGNATORY),
}
"""Who at the board mends it: whoever has the first of these roles that somebody has."""


def who_can_mend(session: Session, code: str, person: Person, location: RegisterLocation) -> list[Person]:
    """The persons who can do something about what this person lacks; none where only the service desk can."""
    if code in OWN:
        return [person]
    board = _at(session, f"board:{location.board_number}")
    if code == "member":
        those = _with(_at(session, f"location:{location.code}"), Role.ADMINISTRATOR)
        return those or _with(board, Role.SIGNATORY)
    for role in AT_BOARD.get(code, ()):
        if those := _with(board, role):
            return those
    return []


def _at(session: Session, register_key: str) -> list[Membership]:
    found = session.scalar(select(Organisation.id).where(Organisation.register_key == register_key))
    return memberships.people_of(found, session=session) if found else []


def _with(those: Sequence[Membership], role: Role) -> list[Person]:
    found = {each.person_id: each.person for each in those if each.role == role and each.status == "active"}
    return list(found.values())
