"""The engine, the reader's session and the act: the three ways to the database.

Pages read through `reader`, a session that lives as long as the request. Whoever changes something opens an
`act()`: a transaction of its own that begins by taking the write lock, so that what it reads cannot change before
it writes. SQLite gives that with BEGIN IMMEDIATE, PostgreSQL with an advisory lock for the same length of time.
"""

import datetime as dt
import json
import threading
import uuid
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CompoundSelect,
    DateTime,
    Engine,
    MetaData,
    Select,
    String,
    Uuid,
    cast,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine import Compiled, Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator

from portal.errors import InvalidError
from portal.wording import RECORDED, say, speaking

ACTS_ONE_AT_A_TIME = 7_302_019  # the number of our advisory lock on PostgreSQL; any number, kept the same


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC, with its zone on the way in and on the way out, also on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, _dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """All tables, with names for their constraints so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: Moment,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        uuid.UUID: Uuid,
    }


@dataclass(eq=False)
class Database:
    """One database of one installation."""

    engine: Engine
    ledger_key: bytes | None = None
    """The key of the ledger's MACs: it must not live in the database it protects."""
    sessions: sessionmaker[Session] = field(init=False)
    _kept: threading.local = field(init=False, default_factory=threading.local)

    def __post_init__(self) -> None:
        self.sessions = sessionmaker(self.engine)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Inside this block `reader` and `act()` speak to this database."""
        token = _opened.set(_Opened(self))
        try:
            yield
        finally:
            reader.remove()
            _opened.reset(token)

    def ask(self, sql: str, values: Any) -> Sequence[Any]:
        """The rows of one statement that only reads, by the driver alone.

        A file cannot go away as a server can, and nothing stays open on it after a statement: so each thread keeps a
        connection to a file of its own for this, which spares threads to wait for each other at the pool.
        """
        if self.engine.dialect.name == "sqlite":
            rows: Sequence[Any] = self._to_the_file().execute(sql, values).fetchall()
            return rows
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(sql, values)
            return cursor.fetchall()
        finally:
            connection.close()

    def _to_the_file(self) -> Any:
        kept = getattr(self._kept, "connection", None)
        if kept is None:
            kept = self._kept.connection = self.engine.raw_connection()
            kept.detach()
        return kept.dbapi_connection


@dataclass(eq=False)
class _Opened:
    database: Database


_opened: ContextVar[_Opened] = ContextVar("opened database")


def _new_session() -> Session:
    return _opened.get().database.sessions()


reader: scoped_session[Session] = scoped_session(_new_session, scopefunc=_opened.get)  # type: ignore[arg-type]


@contextmanager
def act() -> Iterator[Session]:
    """One business deed: all of it is kept, or nothing. What it writes down is in the language of what is kept."""
    database = _opened.get().database
    locked = database.engine.execution_options(takes_the_lock=True)
    try:
        with speaking(RECORDED), database.sessions(bind=locked) as session, session.begin():
            yield session
    except InvalidError as fault:
        fault.fields = {name: say(sentence) for name, sentence in fault.fields.items()}  # for the reader, who is told
        raise
    for follow in session.info.pop("afterwards", ()):
        follow()
    if reader.registry.has():
        reader.rollback()  # so that what is read after the act shows it


def after_act(session: Session, follow: Callable[[], None]) -> None:
    """Have something done (once) when this act is kept; it cannot fail the act any more."""
    afterwards = session.info.setdefault("afterwards", [])
    if follow not in afterwards:
        afterwards.append(follow)


def ledger_key() -> bytes:
    """The key of the opened database's ledger; without one nothing can be written to it."""
    key = _opened.get().database.ledger_key
    if not key:
        raise RuntimeError("this database was opened without the key of its ledger")
    return key


@contextmanager
def aside() -> Iterator[Connection]:
    """A short transaction beside acts and pages, for what is noted as it happens: web sessions, what was opened."""
    with _opened.get().database.engine.begin() as connection:
        yield connection


class Prepared:
    """A question whose SQL is worked out once for each kind of database, and then goes straight to the driver.

    For what is asked with every request of somebody else's application: many times as quick, with the same values. It
    reads by itself, outside acts and pages. All rows come as one text: each row that a driver hands over by itself is
    a turn at the interpreter that another thread may take first, and equal texts are equal readings.
    """

    def __init__(self, statement: CompoundSelect[Any]) -> None:
        self.statement = statement
        columns = statement.selected_columns
        self.row: type[Any] = namedtuple("Row", [each.name for each in columns])  # type: ignore[misc]
        kinds = [type(each.type) for each in columns]
        self._reads = [(place, _READS[kind]) for place, kind in enumerate(kinds) if kind in _READS]
        self._ready: dict[str, _Ready] = {}

    def asked(self, **values: object) -> str:
        """The rows for these values, as one text."""
        database = _opened.get().database
        dialect = database.engine.dialect
        ready = self._ready.get(dialect.name) or self._prepare(dialect)
        [(found,)] = database.ask(ready.sql, ready.bind(values))
        return str(found)

    def rows(self, text: str) -> list[Any]:
        """The rows of such a text, each column by its name, as the rest of the portal knows its values."""
        return [self._row(row) for row in json.loads(text)]

    def _row(self, values: list[Any]) -> Any:
        for place, read in self._reads:
            if values[place] is not None:
                values[place] = read(values[place])
        return self.row._make(values)

    def sql(self, dialect: Dialect) -> Compiled:
        """The question in the SQL of this kind of database."""
        return _as_one_text(self.statement, dialect).compile(dialect=dialect)

    def _prepare(self, dialect: Dialect) -> "_Ready":
        compiled: Any = self.sql(dialect)
        names = compiled.positiontup or list(compiled.bind_names.values())
        places: dict[str, list[Any]] = {name: [] for name in names}
        for place, name in enumerate(names):
            places[name].append(place if compiled.positiontup else name)
        kinds = {name: each.type for each, name in compiled.bind_names.items()}
        ways = {name: (kinds[name].dialect_impl(dialect).bind_processor(dialect), places[name]) for name in places}
        ready = _Ready(str(compiled), [None] * len(names) if compiled.positiontup else {}, ways)
        ready = replace(ready, fixed=ready.bind(compiled.construct_params(_check=False)))
        self._ready[dialect.name] = ready
        return ready


@dataclass(frozen=True)
class _Ready:
    """A question in the SQL of one kind of database."""

    sql: str
    fixed: Any
    """Its values as the driver wants them: a list, or by name; those that a question gives are still empty."""
    ways: Mapping[str, tuple[Callable[[Any], object] | None, Sequence[Any]]]
    """By what a value is made into what the driver takes, and its places."""

    def bind(self, values: Mapping[str, object]) -> Any:
        """The values of a question as the driver wants them."""
        whole = self.fixed.copy()
        for name, value in values.items():
            make, places = self.ways[name]
            made = value if make is None or value is None else make(value)
            for place in places:
                whole[place] = made
        return whole


def _as_one_text(statement: CompoundSelect[Any], dialect: Dialect) -> Select[Any]:
    rows = statement.subquery("found").c
    if dialect.name == "sqlite":
        cells = [func.json(each) if isinstance(each.type, JSON) else each for each in rows]
        return select(func.json_group_array(func.json_array(*cells)))
    return select(func.coalesce(cast(func.json_agg(func.json_build_array(*rows)), String), "[]"))


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


_READS: dict[type[Any], Callable[[str], object]] = {Uuid: uuid.UUID, Moment: _moment}
"""What a text of each kind becomes; the rest is what JSON says it is."""


def connect(url: str, *, ledger_key: bytes | None = None) -> Database:
    """The database at this address; the folder of an SQLite file must exist.

    The pool has no limit of its own: a request reads on one connection and acts on another, so with a limit requests
    at the same time could wait for each other. What limits it is the number of threads of the server.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 20, "check_same_thread": False}, max_overflow=-1)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_on_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True, max_overflow=-1)
        event.listen(engine, "begin", _begin_on_postgresql)
    return Database(engine, ledger_key)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_on_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("takes_the_lock")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _begin_on_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("takes_the_lock"):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ACTS_ONE_AT_A_TIME})
