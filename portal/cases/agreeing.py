"""The acts on a permission besides judging it: accepting its conditions, and taking it back as a rights holder."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import course, in_force, permitting, telling, turning, waiting
from portal.cases.access import Visitor, find, seats_of
from portal.cases.catalogue import workflow_of
from portal.cases.course import Follow
from portal.cases.tables import Case, InForce, TurnKind
from portal.cases.telling import Recipient
from portal.cases.turning import Then
from portal.database import act, reader
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties.tables import Person
from portal.wording import day, mark, say

NOT_YOUR_NAME = mark("Typ uw naam zoals die in uw account staat: %(name)s.")


def agree(case_id: uuid.UUID, *, typed_name: str, seen: str, by: Visitor, follow: Follow) -> None:
    """Accept the conditions that were on the screen: then the permission comes into force."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if by.person_id is None or by.person_id != case.person_id:
            raise NotFoundError
        if case.turns and case.turns[-1].kind == TurnKind.AGREED and not permitting.waits_for_agreement(case):
            return  # pressed twice
        if not permitting.may_agree(case, by.person_id):
            raise RefusedError("Deze zaak wacht niet (meer) op uw akkoord.")
        if seen != digest(case):
            raise RefusedError("De voorwaarden zijn intussen veranderd. Lees ze opnieuw.")
        if permitting.is_over(case):
            raise RefusedError(permitting.TOO_LATE, day=day(permitting.last_day(case), weekday=True))
        name = session.get_one(Person, by.person_id).name
        if typed_name.casefold().split() != name.casefold().split():
            raise InvalidError("", {"name": say(NOT_YOUR_NAME, name=name)})
        told = [Recipient.of(each.assessor) for each in permitting.conditions(case)]
        turning.turn(session, case, TurnKind.AGREED, words="", by=by, told=told)
        course.advance(session, case, by=by, follow=follow)
        telling.receipt(session, case, by.person_id, TurnKind.AGREED)


def digest(case: Case) -> str:
    """Which conditions are on the screen."""
    return " ".join(sorted(str(each.id) for each in permitting.conditions(case)))


def may_revoke(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may take back a running permission for a rights holder."""
    if not workflow_of(case).asks_rights_holders or not permitting.is_running(session or reader(), case.id):
        return False
    return bool(seats_of(case, visitor, session=session))


def revoke(case_id: uuid.UUID, *, words: str, by: Visitor, then: Then) -> None:
    """A rights holder takes back the permission, and says why; what rests on it ends too."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if any(each.kind == TurnKind.REVOKED and each.person_id == by.person_id for each in case.turns):
            return  # pressed twice
        if by.person_id is None or not may_revoke(case, by, session=session):
            raise RefusedError("Dit kan nu niet, of niet door u. Bekijk de zaak opnieuw.")
        turning.refuse_silence(words)
        told, [seat, *_] = waiting.everyone(session, case), seats_of(case, by, session=session)
        turning.turn(session, case, TurnKind.REVOKED, words=words, by=by, told=told, speaks_for=seat.organisation_id)
        held = session.scalars(select(InForce).where(InForce.case_id == case.id, *in_force.holds(clock.now())))
        in_force.end(session, held, at=clock.now(), by=by.person_id, because=case)
        then(session, case, words, by.person_id)
        telling.receipt(session, case, by.person_id, TurnKind.REVOKED)
