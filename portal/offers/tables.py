"""Products, and the publications that suppliers offer with them, in immutable versions."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base
from portal.parties.tables import Organisation


class Product(Base):
    """What a supplier offers, and the conditions of the gate before its reports."""

    __tablename__ = "product"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(1000), default="")
    supplier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    conditions: Mapped[list[Any]]
    """The codes of the gate's conditions that apply, in the order in which they are explained."""
    recipient_groups: Mapped[list[Any]]
    """The closed list of who may receive its figures: pairs of key and name."""
    contact: Mapped[str] = mapped_column(String(254), default="")

    supplier: Mapped[Organisation] = relationship()


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
