"""When the rights holders of a product change: requests that are under way are put before those of now."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import course, permitting
from portal.cases.access import Visitor, seats, seats_left
from portal.cases.course import Follow
from portal.cases.tables import Case, CaseState
from portal.offers.tables import Product


def ask_those_of_now(session: Session, product: Product, *, by: uuid.UUID, follow: Follow) -> None:
    """Who came decides as well; where only who went was still to decide, all decide anew. Inside an act.

    So no request is granted by taking a rights holder away. What one said while it was one, its conditions too, stays.
    """
    waiting = (CaseState.ASSESSING, CaseState.AGREEING)
    asked = (Case.workflow == permitting.NAME, Case.product_id == product.id, Case.state.in_(waiting))
    for case in session.scalars(select(Case).where(*asked).order_by(Case.reference)):
        if not seats(case, session=session):
            case.state = CaseState.ASSESSING  # it waits until the product has rights holders again
            continue
        if case.state == CaseState.ASSESSING and not seats_left(case, session=session):
            case.round += 1
        course.advance(session, case, by=Visitor(by), follow=follow)
