"""What was passed on, as an overview: found by word and state, in an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import clock
from portal.parties.tables import Person
from portal.reports import catalogue
from portal.reports.share_tables import Share
from portal.reports.sharing import LINK
from portal.wording import mark, say

STATES: Mapping[str, str] = {
    "waiting": mark("link, nog niet geopend"),
    "taken": mark("link, geopend"),
    "over": mark("link, voorbij"),
    "file": mark("bestand"),
    "own": mark("eigen gebruik"),
    "recalled": mark("teruggevraagd"),
}
SORTS = ("made", "what", "who", "whom")


@dataclass(frozen=True)
class Found:
    """Some rows, of how many."""

    rows: Sequence[Share]
    total: int


def title_of(share: Share) -> str:
    """What the report was called: also of what was passed on before that was kept."""
    return share.title or next((say(each.title) for each in catalogue.REPORTS if each.name == share.report), "")


def state_of(share: Share) -> str:
    """How a share stands now, as a key of STATES."""
    if share.recalled_at is not None:
        return "recalled"
    if share.kind != LINK:
        return "own" if share.is_own_use else "file"
    if share.until is not None and share.until <= clock.now():
        return "over"
    return "taken" if share.acknowledged_at is not None else "waiting"


def found(
    session: Session,
    within: ColumnElement[bool],
    *,
    q: str,
    state: str,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> Found:
    """The shares within these bounds that were asked for."""
    asked = [within]
    if q:
        whom = (Share.recipient, Share.recipient_organisation, Share.group_name)
        columns = (Share.subject_name, *whom, Share.mark, Person.name)
        asked.append(or_(*(column.icontains(q, autoescape=True) for column in columns)))
    if state:
        asked.append(_stands(state))
    order = {
        "made": Share.made_at,
        "what": Share.subject_name,
        "who": Person.name,
        "whom": Share.recipient,
    }[sort]
    base = select(Share).join(Person, Share.person_id == Person.id).where(*asked)
    total = session.scalar(select(func.count()).select_from(base.subquery())) or 0
    rows = session.scalars(
        base.options(joinedload(Share.person), joinedload(Share.product), selectinload(Share.openings))
        .order_by(order.desc() if descending else order, Share.number.desc())
        .offset(offset)
        .limit(limit)
    )
    return Found(list(rows), total)


def by_group(session: Session, within: ColumnElement[bool]) -> list[tuple[str, int]]:
    """How many were passed on to each group, own use left out; the largest first. All permissions are one group."""
    name = when((Share.permission_id.is_(None), Share.group_name), else_="").label("name")
    counted = (
        select(name, func.count())
        .where(within, Share.is_own_use.is_(False))
        .group_by(name)
        .order_by(func.count().desc(), name)
    )
    return [(known or say("Met toestemming, buiten de groepen"), count) for known, count in session.execute(counted)]


def _stands(state: str) -> ColumnElement[bool]:
    kept, now = Share.recalled_at.is_(None), clock.now()
    link, current = Share.kind == LINK, Share.until > now
    return {
        "recalled": Share.recalled_at.is_not(None),
        "file": and_(kept, Share.kind != LINK, Share.is_own_use.is_(False)),
        "own": and_(kept, Share.is_own_use.is_(True)),
        "over": and_(kept, link, Share.until <= now),
        "taken": and_(kept, link, current, Share.acknowledged_at.is_not(None)),
        "waiting": and_(kept, link, current, Share.acknowledged_at.is_(None)),
    }[state]
