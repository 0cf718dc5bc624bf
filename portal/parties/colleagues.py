"""The acts by which people get and lose a role at an organisation: inviting, inviting again, ending, changing rights.

Who may do so is decided higher up, where boards that speak for schools are known: each act is handed that question,
and asks it again inside its own transaction.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.parties import inviting, mandates, memberships, particulars, people
from portal.parties.tables import LIVE, Membership, Organisation, Person
from portal.record import ledger
from portal.wording import mark
from workflows.vocabulary import Role

May = Callable[[Session], bool]
"""Whether whoever acts may give and take roles at this organisation."""

ACTS: Mapping[str, str] = {
    "invite": mark("collega's van de school uitnodigen"),
    "order": mark("bestellen"),
    "reports": mark("rapporten lezen"),
    "invoices": mark("facturen zien"),
}
"""What somebody of the board office may do for every school in the declaration."""
GIVERS = (Role.ADMINISTRATOR, Role.SIGNATORY)

_no_inviting = mark("U kunt voor deze organisatie geen collega's uitnodigen.")
_no_ending = mark("U kunt voor deze organisatie geen rollen beëindigen.")
_signatory = mark("De rol van een tekenbevoegde eindigt met een wijziging van de tekenbevoegdheid, niet hier.")
_last = mark("Dit is de laatste die hier rollen kan geven. Maak eerst een andere collega beheerder.")
_advises = mark("%(name)s kan niet FG én tekenbevoegde zijn: de FG adviseert, maar tekent niet.")
_declared = mark("Meer rechten geeft alleen een tekenbevoegde van het bestuur. U kunt hier wel rechten afnemen.")


def invite(
    organisation_id: uuid.UUID, *, name: str, email: str, role: Role, by: uuid.UUID, may: May, link_secret: str
) -> bool:
    """Invite a colleague; False when that changes nothing: the role is held, or the link was mailed just now."""
    with act() as session:
        if not may(session):
            raise RefusedError(_no_inviting)
        organisation = session.get_one(Organisation, organisation_id)
        particulars.refuse_when_ending(organisation)
        person = people.a_person(session, name=name, email=email)
        if role is Role.FG and any(
            each.person_id == person.id for each in mandates.mandates_from(session, organisation_id, at=clock.now())
        ):
            raise RefusedError(_advises, name=name)
        if memberships.has_been_asked(session, person, organisation_id, role, at=clock.now()):
            return False
        memberships.join(session, person, organisation_id, role, called=name)
        _tell(session, "invite", organisation_id, by, person=str(person.id), role=role)
        _mail(session, person, organisation, link_secret)
        return True


def invite_again(
    organisation_id: uuid.UUID, membership_id: uuid.UUID, *, by: uuid.UUID, may: May, link_secret: str
) -> bool:
    """Mail another link to somebody who did not come yet; False when one was mailed just now."""
    with act() as session:
        if not may(session):
            raise RefusedError(_no_inviting)
        membership = _membership(session, organisation_id, membership_id)
        if membership.status != "invited":
            raise RefusedError("Deze collega heeft de uitnodiging al aangenomen, of de rol is beëindigd.")
        role = Role(membership.role)
        if memberships.has_been_asked(session, membership.person, organisation_id, role, at=clock.now()):
            return False
        _tell(session, "invite_again", organisation_id, by, person=str(membership.person_id), role=role)
        _mail(session, membership.person, membership.organisation, link_secret)
        return True


def end_role(organisation_id: uuid.UUID, membership_id: uuid.UUID, *, by: uuid.UUID, may: May) -> None:
    """End a role from this moment; ending what has ended already changes nothing."""
    with act() as session:
        membership = _membership(session, organisation_id, membership_id)
        refuse_end(session, membership, may=may)
        if membership.status in LIVE:
            memberships.end_membership(session, membership)
            _tell(session, "end_role", organisation_id, by, person=str(membership.person_id), role=membership.role)


def refuse_end(session: Session, membership: Membership, *, may: May) -> None:
    """Raise RefusedError where this role cannot be ended, by this visitor or at all."""
    if membership.role == Role.SIGNATORY:
        raise RefusedError(_signatory)
    if not may(session):
        raise RefusedError(_no_ending)
    if membership.status == "active" and membership.role in GIVERS and _givers(session, membership) == 0:
        raise RefusedError(_last)


def change_acts(
    organisation_id: uuid.UUID,
    membership_id: uuid.UUID,
    acts: Iterable[str],
    *,
    by: uuid.UUID,
    may: May,
    may_give: May,
) -> None:
    """Change what somebody of the board office may do for the schools.

    The declaration gave these rights under a signature: taking away is for whoever gives roles here (`may`), giving
    more is for a signatory (`may_give`).
    """
    with act() as session:
        membership = _membership(session, organisation_id, membership_id)
        if membership.role != Role.BOARD_OFFICE or membership.status not in LIVE:
            raise NotFoundError
        if not may(session):
            raise RefusedError(_no_ending)
        wanted = [each for each in ACTS if each in set(acts)]
        if set(wanted) - set(membership.acts) and not may_give(session):
            raise RefusedError(_declared)
        if wanted != membership.acts:
            membership.acts = wanted
            _tell(session, "change_acts", organisation_id, by, person=str(membership.person_id), acts=wanted)


def _membership(session: Session, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> Membership:
    membership = session.get(Membership, membership_id)
    if membership is None or membership.organisation_id != organisation_id:
        raise NotFoundError
    return membership


def _givers(session: Session, membership: Membership) -> int:
    """How many others can give roles at this organisation."""
    others = select(func.count()).select_from(Membership)
    return (
        session.scalar(
            others.where(
                Membership.organisation_id == membership.organisation_id,
                Membership.id != membership.id,
                *Membership.held(clock.now()),
                Membership.role.in_(GIVERS),
            )
        )
        or 0
    )


def _tell(session: Session, what: str, organisation_id: uuid.UUID, by: uuid.UUID, **detail: Any) -> None:
    ledger.append(
        session,
        act=what,
        subject=f"organisation:{organisation_id}",
        actor=by,
        on_behalf_of=organisation_id,
        **detail,
    )


def _mail(session: Session, person: Person, organisation: Organisation, link_secret: str) -> None:
    inviting.send(session, person, organisation, link_secret=link_secret, about=f"organisation:{organisation.id}")
