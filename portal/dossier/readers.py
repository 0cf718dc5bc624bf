"""Who has access to a product: those who accepted its terms, at which schools, and who of them is shut out."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.cases import in_force
from portal.cases.tables import InForce
from portal.offers import blocks
from portal.offers.tables import Block
from portal.parties import memberships
from portal.parties.tables import Membership, Organisation, Person

STATES = ("open", "blocked")


@dataclass(frozen=True)
class Reader:
    """Somebody who accepted the terms of a product."""

    person_id: uuid.UUID
    name: str
    email: str
    version: str
    """The latest version accepted."""
    since: dt.datetime
    """When the first was accepted."""
    organisations: tuple[str, ...]
    blocks: tuple[Block, ...]
    """By whom they are shut out now."""


@dataclass(frozen=True)
class Readers:
    """One page of readers, and how many there are."""

    rows: list[Reader]
    total: int


def readers(
    session: Session,
    product_id: uuid.UUID,
    *,
    text: str,
    state: str,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> Readers:
    """Those who accepted terms of this product that still hold, searched by name, address or school."""
    now = clock.now()
    asked = _accepted(product_id, at=now)
    if text:
        role = and_(Membership.person_id == Person.id, *Membership.held(now))
        named = exists().where(
            role, Organisation.id == Membership.organisation_id, Organisation.name.icontains(text, autoescape=True)
        )
        words = (Person.name.icontains(text, autoescape=True), Person.email.icontains(text, autoescape=True), named)
        asked = asked.where(or_(*words))
    shut = exists().where(Block.person_id == Person.id, Block.product_id == product_id, *blocks.holds(now))
    if state == "blocked":
        asked = asked.where(shut)
    elif state == "open":
        asked = asked.where(~shut)
    columns: dict[str, Any] = {
        "name": func.lower(Person.name),
        "version": func.max(InForce.version),
        "since": func.min(InForce.since),
    }
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    order = columns[sort].desc() if descending else columns[sort]
    page: list[Any] = list(session.execute(asked.order_by(order, Person.email).offset(offset).limit(limit)))
    ids = [row[0] for row in page]
    schools = memberships.organisations_of(session, ids)
    found = select(Block).where(Block.person_id.in_(ids), Block.product_id == product_id, *blocks.holds(now))
    blocked: dict[uuid.UUID, list[Block]] = {}
    for each in session.scalars(found.options(joinedload(Block.organisation)).order_by(Block.since)):
        blocked.setdefault(each.person_id, []).append(each)
    rows = [
        Reader(key, name, email, version, since, tuple(schools.get(key, ())), tuple(blocked.get(key, ())))
        for key, name, email, version, since in page
    ]
    return Readers(rows, total)


def counts(session: Session, product_id: uuid.UUID) -> tuple[int, int]:
    """How many persons have access to a product, and how many of them are shut out now."""
    now = clock.now()
    asked = _accepted(product_id, at=now)
    shut = exists().where(Block.person_id == Person.id, Block.product_id == product_id, *blocks.holds(now))
    total, blocked = (
        session.scalar(select(func.count()).select_from(each.subquery())) or 0 for each in (asked, asked.where(shut))
    )
    return total, blocked


def has_come_for(session: Session, person_id: uuid.UUID, product_id: uuid.UUID) -> bool:
    """Whether this person ever accepted terms of the product."""
    mine = (InForce.kind == in_force.USAGE_TERMS, InForce.person_id == person_id, InForce.product_id == product_id)
    return session.scalar(select(InForce.id).where(*mine).limit(1)) is not None


def _accepted(product_id: uuid.UUID, *, at: dt.datetime) -> Select[uuid.UUID, str, str, str, dt.datetime]:
    held = (InForce.kind == in_force.USAGE_TERMS, InForce.product_id == product_id, *in_force.holds(at))
    return (
        select(Person.id, Person.name, Person.email, func.max(InForce.version), func.min(InForce.since))
        .join(InForce, InForce.person_id == Person.id)
        .where(*held, Person.active)
        .group_by(Person.id, Person.name, Person.email)
    )
