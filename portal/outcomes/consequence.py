"""What the consequences of different workflows share: their shape, the day they begin, and whom they tell."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import clock, wording
from portal.cases.tables import Case
from portal.parties import memberships, people
from portal.parties.tables import Organisation, Person
from portal.record import outbox
from portal.wording import say
from workflows.vocabulary import Role, day

Given = Mapping[str, Mapping[str, Any]]
"""The answers on the path, by step and question."""
Consequence = Callable[[Session, Case, Given, str], None]
"""Makes true what a decided case means; the text is the secret of which mailed links are made."""


def moment_of(answer: str) -> dt.datetime:
    """When something begins that was asked for from this day on: at its midnight, or now where that is past."""
    return max(clock.start_of(day(answer)), clock.now())


def person_of(session: Session, named: Mapping[str, Any]) -> Person:
    """The person that a row of answers names; made when there is none yet."""
    return people.a_person(
        session,
        name=named["name"],
        email=named["email"],
        function=named.get("function", ""),
        phone=named.get("phone", ""),
    )


def people_of(session: Session, organisation_id: uuid.UUID, *roles: Role) -> list[Person]:
    """Everybody with a live role there (of these kinds; none: any), each once, by name."""
    found = {each.person for each in memberships.roles_of(session, organisation_id, *roles)}
    return sorted(found, key=lambda each: (each.name, each.email))


def tell(
    session: Session,
    those: Iterable[Person],
    *,
    kind: str,
    case: Case,
    subject: str,
    organisation: Organisation,
    link: tuple[str, Mapping[str, str]] | None = None,
    **facts: Any,
) -> None:
    """Mail each of them once about what this case did to the organisation."""
    for each in those:
        outbox.put(
            session,
            key=f"{kind}:{case.id}:{organisation.id}:{each.id}",
            to=each.email,
            kind=kind,
            subject=subject,
            about=f"case:{case.id}",
            link=link or ("organisations.show", {"organisation_id": str(organisation.id)}),
            name=each.name,
            organisation=organisation.name,
            reference=case.reference,
            **facts,
        )


def tell_left_out(
    session: Session, case: Case, board: Organisation, school_ids: Iterable[uuid.UUID], *, at: dt.datetime
) -> None:
    """Mail the people of the schools for which the board does not speak any more from this moment on."""
    for school_id in sorted(school_ids, key=str):
        school = session.get_one(Organisation, school_id)
        tell(
            session,
            people_of(session, school.id),
            kind="undeclared",
            case=case,
            subject=say("%(board)s spreekt niet meer voor %(school)s", board=board.name, school=school.name),
            organisation=school,
            board=board.name,
            school=school.name,
            day=wording.day(clock.day_of(at), weekday=True),
        )
