"""The register of real boards and locations, and which file each import took."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base
from portal.record.past import keeps_its_past


class RegisterBoard(Base):
    """A competent authority (bevoegd gezag) with at least one location, now or before."""

    __tablename__ = "register_board"

    number: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    """DUO's open files hold no board names: a label of our own, until an operator fills in the real name."""
    name_is_official: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str] = mapped_column(String(80))
    """Where most of its locations are, in the municipality with most of them; the files hold no board addresses."""
    municipality: Mapped[str] = mapped_column(String(80))
    sectors: Mapped[str] = mapped_column(String(20))
    """In this order, with commas: po, so, vo."""
    locations: Mapped[int]
    search: Mapped[str] = mapped_column(Text)
    ended_on: Mapped[dt.date | None]


@keeps_its_past("board_number")
class RegisterLocation(Base):
    """A school location (vestiging) as DUO publishes it, without its telephone number."""

    __tablename__ = "register_location"
    __table_args__ = (Index(None, "board_number", "ended_on"), Index(None, "brin", "sector"))

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    brin: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(120))
    """Empty, with the house number, for special education: the file that holds those schools has no street."""
    house_number: Mapped[str] = mapped_column(String(20))
    postcode: Mapped[str] = mapped_column(String(7))
    place: Mapped[str] = mapped_column(String(80))
    municipality: Mapped[str] = mapped_column(String(80))
    province: Mapped[str] = mapped_column(String(20))
    denomination: Mapped[str] = mapped_column(String(80))
    sector: Mapped[str] = mapped_column(String(2))
    """po (primary), so (special, primary and secondary) or vo (secondary)."""
    education: Mapped[str] = mapped_column(String(60))
    """What is taught, in DUO's own letters: BO, SBO, SO, VSO, SO/VSO, PRO, HAVO/VWO…"""
    website: Mapped[str] = mapped_column(String(200))
    board_number: Mapped[str] = mapped_column(ForeignKey("register_board.number"))
    search: Mapped[str] = mapped_column(Text)
    """Every word one can find it by, folded, with a space before each: see `spelling.folded`."""
    ended_on: Mapped[dt.date | None]
    """The day of the import in which it no longer stood; a location is ended, never deleted."""


class RegisterSource(Base):
    """One file that was taken in, kept so that every page can say where its facts come from."""

    __tablename__ = "register_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(String(200))
    sector: Mapped[str] = mapped_column(String(2))
    source_line: Mapped[str] = mapped_column(Text)
    published_on: Mapped[dt.date | None]
    """The publisher's reference date, where the file or the person who took it in gives one."""
    imported_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    sha256: Mapped[str] = mapped_column(String(64))
    locations: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    ended: Mapped[int]
    unchanged: Mapped[int]
