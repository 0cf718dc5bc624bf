"""What holds: rows written when a case is decided, ended when something else takes their place."""

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.cases.tables import Case, InForce
from portal.record import ledger

REGISTRATION, BOARD_DECLARATION, USAGE_TERMS = "registration", "board_declaration", "usage_terms"
PROCESSOR_AGREEMENT = "processor_agreement"
DPIA_REUSE, DPIA_OWN = "dpia_reuse", "dpia_own"
DPIA_DECISIONS = (DPIA_REUSE, DPIA_OWN)
"""A board decided that a product may be used: by a model DPIA, or by one of its own."""
DISCLOSURE = "disclosure"
"""Somebody may publish or use commercially what a product shows: each of its rights holders said so (R004-05, -06)."""
PRESIGNED = "presigned"
"""A supplier signed this version beforehand, for every board that signs it."""
ADMISSION = "admission"
"""A support body may order this product: its supplier said so (R002-17)."""
BOARD_LICENCE = "board_licence"
"""A board takes licences for its schools together; the version says where the invoices go (R002-18, -20)."""
ONE_INVOICE, PER_SCHOOL = "one_invoice", "per_school"


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
) -> InForce:
    """Make something true from a moment on."""
    row = InForce(
        kind=kind,
        case_id=case.id,
        since=since,
        organisation_id=organisation_id,
        on_behalf_of=on_behalf_of,
        person_id=person_id,
        product_id=product_id,
        version=version,
    )
    session.add(row)
    return row


def end(
    session: Session,
    rows: Iterable[InForce],
    *,
    at: dt.datetime,
    by: uuid.UUID | None = None,
    because: Case | None = None,
) -> list[InForce]:
    """End what holds at this moment; what would only have begun later never begins. Says which rows that were.

    The ledger names each row with its end, under the case that made it true: an end without such an entry is none.
    """
    ended = [row for row in rows if row.until is None or row.until > at]
    moments: dict[tuple[uuid.UUID, dt.datetime], list[InForce]] = {}
    for row in ended:
        row.until = max(at, row.since)
        moments.setdefault((row.case_id, row.until), []).append(row)
    for (case_id, until), those in moments.items():
        ledger.append(
            session,
            act="end",
            subject=f"case:{case_id}",
            actor=by,
            rows=sorted(str(each.id) for each in those),
            until=until.isoformat(),
            because=str(because.id) if because else None,
        )
    return ended


def holding(session: Session, kind: str, *, at: dt.datetime, **who: uuid.UUID | None) -> list[InForce]:
    """What of this kind holds at the moment, for the organisation, person, product… named by column."""
    return list(session.scalars(select(InForce).where(InForce.kind == kind, *holds(at)).filter_by(**who)))


def holding_or_coming(session: Session, kind: str, *, at: dt.datetime, **who: uuid.UUID | None) -> list[InForce]:
    """What holds, or begins later."""
    open_ended = or_(InForce.until.is_(None), InForce.until > at)
    return list(session.scalars(select(InForce).where(InForce.kind == kind, open_ended).filter_by(**who)))


def of_case(session: Session, case_id: uuid.UUID, kind: str) -> InForce | None:
    """The one row of this kind that a case made true, whether it holds or not."""
    return session.scalar(select(InForce).where(InForce.case_id == case_id, InForce.kind == kind).limit(1))


def holds(at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition that a row is in force at this moment: from its beginning, and until just before its end."""
    return InForce.since <= at, or_(InForce.until.is_(None), InForce.until > at)
