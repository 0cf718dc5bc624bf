"""Reads rows as the database has them, all at one moment, so that one unreadable value spoils one row and no more."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, Table, Uuid, inspect, select, type_coerce
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import LargeBinary, NullType, TypeDecorator

from portal.audit.report import Tally
from portal.database import Base, reader
from portal.documents.vault import Blob
from portal.wording import mark

T = TypeVar("T", bound=Base)

UNREADABLE = (ValueError, TypeError, RecursionError, OverflowError)


@dataclass
class Snapshot:
    """The rows of one moment; each table is read once."""

    connection: Connection
    tally: Tally
    read: dict[type[Base], list[Any]] = field(default_factory=dict)
    grouped: dict[tuple[type[Base], str], dict[Any, list[Any]]] = field(default_factory=dict)

    def rows(self, kind: type[T]) -> list[T]:
        """Every readable row of a table in the order of its key, without its files; the others become findings."""
        if kind not in self.read:
            self.read[kind] = list(self._rows(kind))
        return cast(list[T], self.read[kind])

    def by(self, kind: type[T], column: str) -> Mapping[Any, list[T]]:
        """The same rows, grouped by what stands in one column."""
        if (kind, column) not in self.grouped:
            groups = self.grouped[kind, column] = {}
            for row in self.rows(kind):
                groups.setdefault(getattr(row, column), []).append(row)
        return self.grouped[kind, column]

    def content(self, sha256: str) -> bytes | None:
        """The bytes that are kept under this name, whatever they are; None when there are none."""
        found = self.connection.execute(select(Blob.content).where(Blob.sha256 == sha256)).scalar()
        return bytes(found) if isinstance(found, bytes | memoryview) else None

    def _rows(self, kind: type[T]) -> Iterator[T]:
        mapped = inspect(kind)
        table = kind.__tablename__
        shapes = {name: dict if "[dict[" in str(said) else list for name, said in kind.__annotations__.items()}
        columns = [each for each in cast(Table, mapped.local_table).columns if not isinstance(each.type, LargeBinary)]
        raw = select(*(type_coerce(each, NullType()).label(each.key) for each in columns))
        try:
            found = self.connection.execute(raw.order_by(*mapped.primary_key)).all()
        except SQLAlchemyError as fault:
            self.tally.find(
                "row", table, mark("de tabel kan niet worden gelezen (%(fault)s)"), fault=_first_line(fault)
            )
            return
        for row in found:
            values: dict[str, Any] = {}
            try:
                for column, value in zip(columns, row, strict=True):
                    values[column.key] = _value(column, value, shapes[column.key])
            except UNREADABLE:
                key = ", ".join(str(value) for each, value in zip(columns, row, strict=True) if each.primary_key)
                self.tally.find(
                    *(("ledger_entry", key) if table == "ledger_entry" else ("row", f"{table} {key}")),
                    mark("kolom %(column)s is niet leesbaar"),
                    column=column.key,
                )
                continue
            yield kind(**values)


@contextmanager
def snapshot(tally: Tally) -> Iterator[Snapshot]:
    """Everything in the opened database as it is now: what is written meanwhile is not seen."""
    engine = cast(Engine, reader().get_bind())
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            yield Snapshot(connection.execution_options(isolation_level="REPEATABLE READ"), tally)
            return
        driver = cast(Any, connection.connection.dbapi_connection)
        usual = driver.text_factory
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")  # judged a value at a time, below
        try:
            yield Snapshot(connection, tally)
        finally:
            driver.text_factory = usual


def _value(column: Column[Any], raw: Any, shape: type) -> Any:
    """One value as its column means it; ValueError or TypeError when it is not such a value."""
    if raw is None:
        if column.nullable:
            return None
        raise ValueError("empty")
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    match kind:
        case DateTime():
            moment = raw if isinstance(raw, dt.datetime) else dt.datetime.fromisoformat(raw)
            return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
        case Date():
            return raw if isinstance(raw, dt.date) else dt.date.fromisoformat(raw)
        case Uuid():
            return raw if isinstance(raw, uuid.UUID) else uuid.UUID(raw)
        case JSON():
            parsed = json.loads(raw) if isinstance(raw, str) else raw
            if not isinstance(parsed, shape):
                raise TypeError("other JSON than is kept here")
            return parsed
        case Boolean():
            if raw not in (0, 1):
                raise ValueError("neither yes nor no")
            return bool(raw)
        case Integer():
            if not isinstance(raw, int):
                raise TypeError("no number")
            return raw
    if not isinstance(raw, str):
        raise TypeError("no text")
    raw.encode()  # UnicodeEncodeError, a ValueError, where the bytes were no UTF-8
    return raw


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0][:160]
