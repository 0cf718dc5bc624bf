"""Who may see what was passed on of a report, and who may ask it back."""

import uuid

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.dossier.acting import live_memberships
from portal.offers import blocks
from portal.parties.register_tables import RegisterLocation
from portal.reports.share_tables import Share
from workflows.vocabulary import Role

OVERSEES = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.FG})
"""Who sees at a school or its board what was passed on."""


def may_see(session: Session, share: Share, person_id: uuid.UUID) -> bool:
    """Who passed it on, who oversees the school, and the rights holders of the product; they may ask it back too."""
    if share.person_id == person_id:
        return True
    if any(each.id == share.product_id for each in blocks.products_of(session, person_id)):
        return True
    return share.subject in _overseen(session, person_id)


def of_schools(session: Session, person_id: uuid.UUID) -> ColumnElement[bool]:
    """What anybody passed on of the schools that this person oversees, and of their board together."""
    return Share.subject.in_(_overseen(session, person_id))


def oversees_any(session: Session, person_id: uuid.UUID) -> bool:
    """Whether there is a school or a board whose shares this person oversees."""
    return bool(_overseen(session, person_id))


def _overseen(session: Session, person_id: uuid.UUID) -> set[str]:
    codes: set[str] = set()
    boards: set[str] = set()
    for each in session.scalars(live_memberships(person_id)):
        kind, _, number = (each.organisation.register_key or "").partition(":")
        if each.role in OVERSEES and kind == "location":
            codes.add(number)
        elif each.role in OVERSEES and kind == "board":
            boards.add(number)
    if boards:
        theirs = select(RegisterLocation.code).where(RegisterLocation.board_number.in_(boards))
        codes |= set(session.scalars(theirs))
    return codes | boards
