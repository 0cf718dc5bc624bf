"""How a published model DPIA stands at a moment."""

import datetime as dt

from sqlalchemy.orm import Session

from portal.offers import publications
from portal.offers.tables import Publication, Withdrawal
from workflows.dpia_facts import Standing


def of(session: Session, publication: Publication, *, at: dt.datetime) -> Standing:
    """Withdrawn; superseded, once a newer one took effect and its grace is over; else current, or yet to come."""
    withdrawn = session.get(Withdrawal, publication.id)
    if withdrawn is not None and withdrawn.at <= at:
        return Standing.WITHDRAWN
    sufficing = publications.sufficing(session, publication.product_id, publication.kind, at=at)
    if publication.since > at or any(each.id == publication.id for each in sufficing):
        return Standing.CURRENT
    return Standing.SUPERSEDED
