"""What was decided about the reuse of a model DPIA, and the measures that are still to be carried out."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.cases.tables import Case
from portal.database import Base
from portal.offers.tables import Product, Publication
from portal.parties.tables import Organisation, Person


class DpiaDecision(Base):
    """One decision of a board, as its document says it; at most ended, never changed otherwise."""

    __tablename__ = "dpia_decision"
    __table_args__ = (Index("ix_dpia_decision_organisation_id_product_id", "organisation_id", "product_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """The board that decided."""
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product.id"), index=True)
    publication_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("publication.id"))
    """The version of the model; none for a DPIA of one's own."""
    outcome: Mapped[str] = mapped_column(String(20))
    """A word of dpia_facts.Outcome: the one now, where waiting for measures came to an end."""
    is_late: Mapped[bool]
    """Whether use had begun before it."""
    decided_at: Mapped[dt.datetime]
    review_on: Mapped[str | None] = mapped_column(String(10))
    ended_at: Mapped[dt.datetime | None]
    """Since when it says nothing any more about any school."""
    ended_because: Mapped[str] = mapped_column(String(40), default="")
    """Which case took its place."""

    case: Mapped[Case] = relationship()
    organisation: Mapped[Organisation] = relationship()
    product: Mapped[Product] = relationship()
    publication: Mapped[Publication | None] = relationship()


class DpiaMeasure(Base):
    """A measure that was open when the board decided: who sees to it, by when, and the evidence that it was done."""

    __tablename__ = "dpia_measure"
    __table_args__ = (UniqueConstraint("case_id", "thing"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dpia_decision.case_id"), index=True)
    thing: Mapped[str] = mapped_column(String(40))
    """M1 of the model, own-1, condition-1 of the FG, or earlier-1 that was owed of a decision before it."""
    text: Mapped[str] = mapped_column(Text)
    is_critical: Mapped[bool]
    owner: Mapped[str] = mapped_column(String(200))
    owner_email: Mapped[str] = mapped_column(String(254))
    due_on: Mapped[str | None] = mapped_column(String(10))
    evidence_text: Mapped[str] = mapped_column(Text, default="")
    blob: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the evidence in the vault."""
    file_name: Mapped[str] = mapped_column(String(200), default="")
    handed_in_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    handed_in_at: Mapped[dt.datetime | None]
    accepted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[dt.datetime | None]
    sent_back_words: Mapped[str] = mapped_column(Text, default="")
    reminded_at: Mapped[dt.datetime | None]
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    decision: Mapped[DpiaDecision] = relationship()
    who_handed_in: Mapped[Person | None] = relationship(foreign_keys=handed_in_by)
    who_accepted: Mapped[Person | None] = relationship(foreign_keys=accepted_by)
