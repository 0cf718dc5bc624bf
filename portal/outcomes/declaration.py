"""What follows when a board declares, or takes a declaration back: for which schools it speaks, and who may act."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import declarations, in_force
from portal.cases.tables import Case, InForce
from portal.errors import RefusedError
from portal.outcomes.consequence import Given, moment_of, people_of, person_of, tell, tell_left_out
from portal.parties import inviting, memberships, register
from portal.parties.tables import Organisation
from portal.record import ledger
from portal.wording import day, mark, say
from workflows.board_declaration import invoiced_per_school
from workflows.vocabulary import Party, Role


def act_for_schools(session: Session, case: Case, answers: Given, link_secret: str) -> None:
    """The board speaks for these schools from that day on; what it declared before ends there."""
    board = case.organisation
    assert board is not None
    since = moment_of(answers["start"]["since"])
    before = in_force.end(session, declarations.standing(session, board.id), at=since, because=case)
    taken = declarations.elsewhere(session, board.id, at=since)
    schools = [school_organisation(session, code) for code in answers["scope"]["schools"]]
    for school in schools:
        if other := taken.get(school.register_key or ""):
            raise RefusedError(
                mark("%(name)s staat intussen in de verklaring van %(board)s. Daarom kan deze verklaring niet ingaan."),
                name=school.name,
                board=other.board,
            )
        in_force.put(
            session, in_force.BOARD_DECLARATION, case, since=since, organisation_id=school.id, on_behalf_of=board.id
        )
    per_school = invoiced_per_school(answers)
    if answers["licence"].get("collective"):
        # R002-18, -19, -20: a board licence needs this declaration, and a reference number in it parts the invoices.
        version = in_force.PER_SCHOOL if per_school else in_force.ONE_INVOICE
        in_force.put(session, in_force.BOARD_LICENCE, case, since=since, organisation_id=board.id, version=version)
    _appoint(session, case, board, answers["actors"]["people"], since=since, link_secret=link_secret)
    ledger.append(
        session,
        act="declare",
        subject=f"organisation:{board.id}",
        case=str(case.id),
        schools=len(schools),
        since=since.isoformat(),
        collective=bool(answers["licence"].get("collective")),
        invoices=in_force.PER_SCHOOL if per_school else in_force.ONE_INVOICE,
    )
    for school in schools:
        _tell_school(session, case, board, school)
    tell_left_out(session, case, board, _schools_in(before) - {each.id for each in schools}, at=since)


def revoke(session: Session, case: Case, answers: Given, _link_secret: str) -> None:
    """These declarations of the board end on that day; its schools and those who acted for them are told."""
    board = case.organisation
    assert board is not None
    at = moment_of(answers["revocation"]["since"])
    named = set(answers["revocation"]["declarations"])
    rows = [each for each in declarations.standing(session, board.id) if str(each.case_id) in named]
    ended = in_force.end(session, rows, at=at, because=case)
    if not any(each.kind == in_force.BOARD_DECLARATION for each in ended):
        raise RefusedError("Deze verklaring geldt niet meer, dus er is niets om in te trekken.")
    ledger.append(
        session,
        act="revoke",
        subject=f"organisation:{board.id}",
        case=str(case.id),
        declarations=sorted(named),
        until=at.isoformat(),
    )
    if all(each.until is not None and each.until <= at for each in declarations.standing(session, board.id)):
        _appoint(session, case, board, [], since=at, link_secret="")
    tell_left_out(session, case, board, _schools_in(ended), at=at)


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


def _appoint(
    session: Session,
    case: Case,
    board: Organisation,
    named: Iterable[Mapping[str, Any]],
    *,
    since: dt.datetime,
    link_secret: str,
) -> None:
    """Who may act for the schools from that moment on; whoever is not named (again) loses that role there and then."""
    appointed: set[UUID] = set()
    for each in named:
        person = person_of(session, each)
        appointed.add(person.id)
        made = memberships.appoint(session, person, board.id, Role.BOARD_OFFICE, since=since, acts=each["acts"])
        if made.status == "invited":
            inviting.send(session, person, board, link_secret=link_secret, about=f"case:{case.id}")
    leaving = []
    for membership in memberships.roles_of(session, board.id, Role.BOARD_OFFICE):
        if membership.person_id not in appointed and (membership.until is None or membership.until > since):
            memberships.end_membership(session, membership, at=since)
            leaving.append(membership.person)
    tell(
        session,
        leaving,
        kind="acting_ended",
        case=case,
        subject=say("U handelt niet meer namens de scholen van %(board)s", board=board.name),
        organisation=board,
        day=day(clock.day_of(since), weekday=True),
    )


def _tell_school(session: Session, case: Case, board: Organisation, school: Organisation) -> None:
    tell(
        session,
        people_of(session, school.id),
        kind="declared",
        case=case,
        subject=say("%(board)s verklaart voor %(school)s te spreken", board=board.name, school=school.name),
        organisation=school,
        board=board.name,
        school=school.name,
    )


def _schools_in(rows: Iterable[InForce]) -> set[UUID]:
    return {each.organisation_id for each in rows if each.kind == in_force.BOARD_DECLARATION and each.organisation_id}
