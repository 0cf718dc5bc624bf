"""What holds: rows written when a case is decided, ended when something else takes their place."""

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.cases.tables import Case, InForce

REGISTRATION, BOARD_DECLARATION, USAGE_TERMS = "registration", "board_declaration", "usage_terms"


def put(
    session: Session,
    kind: str,
    case: Case,
    *,
    since: dt.datetime,
    organisation_id: uuid.UUID | None = None,
    on_behalf_of: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
    product_id: uuid.UUID | None = None,
    version: str = "",
) -> None:
    """Make something true from a moment on."""
    session.add(
        InForce(
            kind=kind,
            case_id=case.id,
            since=since,
            organisation_id=organisation_id,
            on_behalf_of=on_behalf_of,
            person_id=person_id,
            product_id=product_id,
            version=version,
        )
    )


def end(rows: Iterable[InForce], *, at: dt.datetime) -> None:
    """End what held until this moment; what would only have begun later never begins."""
    for row in rows:
        if row.until is None or row.until > at:
            row.until = max(at, row.since)


def holding(session: Session, kind: str, *, at: dt.datetime, **who: uuid.UUID | None) -> list[InForce]:
    """What of this kind holds at the moment, for the organisation, person, product… named by column."""
    return list(session.scalars(select(InForce).where(InForce.kind == kind, *holds(at)).filter_by(**who)))


def holding_or_coming(session: Session, kind: str, *, at: dt.datetime, **who: uuid.UUID | None) -> list[InForce]:
    """What holds, or begins later."""
    open_ended = or_(InForce.until.is_(None), InForce.until > at)
    return list(session.scalars(select(InForce).where(InForce.kind == kind, open_ended).filter_by(**who)))


def holds(at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition that a row is in force at this moment: from its beginning, and until just before its end."""
    return InForce.since <= at, or_(InForce.until.is_(None), InForce.until > at)
