"""What happens to agreements: new sub-processors and what each board says of them; what was signed elsewhere."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from portal import clock
from portal.database import Base
from portal.offers.tables import Product
from portal.parties.tables import Organisation, Person
from portal.record.past import keeps_its_past


class SubprocessorNotice(Base):
    """That a supplier takes a new sub-processor for a product, from a day on; never changed, at most taken back."""

    __tablename__ = "subprocessor_notice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The supplier whose product it is."""
    name: Mapped[str] = mapped_column(Text)
    task: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    in_eea: Mapped[str] = mapped_column(String(3))
    """yes or no, as in the annex"""
    basis: Mapped[str] = mapped_column(Text, default="")
    effective_at: Mapped[dt.datetime]
    announced_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    announced_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    product: Mapped[Product] = relationship()
    supplier: Mapped[Organisation] = relationship()
    announcer: Mapped[Person] = relationship(foreign_keys=announced_by)
    answers: Mapped[list["SubprocessorAnswer"]] = relationship(back_populates="notice")


class SubprocessorAnswer(Base):
    """The time one board has to object to a new sub-processor, and what was said: a row from the announcement on."""

    __tablename__ = "subprocessor_answer"

    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("subprocessor_notice.id"), primary_key=True)
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True, index=True)
    agreement_id: Mapped[uuid.UUID] = mapped_column(index=True)
    """The agreement in force that gives the board its time: the id by which the register knows it."""
    consent: Mapped[str] = mapped_column(String(10))
    """general or specific, as that agreement says"""
    closes_at: Mapped[dt.datetime]
    """The end of the last day on which the board can object."""
    begins_at: Mapped[dt.datetime]
    """From when the sub-processor takes part for this board: later than for others where it was told later."""
    answer: Mapped[str] = mapped_column(String(10), default="")
    """agreed, objected, or nothing yet"""
    words: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[dt.datetime | None]
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    replied_at: Mapped[dt.datetime | None]
    outcome: Mapped[str] = mapped_column(String(10), default="")
    """what became of the objection: dropped, upheld, or nothing yet"""
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[dt.datetime | None]

    notice: Mapped[SubprocessorNotice] = relationship(back_populates="answers")
    board: Mapped[Organisation] = relationship()
    answerer: Mapped[Person | None] = relationship(foreign_keys=answered_by)
    replier: Mapped[Person | None] = relationship(foreign_keys=replied_by)


@keeps_its_past("board_id", "product_id", "version", "since", "until", "confirmed_at")
class SignedElsewhere(Base):
    """An agreement that was signed outside the portal: its file as it was handed in, and what was said of it.

    Nobody's signature in it was seen or sealed here, so it never counts as one.
    """

    __tablename__ = "signed_elsewhere"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    version: Mapped[str] = mapped_column(String(20))
    signed_on: Mapped[str] = mapped_column(String(10))
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    blob: Mapped[str] = mapped_column(String(64))
    """SHA-256 of its file in the vault."""
    file_name: Mapped[str] = mapped_column(String(200))
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[dt.datetime | None]
    """Since when it counts: the board said that it signed this, or the service desk took it in."""
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[dt.datetime | None]
    why_ended: Mapped[str] = mapped_column(Text, default="")

    board: Mapped[Organisation] = relationship()
    product: Mapped[Product] = relationship()


class ElsewhereUpload(Base):
    """Files and a sheet that somebody handed in and has only looked at yet; gone when it is taken in or thrown away."""

    __tablename__ = "elsewhere_upload"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    lines: Mapped[list[Any]]
    """The sheet as it was read: rows of texts, its head first."""
    files: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))


class AgreementEnd(Base):
    """That an agreement ends on a day, why, and until when the data can be fetched and must be gone."""

    __tablename__ = "agreement_end"

    agreement_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The id by which the register knows it."""
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """Who ended it: the board or the supplier."""
    why: Mapped[str] = mapped_column(Text)
    ends_at: Mapped[dt.datetime]
    export_until: Mapped[dt.datetime]
    """The end of the last day on which the board can fetch its data."""
    delete_by: Mapped[dt.datetime]
    """The end of the last day on which the supplier may still have them."""
    backups_by: Mapped[dt.datetime]
    """The same for what is in back-ups."""
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    certificate_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"))
    """The case in which the supplier certified that they are gone."""

    board: Mapped[Organisation] = relationship(foreign_keys=board_id)
    product: Mapped[Product] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=organisation_id)
