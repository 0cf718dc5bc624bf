"""What follows when a board has decided on the reuse of a model DPIA."""

from sqlalchemy.orm import Session

from portal.cases.tables import Case
from portal.outcomes.consequence import Given


def decide_dpia(_session: Session, _case: Case, _answers: Given, _link_secret: str) -> None:
    """To be made."""
