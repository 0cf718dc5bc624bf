"""What was passed on of a report: to whom, as what, for what; and each time that a link to it was used."""

import datetime as dt
import uuid

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base
from portal.offers.tables import Product
from portal.parties.tables import Person


class Share(Base):
    """One passing on, by a file or by a link. The ledger knows it by its id and mark alone; names stand here only."""

    __tablename__ = "share"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[int] = mapped_column(unique=True)
    """Counts on, so that people can name it: D-17."""
    mark: Mapped[str] = mapped_column(String(20), unique=True)
    """The trace mark that stands on each page."""
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    report: Mapped[str] = mapped_column(String(40))
    """Its name in the catalogue; of a supplier's own report its id."""
    subject: Mapped[str] = mapped_column(String(12), index=True)
    """What the report is about: the code of a location, or the number of a board."""
    subject_name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200), default="")
    """What the report is called; empty of what was passed on before that was kept."""
    kind: Mapped[str] = mapped_column(String(10))
    """pdf, xlsx, csv or link."""
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now, index=True)
    is_own_use: Mapped[bool] = mapped_column(default=False)
    """Taken along by the person alone: nobody else receives it."""
    recipient: Mapped[str] = mapped_column(String(200))
    recipient_email: Mapped[str] = mapped_column(String(254), default="")
    recipient_organisation: Mapped[str] = mapped_column(String(200))
    group: Mapped[str] = mapped_column(String(40))
    """The key of a group of the product's closed list, or of a duty by law."""
    group_name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text)
    duty: Mapped[str] = mapped_column(Text, default="")
    """By which article, and in which letter, somebody who may demand it asked for it; empty where nobody did."""
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    """On which basis (AVG, article 6) personal data were passed on; empty of a report that holds none."""
    inputs: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """The numbers that were filled in for a forecast, as typed; the others are the portal's."""
    permission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    """The case of the permission under which it left the closed list."""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    until: Mapped[dt.datetime | None]
    """When the link stops working."""
    acknowledged_at: Mapped[dt.datetime | None]
    recalled_at: Mapped[dt.datetime | None]
    recalled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    recalled_because: Mapped[str] = mapped_column(Text, default="")

    product: Mapped[Product] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    recaller: Mapped[Person | None] = relationship(foreign_keys=recalled_by)
    openings: Mapped[list["ShareOpening"]] = relationship(order_by="ShareOpening.at")

    @property
    def permission_reference(self) -> str:
        """The reference of the permission under which it left the closed list, as its group names it."""
        return self.group_name.rpartition(" ")[2] if self.permission_id else ""

    @property
    def reference(self) -> str:
        """How people name it."""
        return f"D-{self.number}"

    def described(self) -> str:
        """Who gave what to whom, on one line."""
        whom = "own use" if self.is_own_use else f"{self.recipient}, {self.recipient_organisation}"
        about = f"{self.report} of {self.subject_name} ({self.subject})"
        return (
            f"{self.reference}: {about}, by {self.person.name} for {whom}, {self.made_at.isoformat(timespec='minutes')}"
        )


class ShareOpening(Base):
    """That somebody with the link took the report."""

    __tablename__ = "share_opening"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    share_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("share.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
