"""What follows from a change of authority: mandates and rule from that day on, and signatures asked for anew."""

import uuid

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import reissuing
from portal.cases.tables import Case
from portal.outcomes.consequence import Given, moment_of, people_of, person_of, tell
from portal.parties import inviting, mandates, memberships
from portal.parties.tables import Mandate
from portal.record import ledger
from portal.wording import day, say
from workflows.mandate_change import together_of
from workflows.vocabulary import Role


def change_mandates(session: Session, case: Case, answers: Given, link_secret: str) -> None:
    """From that day on these people may bind the organisation, by this rule; what asks others is made anew."""
    organisation = case.organisation
    assert organisation is not None
    at, what, start = moment_of(answers["start"]["since"]), answers["change"]["what"], answers["start"]
    joining = [person_of(session, each) for each in answers["joining"]["people"]] if "joining" in what else []
    leaving = [uuid.UUID(each) for each in answers["leaving"]["mandates"]] if "leaving" in what else []
    given = answers.get("rule", {})
    rule = mandates.Rule(given["mode"], together_of(given)) if "rule" in what else None
    told = people_of(session, organisation.id, Role.SIGNATORY, Role.ADMINISTRATOR)
    leaving = mandates.all_of_those_people(session, organisation.id, leaving)
    stops = {session.get_one(Mandate, each).person_id for each in leaving}
    changed = mandates.change(
        session,
        organisation.id,
        at=at,
        joining=[each.id for each in joining],
        leaving=leaving,
        rule=rule,
        basis=start["basis"],
        evidence=start["evidence"]["sha256"],
        evidence_name=start["evidence"]["name"],
    )
    for person in joining:
        made = memberships.appoint(session, person, organisation.id, Role.SIGNATORY, since=at)
        if made.status == "invited":
            inviting.send(session, person, organisation, link_secret=link_secret, about=f"case:{case.id}")
    for membership in memberships.roles_of(session, organisation.id, Role.SIGNATORY):
        if membership.person_id in stops:
            memberships.end_membership(session, membership, at=at)
    ledger.append(session, act="mandates", subject=f"organisation:{organisation.id}", case=str(case.id), **changed)
    tell(
        session,
        told,
        kind="authority_changed",
        case=case,
        subject=say("Wie mag tekenen voor %(name)s, verandert", name=organisation.name),
        organisation=organisation,
        day=day(clock.day_of(at), weekday=True),
    )
    reissuing.ask(session, organisation.id, at=at)
