"""Products with their rights holders, the publications offered with them, and who is blocked."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base
from portal.parties.tables import Organisation, Person
from portal.record.past import keeps_its_past


@keeps_its_past("name", "conditions", "has_reports", "reports")
class Product(Base):
    """What a supplier offers, and the conditions of the gate before its reports."""

    __tablename__ = "product"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(1000), default="")
    supplier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    conditions: Mapped[list[Any]]
    """The codes of the gate's conditions that apply, in the order in which they are explained; none without reports."""
    recipient_groups: Mapped[list[Any]]
    """The closed list of who may receive its figures: pairs of key and name."""
    contact: Mapped[str] = mapped_column(String(254), default="")
    has_reports: Mapped[bool] = mapped_column(default=True)
    """Whether there are reports behind a gate; of the others there is an agreement, and no gate."""
    reports: Mapped[list[Any]] = mapped_column(default=list)
    """The names of the portal's own reports that open behind its gate."""
    application: Mapped[str] = mapped_column(String(500), default="")
    """The address of an application behind the same gate, with {school} where the code of the school belongs."""

    supplier: Mapped[Organisation] = relationship()
    rights_holders: Mapped[list[Organisation]] = relationship(
        secondary="product_rights_holder", order_by="Organisation.name"
    )


class ProductRightsHolder(Base):
    """That an organisation holds rights in a product: it decides who is shut out."""

    __tablename__ = "product_rights_holder"

    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True, index=True)


@keeps_its_past("product_id", "kind", "version", "since", "grace_days")
class Publication(Base):
    """An immutable, versioned text."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("product_id", "kind", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"))
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]]
    """For terms: {"introduction", "clauses": [{"id", "number", "heading", "text", "key", "confirm"}]}"""
    sha256: Mapped[str] = mapped_column(String(64))
    since: Mapped[dt.datetime]
    grace_days: Mapped[int] = mapped_column(default=0)
    """How long the version before it still suffices."""

    product: Mapped[Product] = relationship()


@keeps_its_past("at")
class Withdrawal(Base):
    """That a published text counts no more: from when, why, and by whom. The text itself never changes."""

    __tablename__ = "withdrawal"

    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    why: Mapped[str] = mapped_column(Text)
    withdrawn_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """For whom: the supplier, or the service desk in its place."""

    publication: Mapped[Publication] = relationship()
    person: Mapped[Person] = relationship()


class PublicationDraft(Base):
    """A publication in the making: the only thing about it that may change."""

    __tablename__ = "publication_draft"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[dict[str, Any]]
    changes: Mapped[int] = mapped_column(default=1)
    """Counts up with each change, so that a stale tab is recognised."""
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    product: Mapped[Product] = relationship()
    person: Mapped[Person] = relationship()


@keeps_its_past("person_id", "product_id", "organisation_id", "since", "until", "lifted_at")
class Block(Base):
    """That somebody is shut out: of one product, or of the account as a whole."""

    __tablename__ = "block"
    __table_args__ = (Index("ix_block_person_id_product_id", "person_id", "product_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    product_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("product.id"), index=True)
    """None: the whole account."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """The rights holder or the service desk that blocked, and that alone can lift it."""
    blocked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    """For the file of who blocked; the person does not read it."""
    words: Mapped[str] = mapped_column(Text, default="")
    """For the person, in their mail and at the gate; a reason need not be given (R004-07)."""
    since: Mapped[dt.datetime] = mapped_column(default=clock.now)
    until: Mapped[dt.datetime | None]
    lifted_at: Mapped[dt.datetime | None]
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """None where its time had come."""

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    product: Mapped[Product | None] = relationship()
    organisation: Mapped[Organisation] = relationship()
    blocker: Mapped[Person] = relationship(foreign_keys=blocked_by)
