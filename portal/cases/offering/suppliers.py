"""Who speaks for the supplier of a case, and who may offer its agreements: its administrators and signatories."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.tables import Case
from portal.cases.telling import Link, Recipient
from portal.offers.tables import Product
from portal.parties.tables import Membership, Person
from workflows.vocabulary import Role

SPEAKS = frozenset({Role.ADMINISTRATOR, Role.SIGNATORY})
"""The roles at a supplier in which somebody offers its agreements and answers questions about them."""


def may_offer(product: Product, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor offers the agreements of this product: for its supplier, or at the service desk."""
    if visitor.person_id is None:
        return False
    return speaks_at(product.supplier_id, visitor, session=session) or access.is_service_desk(visitor, session=session)


def speaks_at(supplier_id: uuid.UUID | None, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor speaks for this supplier."""
    return supplier_id is not None and bool(access.roles_at(visitor, supplier_id, session=session) & SPEAKS)


def is_of_supplier(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor comes to the case from the supplier, and has no place at whose case it is."""
    if case.counterparty_id is None or visitor.person_id in (case.started_by, case.person_id):
        return False
    if case.organisation_id and access.roles_at(visitor, case.organisation_id, session=session):
        return False
    return bool(access.roles_at(visitor, case.counterparty_id, session=session))


def people(session: Session, case: Case) -> list[Recipient]:
    """Who speaks for the supplier of this case, with the page on which they follow it."""
    theirs = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == case.counterparty_id,
            Membership.role.in_(SPEAKS),
            *Membership.held(clock.now()),
        )
        .order_by(Person.name)
    )
    found = {each.id: each for each in session.scalars(theirs)} if case.counterparty_id else {}
    return [Recipient(each.email, each.name, each.id, link=page(case)) for each in found.values()]


def page(case: Case) -> Link:
    """Where the supplier follows a case of which it may not see everything."""
    return ("offering.case", {"case_id": str(case.id)})
