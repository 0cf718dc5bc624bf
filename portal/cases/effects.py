"""What a new version of terms will do at the gate: counted before it is published."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import InForce
from portal.offers import publications
from portal.parties.tables import Membership, Organisation, Person
from workflows.vocabulary import Party

SCHOOLS = (Party.LOCATION, Party.SCHOOL)


@dataclass(frozen=True)
class Effect:
    """What a version will do to those who read now."""

    readers: int
    """Persons who accepted a version that suffices at this moment."""
    by_version: Mapping[str, int]
    """How many of them accepted each of those versions."""
    without_grace: int
    """How many of them are shut out at once, since only the version directly before has grace."""
    schools: int
    """At how many schools those readers have a role."""
    boards: int
    """At how many other organisations."""


def effect(session: Session, product_id: uuid.UUID, *, since: dt.datetime) -> Effect:
    """What a version that takes effect at this moment will do to those who accepted what suffices now."""
    now = clock.now()
    known = publications.versions(session, product_id)
    suffices = [each.version for each in publications.sufficing(session, product_id, publications.USAGE_TERMS, at=now)]
    predecessor = next((each.version for each in known if each.since < since), None)
    readers = _holders(product_id, suffices, at=now).subquery()
    counts = session.execute(
        select(InForce.version, func.count(func.distinct(InForce.person_id)))
        .join(Person, Person.id == InForce.person_id)
        .where(*accepted_terms(product_id, suffices, at=now), Person.active)
        .group_by(InForce.version)
    )
    counted: dict[str, int] = dict(counts.all())
    safe = _holders(product_id, [predecessor] if predecessor else [], at=now).subquery()
    total = session.scalar(select(func.count()).select_from(readers)) or 0
    kept = session.scalar(select(func.count()).select_from(readers).where(readers.c.id.in_(select(safe.c.id)))) or 0
    counts_by_kind = session.execute(
        select(Organisation.kind, func.count(func.distinct(Organisation.id)))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(*Membership.held(now), Membership.person_id.in_(select(readers.c.id)))
        .group_by(Organisation.kind)
    )
    kinds: dict[str, int] = dict(counts_by_kind.all())
    schools = sum(count for kind, count in kinds.items() if kind in SCHOOLS)
    by_version = {version: counted.get(version, 0) for version in suffices}
    return Effect(total, by_version, total - kept, schools, sum(kinds.values()) - schools)


def accepted_terms(
    product_id: uuid.UUID, versions: Collection[str], *, at: dt.datetime
) -> tuple[ColumnElement[bool], ...]:
    """The conditions on what is in force that somebody accepted one of these versions of a product's terms."""
    return (
        InForce.kind == in_force.USAGE_TERMS,
        InForce.product_id == product_id,
        InForce.version.in_(versions),
        *in_force.holds(at),
    )


def _holders(product_id: uuid.UUID, versions: list[str], *, at: dt.datetime) -> Select[uuid.UUID]:
    held = select(InForce.person_id).where(*accepted_terms(product_id, versions, at=at))
    return select(Person.id).where(Person.active, Person.id.in_(held))
