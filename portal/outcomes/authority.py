"""What follows from a change of authority: mandates and rule from that day on, and signatures asked for anew."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import reissuing
from portal.cases.tables import Case
from portal.errors import RefusedError
from portal.outcomes.consequence import Given, moment_of, people_of, person_of, tell
from portal.parties import inviting, mandates, mandating, memberships, people
from portal.parties.authority import Limits, Rule
from portal.parties.tables import Mandate
from portal.record import ledger
from portal.wording import day, mark, say
from workflows.mandate_change import together_of
from workflows.vocabulary import Role
from workflows.vocabulary import day as last_day

NO_MORE = mark("Wie machtigt, is zelf niet meer tekenbevoegd. Trek deze zaak in.")


def change_mandates(session: Session, case: Case, answers: Given, link_secret: str) -> None:
    """From that day on these people may bind the organisation, by this rule; what asks others is made anew."""
    organisation = case.organisation
    assert organisation is not None
    at, what, start = moment_of(answers["start"]["since"]), answers["change"]["what"], answers["start"]
    joins = answers["joining"] if "joining" in what else answers["delegating"] if "delegating" in what else {}
    joining = [person_of(session, each) for each in joins.get("people", ())]
    granted_by = None
    if "delegating" in what:
        own = mandates.own_of(session, case.started_by, organisation.id)
        colleague = people.by_email(session, joins["email"])
        if own is None or colleague is None:
            raise RefusedError(NO_MORE)
        joining, granted_by = [colleague], own.id
    until = clock.start_of(last_day(joins["until"]) + dt.timedelta(days=1)) if joins.get("until") else None
    leaving = [uuid.UUID(each) for each in answers["leaving"]["mandates"]] if "leaving" in what else []
    given = answers.get("rule", {})
    rule = Rule(given["mode"], together_of(given)) if "rule" in what else None
    told = people_of(session, organisation.id, Role.SIGNATORY, Role.ADMINISTRATOR)
    leaving = mandates.all_of_those_people(session, organisation.id, leaving)
    stops = {session.get_one(Mandate, each).person_id for each in leaving} - {each.id for each in joining}
    changed = mandating.change(
        session,
        organisation.id,
        at=at,
        joining=[each.id for each in joining],
        limits=Limits(tuple(joins.get("kinds") or ()), int(joins["amount"]) if joins.get("amount") else None),
        until=until,
        granted_by=granted_by,
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
    for moment in filter(None, (at, until)):
        reissuing.ask(session, organisation.id, at=moment)
