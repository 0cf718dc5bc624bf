"""What follows when a person accepts terms: they hold for that person, in that version."""

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import Case
from portal.outcomes.consequence import Given


def accept(session: Session, case: Case, _answers: Given, _link_secret: str) -> None:
    """The version that the case was pinned to is in force for its person and product."""
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
