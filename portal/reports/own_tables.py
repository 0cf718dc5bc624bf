"""Reports that a supplier publishes itself: immutable versions, for whom they are, and who opened them first when."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from portal import clock
from portal.database import Base
from portal.offers.tables import Product
from portal.parties.tables import Organisation, Person


class OwnReport(Base):
    """One version of a report; only its end is ever written to it."""

    __tablename__ = "own_report"
    __table_args__ = (UniqueConstraint("series", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    series: Mapped[uuid.UUID]
    """What the versions of one report share: the id of the first."""
    version: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    period_from: Mapped[dt.date]
    period_until: Mapped[dt.date]
    """The last day that it is about."""
    kind: Mapped[str] = mapped_column(String(4))
    """pdf, xlsx or html: by what the file holds."""
    file_name: Mapped[str] = mapped_column(String(200))
    blob: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    personal: Mapped[bool]
    """Whether it holds personal data."""
    legal_basis: Mapped[str] = mapped_column(String(500), default="")
    """What a share of it must name, where it holds personal data."""
    for_all: Mapped[bool]
    """Whether it is for every organisation that has the product; else for the named ones."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """For whom it was published: the supplier, or the service desk in its place."""
    published_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    """From when a later version took its place, or it was withdrawn."""
    why: Mapped[str] = mapped_column(Text, default="")
    """Why it was withdrawn; empty where a later version took its place."""
    withdrawn_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    product: Mapped[Product] = relationship()
    organisation: Mapped[Organisation] = relationship()
    publisher: Mapped[Person] = relationship(foreign_keys=published_by)
    recipients: Mapped[list["OwnReportRecipient"]] = relationship(order_by="OwnReportRecipient.register_key")


class OwnReportRecipient(Base):
    """An organisation that a report is for, by its key in the register: "board:13622" or "location:00AP00"."""

    __tablename__ = "own_report_recipient"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("own_report.id"), primary_key=True)
    register_key: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)


class OwnReportOpening(Base):
    """When somebody first opened a report: written as it happens, outside acts. The supplier sees only how many."""

    __tablename__ = "own_report_opening"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("own_report.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)


class OwnReportFile(Base):
    """A file that was found fit, of a report that is still to be published; gone when it is, or is thrown away."""

    __tablename__ = "own_report_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    """Also the id of the report that it becomes, so that pressing twice publishes once."""
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    series: Mapped[uuid.UUID | None]
    """Of which report it will be the next version; none for a new report."""
    kind: Mapped[str] = mapped_column(String(4))
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    size: Mapped[int]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    product: Mapped[Product] = relationship()
