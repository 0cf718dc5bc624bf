"""Why a decision on a DPIA is looked at again, and in which case."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case
from portal.database import Base
from portal.parties.tables import Person


class DpiaTrigger(Base):
    """Something that happened to a decision that holds; found by the daily round or said by the board."""

    __tablename__ = "dpia_trigger"
    __table_args__ = (UniqueConstraint("decision_id", "kind", "about"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dpia_decision.case_id"))
    kind: Mapped[str] = mapped_column(String(20))
    """A word of carrying.Kind."""
    about: Mapped[str] = mapped_column(String(64))
    """What happened, so that it is noted once: a publication, a notice, a day, or a digest of what was said."""
    words: Mapped[str] = mapped_column(Text, default="")
    on_day: Mapped[str | None] = mapped_column(String(10))
    due_on: Mapped[str | None] = mapped_column(String(10))
    """By when the board looks at it again."""
    said_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """None where the daily round found it."""
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    """The case in which it is looked at; none while there is no model to do that with."""

    decision: Mapped[DpiaDecision] = relationship()
    case: Mapped[Case | None] = relationship()
    person: Mapped[Person | None] = relationship()
