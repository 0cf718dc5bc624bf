"""Suppliers: for which products somebody acts, as an administrator or signatory of the supplier or as service desk."""

import uuid

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, scoped_session

from portal import clock
from portal.offers.tables import Product, Publication
from portal.parties.tables import Membership, Organisation
from workflows.vocabulary import Party, Role

Reading = Session | scoped_session[Session]
ROLES = (Role.ADMINISTRATOR, Role.SIGNATORY)
"""Who writes and publishes for a supplier."""
READERS = (
    Party.BOARD,
    Party.BOARD_OFFICE,
    Party.SCHOOL_GROUP,
    Party.SCHOOL,
    Party.LOCATION,
    Party.ADMINISTRATION_OFFICE,
)
"""Whose people may read what is published: those to whom it may be offered."""


def products_of(session: Reading, actor: uuid.UUID) -> list[Product]:
    """The products whose supplier this person acts for."""
    mine = select(Membership.organisation_id).where(*_of_a_supplier(actor))
    return list(session.scalars(select(Product).where(Product.supplier_id.in_(mine)).order_by(Product.title)))


def authority_over(session: Reading, actor: uuid.UUID, product: Product) -> Organisation | None:
    """On whose behalf this person may write and publish for the product: its supplier, else the service desk."""
    held = select(Organisation).join(Membership)
    own = held.where(*_of_a_supplier(actor), Organisation.id == product.supplier_id)
    return session.scalar(own.limit(1)) or session.scalar(held.where(*_of_the_desk(actor)).limit(1))


def may_read(session: Reading, actor: uuid.UUID, publication: Publication) -> bool:
    """Whether this person may read a published agreement: its supplier and the service desk, and who works at an
    organisation of schools, since it may be offered to any of them."""
    if authority_over(session, actor, publication.product) is not None:
        return True
    roles = select(Membership.id).join(Organisation).where(Membership.person_id == actor, *Membership.held(clock.now()))
    return session.scalar(roles.where(Organisation.kind.in_(READERS)).limit(1)) is not None


def _of_a_supplier(actor: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return (Membership.person_id == actor, *Membership.held(clock.now()), Membership.role.in_(ROLES))


def _of_the_desk(actor: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    role = (Membership.role == Role.SERVICE_DESK, Organisation.kind == Party.OPERATOR)
    return (Membership.person_id == actor, *Membership.held(clock.now()), *role)
