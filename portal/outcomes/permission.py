"""What follows when every rights holder approved: the permission holds for its person; and what ends with it."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import Case
from portal.outcomes.consequence import Given
from portal.reports import sharing
from workflows.vocabulary import day


def permit(session: Session, case: Case, answers: Given, _link_secret: str) -> None:
    """In force through the day that was asked."""
    now = clock.now()
    row = in_force.put(
        session, in_force.DISCLOSURE, case, since=now, person_id=case.person_id, product_id=case.product_id
    )
    session.flush()
    last = day(str(answers["recipient"]["until"]))
    in_force.end(session, [row], at=clock.start_of(last + dt.timedelta(days=1)), because=case)


def close_shares(session: Session, case: Case, words: str, by: uuid.UUID) -> None:
    """What was shared under a permission that is taken back is asked back; each recipient is told."""
    sharing.recall_all(session, case.id, why=words, by=by)
