"""From the marks in a file back to who passed a report on."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.reports.share_tables import Share


def of_marks(session: Session, marks: Iterable[str]) -> list[Share]:
    """The shares with these marks, in this order."""
    wanted = list(marks)
    known = {each.mark: each for each in session.scalars(select(Share).where(Share.mark.in_(wanted)))}
    return [known[each] for each in wanted if each in known]
