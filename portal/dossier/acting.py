"""For whom somebody may act: at one's own organisations, and for schools under a board's declaration in force."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import in_force
from portal.cases.tables import InForce
from portal.parties.tables import Membership, Organisation
from workflows.vocabulary import Role

ACTS_OF_SIGNATORY = ("invite", "order", "reports", "invoices")


@dataclass(frozen=True)
class Acting:
    """The right to act for a school under a board's declaration in force."""

    school: Organisation
    board: Organisation
    acts: tuple[str, ...]


def acting_for(session: Session, person_id: uuid.UUID, *, at: dt.datetime) -> list[Acting]:
    """Every school for which this person may act at this moment, with the acts."""
    acts: dict[uuid.UUID, tuple[str, ...]] = {}
    for membership in session.scalars(live_memberships(person_id)):
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
        each.role for each in session.scalars(live_memberships(person_id)) if each.organisation_id == organisation.id
    }
    if own & {Role.ADMINISTRATOR, Role.SIGNATORY}:
        return True
    return may_act(session, person_id, organisation.id, "invite") is not None


def live_memberships(person_id: uuid.UUID) -> Select[Membership]:
    """The roles that somebody has now, with their organisations."""
    live = (Membership.person_id == person_id, *Membership.held(clock.now()))
    return select(Membership).where(*live).options(selectinload(Membership.organisation))
