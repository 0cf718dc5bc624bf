"""Texts that are written in parts, and compared row by row: a section of named columns, as data. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal import wording
from portal.wording import say

Row = Mapping[str, str]
Cells = dict[str, Any]
"""A row as it is written: text by column; of a column with several values a list of them."""


class Kind(StrEnum):
    """What a value of a column looks like."""

    TEXT = "text"
    LINE = "line"
    """a text on one line"""
    CHOICE = "choice"
    YES_NO = "yes_no"
    DAY = "day"
    NUMBER = "number"
    EMAIL = "email"
    SEVERAL = "several"
    """any number of a list"""
    ID = "id"
    """by which the row is known; nobody writes it"""
    KEPT = "kept"
    """what goes along with a row that is taken out, for when it is put back"""


@dataclass(frozen=True)
class Column:
    """One value of a row."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    options: tuple[tuple[str, str], ...] = ()
    optional: bool = field(default=False, kw_only=True)
    first: str = field(default="", kw_only=True)
    """What stands there before anybody wrote; a choice with such a value always has one."""
    width: str = field(default="", kw_only=True)
    """Of its box, where it is not the usual one: "short", "wide", or "half" for what stands beside another."""


@dataclass(frozen=True)
class Section:
    """One part of a text: a table with at least so many rows, or a single row."""

    name: str
    title: str
    columns: tuple[Column, ...]
    fewest: int = field(default=1, kw_only=True)
    is_single: bool = field(default=False, kw_only=True)

    @property
    def key(self) -> Column:
        """The column by which a row is known when two versions are compared."""
        return self.columns[0]


def shown(column: Column, value: str) -> str:
    """A value as a person reads it."""
    if column.options:
        return say(dict(column.options).get(value, value))
    if column.kind is Kind.DAY:
        return _day_in_words(value)
    return value


def empty_row(section: Section) -> Cells:
    """A row in which nothing is filled in."""
    several = (Kind.SEVERAL, Kind.KEPT)
    return {each.name: [] if each.kind in several else each.first for each in section.columns}


def _day_in_words(value: str) -> str:
    try:
        return wording.day(dt.date.fromisoformat(value))
    except ValueError:  # a draft may hold anything
        return value
