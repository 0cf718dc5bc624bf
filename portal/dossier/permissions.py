"""The permissions of a product: found by word and state, in an order."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force, permitting
from portal.cases.catalogue import ENDED
from portal.cases.tables import Case, CaseState, InForce, Turn, TurnKind
from portal.parties.tables import Person

WAITING, RUNNING, OVER, TAKEN_BACK, NOT_GIVEN = "waiting", "running", "over", "taken_back", "not_given"


@dataclass(frozen=True)
class Permission:
    """One permission that was asked for."""

    case: Case
    name: str
    last: dt.date | None
    """The last day on which it holds, once it was given."""
    state: str


@dataclass(frozen=True)
class Found:
    """One page of them, and how many there are."""

    rows: list[Permission]
    total: int


def find(
    session: Session,
    product_id: uuid.UUID,
    *,
    text: str = "",
    state: str = "",
    sort: str = "reference",
    descending: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> Found:
    """What was sent about this product, searched, sorted and cut in SQL."""
    row = and_(InForce.case_id == Case.id, InForce.kind == in_force.DISCLOSURE)
    states = _states()
    shown = when(*((condition, name) for name, condition in states.items()), else_=NOT_GIVEN)
    asked = (
        select(Case, Person.name, InForce.until, shown)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(InForce, row)
        .where(Case.workflow == permitting.NAME, Case.product_id == product_id, Case.submitted_at.is_not(None))
    )
    if text:
        words = (Case.reference, Person.name)
        asked = asked.where(or_(*(each.icontains(text, autoescape=True) for each in words)))
    if state:
        asked = asked.where(shown == state)
    orders: Mapping[str, Any] = {
        "reference": Case.reference,
        "name": Person.name,
        "submitted": Case.submitted_at,
        "last": InForce.until,
    }
    total = session.scalar(select(func.count()).select_from(asked.with_only_columns(Case.id).subquery())) or 0
    order = orders[sort].desc() if descending else orders[sort]
    page = session.execute(asked.order_by(order, Case.reference).offset(offset).limit(limit))
    return Found([Permission(case, name, _last(until), here) for case, name, until, here in page], total)


def _states() -> dict[str, ColumnElement[bool]]:
    """In which order they are asked: what was taken back is that, however long it would have lasted."""
    back = exists().where(Turn.case_id == Case.id, Turn.kind.in_((TurnKind.REVOKED, TurnKind.TAKEN_BACK)))
    return {
        WAITING: Case.state.not_in(ENDED),
        TAKEN_BACK: and_(Case.state == CaseState.DECIDED, back),
        RUNNING: and_(Case.state == CaseState.DECIDED, *in_force.holds(clock.now())),
        OVER: Case.state == CaseState.DECIDED,
    }


def _last(until: dt.datetime | None) -> dt.date | None:
    return clock.day_of(until - dt.timedelta(seconds=1)) if until else None
