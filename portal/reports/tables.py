"""The Inspectorate's results as published, what they average to, and which files they came from."""

import datetime as dt
import uuid

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base


class SchoolResult(Base):
    """One row of the Inspectorate's file: the texts exactly as published, '*' and empty cells too."""

    __tablename__ = "school_result"

    ovt: Mapped[str] = mapped_column(String(12), primary_key=True)
    """The supervision object, as 00AP|C1; what follows the bar is not a location number."""
    brin: Mapped[str] = mapped_column(String(4), index=True)
    location_code: Mapped[str | None] = mapped_column(ForeignKey("register_location.code"), index=True)
    """Only where the BRIN has one current primary location and one supervision object."""
    school_name: Mapped[str] = mapped_column(String(200))
    spread: Mapped[str] = mapped_column(String(10))
    """How much the pupils' weights differ within the school, in the last year of its file; empty if unknown."""
    years: Mapped[list[list[str]]] = mapped_column(JSON)
    """Oldest first: label, % 1F, % 1S/2F, pupils."""
    schoolweging: Mapped[str] = mapped_column(String(10))
    category: Mapped[str] = mapped_column(String(10), index=True)
    signal_fundamental: Mapped[str] = mapped_column(String(10))
    signal_target: Mapped[str] = mapped_column(String(10))
    average_fundamental: Mapped[str] = mapped_column(String(10))
    average_target: Mapped[str] = mapped_column(String(10))
    pupils: Mapped[str] = mapped_column(String(10))
    outcome_fundamental: Mapped[str] = mapped_column(String(60))
    outcome_target: Mapped[str] = mapped_column(String(60))


class ResultAverage(Base):
    """What all schools of a group reach together, worked out at each import; group "" is the whole country."""

    __tablename__ = "result_average"

    group: Mapped[str] = mapped_column(String(10), primary_key=True)
    schools: Mapped[int]
    pupils: Mapped[int]
    fundamental: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(10))


class Ambition(Base):
    """What a school wants to reach itself, as its school or board said; the ledger says who."""

    __tablename__ = "ambition"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    location_code: Mapped[str] = mapped_column(ForeignKey("register_location.code"), index=True)
    fundamental: Mapped[str] = mapped_column(String(10))
    """A percentage from 0 to 100 as a decimal text; empty where there is none for this level."""
    target: Mapped[str] = mapped_column(String(10))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """The school or the board for which it was set."""
    since: Mapped[dt.datetime] = mapped_column(default=clock.now)
    until: Mapped[dt.datetime | None]
    """From when it holds no more: another took its place, or it was withdrawn."""


class ReportSource(Base):
    """One file that was taken in for the reports; the newest of each kind is the one in use."""

    __tablename__ = "report_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    """results or weights."""
    source_line: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    ended: Mapped[int]
    unchanged: Mapped[int]
