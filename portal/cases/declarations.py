"""Which board speaks for which schools: what is declared, by whom, and from when a school is free again."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.cases import in_force
from portal.cases.tables import Case, InForce
from portal.parties.tables import Organisation


@dataclass(frozen=True)
class Taken:
    """A school that stands in the declaration of another board."""

    board: str
    until: dt.datetime | None
    """From when it is free; None while the other board has not ended its declaration."""


def standing(session: Session, board_id: uuid.UUID) -> list[InForce]:
    """Everything that this board's declarations hold in force, now or later: schools, and the board licence."""
    now = clock.now()
    return [
        *in_force.holding_or_coming(session, in_force.BOARD_DECLARATION, at=now, on_behalf_of=board_id),
        *in_force.holding_or_coming(session, in_force.BOARD_LICENCE, at=now, organisation_id=board_id),
    ]


def cases_of(session: Session, board_id: uuid.UUID) -> list[Case]:
    """The cases of this board's declarations that hold or will hold, the one that holds first."""
    begins: dict[uuid.UUID, dt.datetime] = {}
    for row in standing(session, board_id):
        if row.kind == in_force.BOARD_DECLARATION and row.until != row.since:
            begins[row.case_id] = row.since
    return [session.get_one(Case, case_id) for case_id in sorted(begins, key=lambda each: begins[each])]


def elsewhere(session: Session, board_id: uuid.UUID, *, at: dt.datetime) -> dict[str, Taken]:
    """The register keys of the locations for which another board speaks at this moment, or later."""
    school, board = aliased(Organisation), aliased(Organisation)
    rows = session.execute(
        select(school.register_key, board.name, InForce.until)
        .join(school, school.id == InForce.organisation_id)
        .join(board, board.id == InForce.on_behalf_of)
        .where(
            InForce.kind == in_force.BOARD_DECLARATION,
            InForce.on_behalf_of != board_id,
            or_(InForce.until.is_(None), (InForce.until > at) & (InForce.until > InForce.since)),
        )
    )
    found: dict[str, Taken] = {}
    for known, name, until in rows:
        key = known or ""
        earlier = found.get(key)
        if earlier is None or (earlier.until and (until is None or until > earlier.until)):
            found[key] = Taken(name, until)
    return found


def of_school(session: Session, school_id: uuid.UUID) -> Case | None:
    """The case of the declaration in which this school stands at this moment."""
    rows = in_force.holding(session, in_force.BOARD_DECLARATION, at=clock.now(), organisation_id=school_id)
    return session.get_one(Case, rows[0].case_id) if rows else None
