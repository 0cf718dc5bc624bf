"""Agreements as they are offered to boards: in rounds, a case for each board, and when each was first opened."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.cases.tables import Case
from portal.database import Base
from portal.offers.tables import Publication
from portal.parties.tables import Organisation, Person


class OfferRound(Base):
    """One press of the button: these boards are offered this version, some at a time by the worker."""

    __tablename__ = "offer_round"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"), index=True)
    offered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    deadline: Mapped[str | None] = mapped_column(String(10))
    boards: Mapped[list[Any]]
    """The ids of the boards, in the order in which they are offered it."""
    stopped_at: Mapped[dt.datetime | None]
    """When the version was withdrawn for all: whoever had not been offered it by then, is not."""

    publication: Mapped[Publication] = relationship()
    person: Mapped[Person] = relationship()


class Offer(Base):
    """What became of one board in a round: its case, or why it was passed over."""

    __tablename__ = "offer"
    __table_args__ = (UniqueConstraint("round_id", "organisation_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer_round.id"))
    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    skipped: Mapped[str] = mapped_column(String(10), default="")
    """Why this board was passed over: a word of making.SKIPPED; empty where it was not."""
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    deadline: Mapped[str | None] = mapped_column(String(10))
    reminded_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    """By the supplier, or because a newer version took its place."""
    words: Mapped[str] = mapped_column(Text, default="")
    """Why it was withdrawn."""
    replaced_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("offer.id"))

    round: Mapped[OfferRound] = relationship()
    publication: Mapped[Publication] = relationship()
    organisation: Mapped[Organisation] = relationship()
    case: Mapped[Case | None] = relationship()


class OfferOpening(Base):
    """When somebody of the board first opened what it was offered: written as it happens, outside acts."""

    __tablename__ = "offer_opening"

    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
