"""What DUO publishes of a location beside the results: pupils, reference levels, examinations, repeaters.

Every cell is the text as published, "<5" and "*" too. The key is the location code, which is also the register's: a
location that is not in the register (any more) keeps its row, and the two find each other by the code alone.
"""

import datetime as dt

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class PupilCount(Base):
    """The pupils of one kind of primary education at one location, by age on 1 October."""

    __tablename__ = "pupil_count"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    kind: Mapped[str] = mapped_column(String(3), primary_key=True)
    """Bo, Sbo, So or Vso."""
    cluster: Mapped[str] = mapped_column(String(3), primary_key=True)
    """Of special education 1 to 4, else nvt."""
    counted_on: Mapped[dt.date]
    ages: Mapped[list[str]] = mapped_column(JSON)
    """Younger than 4, then 4, 5 and so on to 24, then older."""


class ReferenceLevel(Base):
    """How many pupils of the last year reached which level, in one school year."""

    __tablename__ = "reference_level"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[str] = mapped_column(String(9), primary_key=True)
    arithmetic: Mapped[list[str]] = mapped_column(JSON)
    """Below 1F, 1F, 1S, 2F."""
    reading: Mapped[list[str]] = mapped_column(JSON)
    """Below 1F, 1F, 2F."""
    language: Mapped[list[str]] = mapped_column(JSON)


class ExamPasses(Base):
    """Candidates and passes of the programmes of one location, over the years of the file."""

    __tablename__ = "exam_passes"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    years: Mapped[list[str]] = mapped_column(JSON)
    """Oldest first."""
    programmes: Mapped[list[list[str]]] = mapped_column(JSON)
    """Kind of education, inspection code, name; then for each year the candidates and the passes."""


class ExamMarks(Base):
    """The average marks of the departments of one location in one school year."""

    __tablename__ = "exam_marks"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[str] = mapped_column(String(9), primary_key=True)
    departments: Mapped[list[list[str]]] = mapped_column(JSON)
    """Kind of education, track, sector, department; candidates, passes; marks of the school, of the central
    examination, and on the list. How many failed is left out: with it one could count back what is masked."""


class RepeaterCount(Base):
    """How many pupils of a secondary location went up, down or did their year again."""

    __tablename__ = "repeater_count"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[str] = mapped_column(String(9))
    """The school year they came from."""
    pupils: Mapped[str] = mapped_column(String(10))
    down: Mapped[str] = mapped_column(String(10))
    repeated: Mapped[str] = mapped_column(String(10))
    up: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
