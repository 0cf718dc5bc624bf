"""What somebody typed at a step and did not save, kept so that leaving the page loses nothing. Nobody else sees it."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.access import Visitor, find
from portal.cases.answering import step_to_answer
from portal.cases.tables import Case, CaseState, TypedStep
from portal.database import act
from portal.errors import RefusedError

LARGEST = 512 * 1024
"""Bytes of a form; more is typed by nobody."""
KEPT = dt.timedelta(days=90)
Pairs = Sequence[tuple[str, str]]


def keep(case_id: uuid.UUID, step_name: str, fields: Pairs, *, by: Visitor) -> None:
    """Keep a form as it stands, unchecked, for who may answer the step now."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        step_to_answer(case, step_name, by=by, session=session)
        if by.person_id is None:
            return
        if len(json.dumps(fields)) > LARGEST:
            raise RefusedError("Dit is te veel om te bewaren. Sla de stap op.")
        found = session.get(TypedStep, (case_id, step_name, by.person_id))
        if found is None:
            found = TypedStep(case_id=case_id, step=step_name, person_id=by.person_id, fields=[])
            session.add(found)
        found.fields, found.at = [list(each) for each in fields], clock.now()


def of(session: Session, case_id: uuid.UUID, step_name: str, person_id: uuid.UUID | None) -> TypedStep | None:
    """What this person typed there and has not saved."""
    return session.get(TypedStep, (case_id, step_name, person_id)) if person_id else None


def forget(case_id: uuid.UUID, step_name: str, *, by: Visitor) -> None:
    """Throw away what this person typed."""
    with act() as session:
        find(case_id, reader=by, session=session)
        mine = (TypedStep.case_id == case_id, TypedStep.step == step_name, TypedStep.person_id == by.person_id)
        session.execute(delete(TypedStep).where(*mine))


def sweep() -> int:
    """Once a day: what nobody can go on with any more is gone, and what was left lying for long. Says how many."""
    with act() as session:
        going_on = select(Case.id).where(Case.state == CaseState.DRAFT)
        over = TypedStep.case_id.not_in(going_on) | (TypedStep.at < clock.now() - KEPT)
        gone = session.execute(delete(TypedStep).where(over).returning(TypedStep.case_id))
        return len(gone.all())
