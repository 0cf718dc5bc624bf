"""Who looked back at what somebody could open, and when: itself noted, since it is about the work of a person."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base, act, aside, reader
from portal.parties import retention
from portal.parties.tables import Person

ONE_LOOK = dt.timedelta(minutes=30)
"""Who asks the same again within this time still looks."""


class Look(Base):
    """One look back at one person: written as it happens, outside acts."""

    __tablename__ = "look"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    looked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    """Who was looked at."""
    product: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(6))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]

    looker: Mapped[Person] = relationship(foreign_keys=looked_by)


def note(
    looked_by: uuid.UUID, person_id: uuid.UUID, *, product: str, code: str, first_day: dt.date, last_day: dt.date
) -> None:
    """Note a look, once for as long as it lasts."""
    asked = {
        "looked_by": looked_by, "person_id": person_id, "product": product, "code": code, "first_day": first_day,
        "last_day": last_day,
    }  # fmt: skip
    same = select(Look.id).filter_by(**asked).where(Look.at > clock.now() - ONE_LOOK)
    if reader.scalar(same.limit(1)) is not None:
        return
    with aside() as connection:
        connection.execute(insert(Look).values(id=uuid.uuid4(), at=clock.now(), **asked))
    reader.rollback()


def forget_what_is_over() -> None:
    """Forget looks of long ago."""
    with act() as session:
        session.execute(delete(Look).where(Look.at < clock.now() - retention.LOOK))
