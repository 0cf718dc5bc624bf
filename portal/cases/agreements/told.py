"""What boards were told of new sub-processors and what they said, as SQL: searched, sorted, cut and counted."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from portal.cases.agreements import stands
from portal.cases.agreements.stands import Stand
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.offers.tables import Product
from portal.parties.tables import Organisation

SORTS = ("name", "product", "last", "effective")
SORTS_OF_NOTICE = ("board", "last", "moved")
MOVED = func.coalesce(
    SubprocessorAnswer.closed_at,
    SubprocessorAnswer.replied_at,
    SubprocessorAnswer.answered_at,
    SubprocessorNotice.announced_at,
)
"""When a board or the supplier last did something about it."""
Page = tuple[list[SubprocessorAnswer], int]


def to_board(
    session: Session,
    board_id: uuid.UUID,
    *,
    at: dt.datetime,
    text: str = "",
    state: str = "",
    sort: str = "last",
    descending: bool = True,
    offset: int = 0,
    limit: int | None = None,
) -> Page:
    """What one board was told: a page of it, and how much there is."""
    asked = (
        select(SubprocessorAnswer)
        .join(SubprocessorNotice)
        .join(Product, Product.id == SubprocessorNotice.product_id)
        .join(Organisation, Organisation.id == SubprocessorNotice.organisation_id)
        .where(SubprocessorAnswer.board_id == board_id)
    )
    if text:
        columns = (SubprocessorNotice.name, Product.title, Organisation.name)
        asked = asked.where(or_(*(each.icontains(text, autoescape=True) for each in columns)))
    order: dict[str, SQLColumnExpression[Any]] = {
        "name": func.lower(SubprocessorNotice.name),
        "product": func.lower(Product.title),
        "last": SubprocessorAnswer.closes_at,
        "effective": SubprocessorAnswer.begins_at,
    }
    latest = SubprocessorNotice.announced_at.desc()
    return _cut(session, asked, state, [_way(order[sort], descending), latest], at=at, offset=offset, limit=limit)


def about(
    session: Session,
    notice_id: uuid.UUID,
    *,
    at: dt.datetime,
    text: str = "",
    state: str = "",
    sort: str = "board",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> Page:
    """What the boards said of one notice: a page of it, and how many they are."""
    asked = (
        select(SubprocessorAnswer)
        .join(SubprocessorNotice)
        .join(Organisation, Organisation.id == SubprocessorAnswer.board_id)
        .where(SubprocessorAnswer.notice_id == notice_id)
    )
    if text:
        asked = asked.where(Organisation.name.icontains(text, autoescape=True))
    order: dict[str, SQLColumnExpression[Any]] = {
        "board": func.lower(Organisation.name),
        "last": SubprocessorAnswer.closes_at,
        "moved": MOVED,
    }
    by_name = func.lower(Organisation.name)
    return _cut(session, asked, state, [_way(order[sort], descending), by_name], at=at, offset=offset, limit=limit)


def figures(session: Session, notices: Collection[uuid.UUID], *, at: dt.datetime) -> dict[uuid.UUID, dict[Stand, int]]:
    """Of each notice how many boards stand where; a stand at which nobody is, is left out."""
    staged = (
        select(SubprocessorAnswer.notice_id.label("notice_id"), stands.stand_of(at).label("stand"))
        .join(SubprocessorNotice)
        .where(SubprocessorAnswer.notice_id.in_(notices))
        .subquery()
    )
    counted = select(staged.c.notice_id, staged.c.stand, func.count()).group_by(staged.c.notice_id, staged.c.stand)
    found: dict[uuid.UUID, dict[Stand, int]] = {each: {} for each in notices}
    for notice_id, stand, count in session.execute(counted) if notices else ():
        found[notice_id][Stand(stand)] = count
    return found


def _way(column: SQLColumnExpression[Any], descending: bool) -> SQLColumnExpression[Any]:
    return column.desc() if descending else column


def _cut(
    session: Session,
    asked: Select[SubprocessorAnswer],
    state: str,
    order: list[SQLColumnExpression[Any]],
    *,
    at: dt.datetime,
    offset: int,
    limit: int | None,
) -> Page:
    if state:
        asked = asked.where(stands.stands(Stand(state), at=at))
    total = session.scalar(
        select(func.count()).select_from(asked.with_only_columns(SubprocessorAnswer.board_id).subquery())
    )
    whole = asked.options(
        contains_eager(SubprocessorAnswer.notice).selectinload(SubprocessorNotice.product),
        contains_eager(SubprocessorAnswer.notice).selectinload(SubprocessorNotice.supplier),
        selectinload(SubprocessorAnswer.board),
    )
    last = (SubprocessorAnswer.board_id, SubprocessorAnswer.notice_id)
    return list(session.scalars(whole.order_by(*order, *last).offset(offset).limit(limit))), total or 0
