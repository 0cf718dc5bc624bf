"""Which agreements bind a board about a product at a moment, and the numbers that each has filled in."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.cases import in_force
from portal.cases.agreements import elsewhere
from portal.cases.tables import InForce
from portal.offers import publications
from portal.offers.tables import Publication

NOT_KNOWN: Mapping[str, str] = {"notice_days": "30", "objection_days": "30", "consent": "specific"}
"""Of an agreement whose text the portal does not know: what is safest for the board, so that silence is no yes."""


@dataclass(frozen=True)
class Bound:
    """One agreement that holds or is to begin."""

    agreement_id: uuid.UUID
    board_id: uuid.UUID
    version: str
    parameters: Mapping[str, str]

    def days(self, name: str) -> int:
        """A number of days that it has filled in."""
        return int(self.parameters[name])


def about(session: Session, product_id: uuid.UUID, *, at: dt.datetime) -> list[Bound]:
    """The agreements about a product that hold or are to begin, one of each board."""
    mine = (
        InForce.kind == in_force.PROCESSOR_AGREEMENT,
        InForce.product_id == product_id,
        InForce.organisation_id == InForce.on_behalf_of,
        or_(InForce.until.is_(None), InForce.until > at),
    )
    rows = session.execute(
        select(InForce.case_id, InForce.organisation_id, InForce.version).where(*mine).order_by(InForce.since)
    )
    parameters = parameters_of(session, product_id)
    found: dict[uuid.UUID, Bound] = {}
    for case_id, board_id, version in rows:
        if board_id:  # what holds now comes before what is to begin
            found.setdefault(board_id, Bound(case_id, board_id, version, parameters.get(version, NOT_KNOWN)))
    for each in elsewhere.holding_or_coming(session, product_id, at=at):
        known = parameters.get(each.version, NOT_KNOWN)
        found.setdefault(each.board_id, Bound(each.id, each.board_id, each.version, known))
    return list(found.values())


def parameters_of(session: Session, product_id: uuid.UUID) -> dict[str, Mapping[str, str]]:
    """What each published version of the agreement about a product has filled in."""
    asked = select(Publication.version, Publication.body["parameters"]).where(
        Publication.product_id == product_id, Publication.kind == publications.PROCESSOR_AGREEMENT
    )
    return {each.version: each[1] for each in session.execute(asked)}
