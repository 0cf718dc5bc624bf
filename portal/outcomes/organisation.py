"""What follows from a change of organisation: its particulars, its people, and its end."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import Case, InForce
from portal.outcomes.consequence import Given, moment_of, people_of, person_of, tell, tell_left_out
from portal.parties import inviting, mandating, memberships, particulars
from portal.parties.tables import LIVE, Membership, Organisation, Person
from portal.record import ledger
from portal.wording import day, say
from workflows import organisation_change
from workflows.vocabulary import Role


def change_organisation(session: Session, case: Case, answers: Given, link_secret: str) -> None:
    """What was passed on is so from now; where the organisation ends, everything of it ends on that day."""
    organisation = case.organisation
    assert organisation is not None
    what = answers["change"]["what"]
    told = people_of(session, organisation.id)
    before, was = particulars.digest(organisation), organisation.name
    _describe(organisation, answers)
    roles = _Roles(session, organisation)
    if "financial_contact" in what:
        roles.succeed(person_of(session, answers["financial_contact"]), Role.FINANCIAL_CONTACT)
    if "roles" in what:
        roles.change(answers["roles"].get("joining", []), answers["roles"].get("ending", []))
    until = moment_of(answers["future"]["since"]) if organisation_change.ends(answers) else None
    if until is not None:
        _dissolve(session, case, roles, at=until)
    ledger.append(
        session,
        act="change",
        subject=f"organisation:{organisation.id}",
        case=str(case.id),
        what=list(what),
        before=before,
        kept=particulars.digest(organisation),
        roles=roles.given,
        roles_ended=roles.ended,
        until=until.isoformat() if until else None,
    )
    for person in roles.invited.values():
        inviting.send(session, person, organisation, link_secret=link_secret, about=f"case:{case.id}")
    tell(
        session,
        told,
        kind="dissolved" if until else "organisation_changed",
        case=case,
        subject=say("%(name)s houdt op te bestaan", name=was) if until else say("Gewijzigd: %(name)s", name=was),
        organisation=organisation,
        link=("cases.show", {"case_id": str(case.id)}),
        changes=", ".join(say(organisation_change.NAMES[each]).lower() for each in what),
        day=day(clock.day_of(until), weekday=True) if until else "",
    )


def _describe(organisation: Organisation, answers: Given) -> None:
    what = answers["change"]["what"]
    profile: dict[str, Any] = dict(organisation.profile)
    if "name" in what:
        organisation.name = answers["name"]["name"]
    if "address" in what:
        organisation.address = particulars.address_of(answers["address"])
    if "invoices" in what:
        profile["invoices"] = dict(answers["invoices"])
    if "future" in answers:
        future = answers["future"]
        kind = next(each for each in what if each in ("merger", "split", "dissolution"))
        profile["future"] = {"kind": kind, "other": future.get("other", ""), "since": future["since"]}
        if organisation_change.ends(answers):
            organisation.ended_at = moment_of(future["since"])
    organisation.profile = profile


@dataclass
class _Roles:
    """The roles of one organisation while they are changed, with what the ledger is to say of it."""

    session: Session
    organisation: Organisation
    given: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    invited: dict[uuid.UUID, Person] = field(default_factory=dict)

    def give(self, person: Person, role: Role) -> None:
        """A role for somebody, who is invited where it is new."""
        made = memberships.join(self.session, person, self.organisation, role)
        self.given.append(str(made.id))
        if made.status == "invited":
            self.invited[person.id] = person

    def end(self, membership: Membership, *, at: dt.datetime | None = None) -> None:
        """The end of a role, now or later."""
        memberships.end_membership(self.session, membership, at=at)
        self.ended.append(str(membership.id))

    def succeed(self, person: Person, role: Role) -> None:
        """Of this role there is exactly one: whoever had it makes place."""
        for membership in memberships.roles_of(self.session, self.organisation.id, role):
            if membership.person_id != person.id:
                self.end(membership)
        self.give(person, role)

    def change(self, joining: list[Mapping[str, Any]], ending: list[str]) -> None:
        """Roles for the people named, and the end of the roles named."""
        for row in joining:
            person = person_of(self.session, row)
            for role in row["roles"]:
                self.give(person, Role(role))
        for key in ending:
            membership = self.session.get_one(Membership, uuid.UUID(key))
            if membership.organisation_id == self.organisation.id and membership.status in LIVE:
                self.end(membership)


def _dissolve(session: Session, case: Case, roles: _Roles, *, at: dt.datetime) -> None:
    """Roles, mandates and everything in force of the organisation, and for it, end at that moment."""
    organisation = roles.organisation
    theirs = select(InForce).where(
        or_(InForce.organisation_id == organisation.id, InForce.on_behalf_of == organisation.id)
    )
    declared = [each for each in session.scalars(theirs) if each.on_behalf_of == organisation.id]
    schools = {
        each.organisation_id for each in declared if each.organisation_id and (each.until is None or each.until > at)
    }
    in_force.end(session, list(session.scalars(theirs)), at=at, because=case)
    changed = mandating.change(session, organisation.id, at=at, ends_all=True)
    ledger.append(session, act="mandates", subject=f"organisation:{organisation.id}", case=str(case.id), **changed)
    for membership in memberships.roles_of(session, organisation.id):
        roles.end(membership, at=at)
    tell_left_out(session, case, organisation, schools, at=at)
