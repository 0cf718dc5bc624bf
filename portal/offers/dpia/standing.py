"""STUB: how a model stands."""

import datetime as dt

from sqlalchemy.orm import Session

from portal.offers import publications
from portal.offers.tables import Publication
from workflows.dpia_facts import Standing


def of(session: Session, publication: Publication, *, at: dt.datetime) -> Standing:
    """Current while no newer version is in effect."""
    known = publications.sufficing(session, publication.product_id, publication.kind, at=at)
    return Standing.CURRENT if any(each.id == publication.id for each in known) else Standing.SUPERSEDED
