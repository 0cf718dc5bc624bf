"""What follows when a case is decided: one function a workflow that has consequences, in the same transaction."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force, surroundings
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case
from portal.errors import RefusedError
from portal.parties import people, register
from portal.parties.tables import AuthorityRule, Mandate, Organisation, Person
from portal.record import ledger, outbox
from portal.wording import mark, say
from workflows import registration
from workflows.vocabulary import Party, Role, day

KINDS = {
    "board": Party.BOARD,
    "school": Party.LOCATION,
    "school_group": Party.SCHOOL_GROUP,
    "support_body": Party.SUPPORT_BODY,
}


def follow(session: Session, case: Case, *, link_secret: str) -> None:
    """Make true what this decided case means."""
    workflow = workflow_of(case)
    answers = workflow.relevant({each.step: each.values for each in case.answers})
    match workflow.outcome:
        case "register_organisation":
            _register_organisation(session, case, answers, link_secret)
        case "act_for_schools":
            _act_for_schools(session, case, answers, link_secret)
        case "accept_terms":
            _accept_terms(session, case)
        case other:
            raise AssertionError(f"no outcome called {other}")


def register_key_of(answers: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The register key of the organisation that a registration is about, also where it was typed by hand."""
    party = str(answers.get("party", {}).get("party", ""))
    if party.startswith(("board:", "location:")):
        return party
    number = answers.get("details", {}).get("board_number")
    is_board = answers.get("kind", {}).get("kind") == "board"
    return f"board:{number}" if is_board and number else None


def _register_organisation(
    session: Session, case: Case, answers: Mapping[str, Mapping[str, Any]], link_secret: str
) -> None:
    organisation = _registered_organisation(session, answers)
    case.organisation_id = organisation.id
    now = clock.now()
    authority, you = answers["authority"], answers["you"]
    together = registration.together_of(authority)
    session.add(AuthorityRule(organisation_id=organisation.id, mode=authority["mode"], together=together, since=now))
    roles: dict[uuid.UUID, Person] = {}
    for named in registration.signatories_of(authority, answers):
        person = _person(session, named)
        people.join(session, person, organisation, Role.SIGNATORY)
        session.add(
            Mandate(
                organisation_id=organisation.id,
                person_id=person.id,
                counts="alone" if authority["mode"] == "alone" else "joint",
                basis=authority["basis"],
                evidence=authority["evidence"]["sha256"],
                evidence_name=authority["evidence"]["name"],
                since=now,
            )
        )
        roles[person.id] = person
    starter = _person(session, you)
    people.join(session, starter, organisation, Role.ADMINISTRATOR)
    roles[starter.id] = starter
    for named in answers["roles"]["people"]:
        person = _person(session, named)
        for role in named["roles"]:
            people.join(session, person, organisation, Role(role))
        roles[person.id] = person
    in_force.put(session, in_force.REGISTRATION, case, since=now, organisation_id=organisation.id)
    ledger.append(
        session,
        act="register",
        subject=f"organisation:{organisation.id}",
        case=str(case.id),
        key=organisation.register_key,
        mandates=len(registration.signatories_of(authority, answers)),
    )
    for person in roles.values():
        invite(session, person, organisation, link_secret=link_secret, about=f"case:{case.id}")


def _registered_organisation(session: Session, answers: Mapping[str, Mapping[str, Any]]) -> Organisation:
    key, details = register_key_of(answers), answers["details"]
    known = session.scalar(select(Organisation).where(Organisation.register_key == key)) if key else None
    if known is not None and known.registered_at is not None:
        raise RefusedError(
            mark("%(name)s is intussen al ingeschreven. Weiger deze inschrijving en wijs op het wijzigingsformulier."),
            name=known.name,
        )
    organisation = known or Organisation(register_key=key)
    organisation.kind = KINDS[answers["kind"]["kind"]]
    organisation.name = details["name"]
    organisation.board_number = details.get("board_number") or None
    organisation.kvk = details["kvk"]
    organisation.address = f"{details['street']}, {details['postcode']} {details['place']}"
    organisation.registered_at = clock.now()
    organisation.profile = {"invoices": answers["invoices"], "products": answers["products"]}
    session.add(organisation)
    session.flush()
    return organisation


def _act_for_schools(session: Session, case: Case, answers: Mapping[str, Mapping[str, Any]], link_secret: str) -> None:
    board = case.organisation
    assert board is not None
    since = clock.start_of(day(answers["start"]["since"]))
    since = max(since, clock.now()) if day(answers["start"]["since"]) <= clock.today() else since
    earlier = in_force.holding_or_coming(session, in_force.BOARD_DECLARATION, at=clock.now(), on_behalf_of=board.id)
    in_force.end(earlier, at=since)
    taken = surroundings.declared_elsewhere(session, board)
    for code in answers["scope"]["schools"]:
        school = school_organisation(session, code)
        if other := taken.get(f"location:{code}"):
            raise RefusedError(
                mark("%(name)s staat intussen in de verklaring van %(board)s. Daarom kan deze verklaring niet ingaan."),
                name=school.name,
                board=other,
            )
        in_force.put(
            session,
            in_force.BOARD_DECLARATION,
            case,
            since=since,
            organisation_id=school.id,
            on_behalf_of=board.id,
        )
        _tell_school(session, case, board, school)
    for named in answers["actors"]["people"]:
        person = _person(session, named)
        people.join(session, person, board, Role.BOARD_OFFICE, acts=named["acts"])
        invite(session, person, board, link_secret=link_secret, about=f"case:{case.id}")
    ledger.append(
        session,
        act="declare",
        subject=f"organisation:{board.id}",
        case=str(case.id),
        schools=len(answers["scope"]["schools"]),
        since=since.isoformat(),
    )


def school_organisation(session: Session, code: str) -> Organisation:
    """The organisation of a location of the register; made when it is not known yet."""
    key = f"location:{code}"
    school = session.scalar(select(Organisation).where(Organisation.register_key == key))
    if school is None:
        location = register.location(code)
        if location is None:
            raise RefusedError("Vestiging %(code)s staat niet in het register.", code=code)
        street = f"{location.street} {location.house_number}".strip()
        school = Organisation(
            kind=Party.LOCATION,
            name=location.name,
            register_key=key,
            board_number=location.board_number,
            address=", ".join(part for part in (street, f"{location.postcode} {location.place}") if part),
        )
        session.add(school)
        session.flush()
    return school


def _tell_school(session: Session, case: Case, board: Organisation, school: Organisation) -> None:
    for person in {each.person for each in people.people_of(school.id, session=session)}:
        outbox.put(
            session,
            key=f"declared:{case.id}:{school.id}:{person.id}",
            to=person.email,
            kind="declared",
            subject=say("%(board)s verklaart voor %(school)s te spreken", board=board.name, school=school.name),
            about=f"case:{case.id}",
            link=("organisations.show", {"organisation_id": str(school.id)}),
            board=board.name,
            school=school.name,
        )


def _accept_terms(session: Session, case: Case) -> None:
    assert case.publication is not None
    in_force.put(
        session,
        in_force.USAGE_TERMS,
        case,
        since=clock.now(),
        person_id=case.person_id,
        product_id=case.product_id,
        version=case.publication.version,
    )


def invite(session: Session, person: Person, organisation: Organisation, *, link_secret: str, about: str) -> None:
    """Mail a person the link by which an account is made, or a new role is accepted."""
    token = people.invite(session, person, at=clock.now(), link_secret=link_secret)
    outbox.put(
        session,
        key=f"invite:{token[:24]}",
        to=person.email,
        kind="invitation",
        subject=say("Uitnodiging: uw rol bij %(name)s", name=organisation.name),
        about=about,
        link=("accounts.invitation", {"token": token}),
        name=person.name,
        organisation=organisation.name,
        days=people.INVITED_FOR.days,
    )


def _person(session: Session, named: Mapping[str, Any]) -> Person:
    return people.a_person(
        session,
        name=named["name"],
        email=named["email"],
        function=named.get("function", ""),
        phone=named.get("phone", ""),
    )
