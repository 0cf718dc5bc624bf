"""One judgement for whoever asks whether somebody may come in: the page of a report, the proxy of an application."""

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.dossier.gate_facts import facts, may_see_gate
from portal.gate.conditions import listed
from portal.gate.judge import Verdict, judge
from portal.offers.tables import Product
from portal.parties.register import RegisterLocation
from portal.parties.tables import Person

SECOND_FACTOR = "second_factor"
_RESOURCE = re.compile(r"([a-z][a-z0-9_]{1,39})/([0-9A-Z]{1,10})", re.ASCII)


@dataclass(frozen=True)
class Resource:
    """What stands behind a gate: a product, for one school. A proxy names it as "focus/00AP00"."""

    product_name: str
    code: str

    @classmethod
    def read(cls, text: str) -> "Resource | None":
        """The resource of this name; None where it cannot be one."""
        found = _RESOURCE.fullmatch(text)
        return cls(found[1], found[2]) if found else None


@dataclass(frozen=True)
class Answer:
    """May this person come in, and if not, by which conditions."""

    product: Product
    location: RegisterLocation
    missing: tuple[str, ...]
    """Codes; the gate is open if and only if there are none."""


def find(session: Session, resource: Resource) -> tuple[Product, RegisterLocation] | None:
    """The product and the school, where the product has a gate and the register knows the school."""
    product = session.scalar(select(Product).where(Product.name == resource.product_name, Product.has_reports))
    location = session.get(RegisterLocation, resource.code)
    return (product, location) if product is not None and location is not None else None


def verdict(
    session: Session, person: Person, location: RegisterLocation, product: Product, *, at: dt.datetime, contact: str
) -> Verdict:
    """Open or shut, with every reason: the only judgement there is."""
    known = facts(session, person, location, product, at=at, contact=product.contact or contact)
    return judge(listed(product.conditions), known)


def answer(session: Session, person: Person, resource: Resource, *, at: dt.datetime, contact: str) -> Answer | None:
    """What a proxy is told; None where this person has nothing to do with the school, or there is no such gate.

    Whoever must still set a second factor reaches no page of the portal, so no application behind it either.
    """
    found = find(session, resource)
    if found is None or not may_see_gate(session, person, found[1]):
        return None
    product, location = found
    missing = verdict(session, person, location, product, at=at, contact=contact).missing
    if person.needs_second_factor and not person.has_second_factor and SECOND_FACTOR not in missing:
        missing = (*missing, SECOND_FACTOR)
    return Answer(product, location, missing)
