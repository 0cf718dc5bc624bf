"""What persons are at organisations: given, accepted, appointed from a day on, ended, and who is what now."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, scoped_session

from portal import clock
from portal.database import reader
from portal.parties.tables import Invitation, Membership, Organisation, Person
from workflows.vocabulary import Role

ASK_AGAIN_AFTER = timedelta(minutes=10)

Reading = Session | scoped_session[Session]


def join(
    session: Session,
    person: Person,
    organisation: Any,
    role: Role,
    *,
    status: str = "invited",
    acts: Iterable[str] = (),
    called: str = "",
) -> Membership:
    """Gives the person this role at the organisation (or its id); a live one stays, and may become active."""
    organisation_id = organisation if isinstance(organisation, uuid.UUID) else organisation.id
    membership = _live(session, person, organisation_id, role)
    if membership is None:
        known = {"role": role, "status": status, "called": called}
        membership = Membership(person_id=person.id, organisation_id=organisation_id, **known)
        session.add(membership)
    elif status == "active":
        membership.status = status
    if acts:
        membership.acts = list(acts)
    session.flush()
    session.expire(person, ["memberships"])
    return membership


def has_been_asked(session: Session, person: Person, organisation_id: uuid.UUID, role: Role, *, at: datetime) -> bool:
    """Whether an invitation would change nothing: the role is held, or the last link was sent just now."""
    live = _live(session, person, organisation_id, role)
    if live is None:
        return False
    lately = (Invitation.person_id == person.id, Invitation.made_at > at - ASK_AGAIN_AFTER)
    return live.status == "active" or session.scalar(select(Invitation.id).where(*lately).limit(1)) is not None


def _live(session: Session, person: Person, organisation_id: uuid.UUID, role: Role) -> Membership | None:
    return session.scalar(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.organisation_id == organisation_id,
            Membership.role == role,
            *Membership.live(clock.now()),
        )
    )


def end_membership(session: Session, membership: Membership, *, at: datetime | None = None) -> None:
    """Ends a role from this moment, or a later one; the row stays, so that what held before can still be told."""
    now = clock.now()
    end = max(at or now, now)
    membership.until = min(membership.until, end) if membership.until else end  # an end only ever moves nearer
    if membership.until <= now:
        membership.status = "ended"
    session.flush()


def appoint(
    session: Session,
    person: Person,
    organisation_id: uuid.UUID,
    role: Role,
    *,
    since: datetime,
    acts: Iterable[str] = (),
) -> Membership:
    """Gives the person this role from a moment on, with these rights; who has it already need not accept it again."""
    held = [
        each
        for each in roles_of(session, organisation_id, role)
        if each.person_id == person.id and (each.until is None or each.until > since)
    ]
    status = "active" if any(each.status == "active" for each in held) else "invited"
    for each in held:
        if each.since <= since <= clock.now():
            each.acts, each.until = list(acts), None
            session.flush()
            return each
        end_membership(session, each, at=since)
    made = Membership(
        person_id=person.id, organisation_id=organisation_id, role=role, status=status, acts=list(acts), since=since
    )
    session.add(made)
    session.flush()
    session.expire(person, ["memberships"])
    return made


def roles_of(session: Reading, organisation_id: uuid.UUID, *roles: Role) -> list[Membership]:
    """Everybody's live roles there (of these kinds; none: all), those that begin or end later included."""
    found = select(Membership).where(Membership.organisation_id == organisation_id, *Membership.live(clock.now()))
    return list(session.scalars(found.where(Membership.role.in_(roles)) if roles else found))


def memberships_of(person: Person, *, session: Reading = reader) -> list[Membership]:
    """The person's active roles, with their organisations, by the organisation's name."""
    found = select(Membership).where(Membership.person_id == person.id, *Membership.held(clock.now()))
    return _with_names(session, found)


def invited_memberships_of(person: Person, *, session: Reading = reader) -> list[Membership]:
    """The roles that wait for the person's yes, with their organisations."""
    return _with_names(
        session, select(Membership).where(Membership.person_id == person.id, Membership.status == "invited")
    )


def people_of(organisation_id: uuid.UUID, *, session: Reading = reader) -> list[Membership]:
    """Who is, or is invited to be, something at this organisation, by the person's name."""
    found = (
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id == organisation_id, *Membership.live(clock.now()))
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(Person.name, Membership.role)
    )
    return list(session.scalars(found))


def _with_names(session: Reading, found: Any) -> list[Membership]:
    roles: Iterable[Membership] = session.scalars(found.options(joinedload(Membership.organisation)))
    return sorted(roles, key=lambda membership: (membership.organisation.name, membership.role))


def organisations_of(
    session: Session, person_ids: Iterable[uuid.UUID], *, invited_too: bool = False
) -> dict[uuid.UUID, list[str]]:
    """The names of the organisations where each of these persons has a role, in the order of the alphabet."""
    found: dict[uuid.UUID, list[str]] = {}
    now = clock.now()
    counts = Membership.live(now) if invited_too else Membership.held(now)
    rows = (
        select(Membership.person_id, Organisation.name)
        .join(Organisation)
        .where(Membership.person_id.in_(list(person_ids)), *counts)
        .distinct()
        .order_by(Organisation.name)
    )
    for person_id, name in session.execute(rows):
        found.setdefault(person_id, []).append(name)
    return found
