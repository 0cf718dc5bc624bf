"""What a row that decides at the gate was before: each time it changes, how it is from then on is written beside it.

The tables of this keep themselves: whatever a session writes to them, a row at a time or many in one statement, is
noted in the same transaction, so that no act can forget it. A line holds ids, dates and plain words, never a name or a
secret. It is only ever added; its MAC goes over the line before it of the same row, with a key from outside the
database, so that whoever has only the database changes no line and takes none away unseen.
"""

import datetime as dt
import hmac
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import JSON, ColumnElement, Index, String, Table, Uuid, event, func, insert, inspect, select
from sqlalchemy.engine import Result
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column, scoped_session

from portal import clock
from portal.database import Base, Moment, act, ledger_key
from portal.record import ledger

T = TypeVar("T")
Rows = TypeVar("Rows", bound=Base)
Reading = Session | scoped_session[Session]
Values = dict[str, Any]
SeenAs = Callable[[Any], Any]
BEGUN = "keep_past"
"""The act in the ledger with which the keeping began: what was before that moment is not known."""
AT_ONCE = 500


class Past(Base):
    """One row of another table, as it was from a moment on; no values from when it was gone."""

    __tablename__ = "past"
    __table_args__ = (Index("ix_past_of_row", "of", "row", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    of: Mapped[str] = mapped_column(String(30))
    """The table."""
    row: Mapped[str] = mapped_column(String(40))
    """The key of the row."""
    at: Mapped[dt.datetime]
    values: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    mac: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Keeping:
    """What is kept of the rows of one table."""

    table: Table
    key: str
    columns: tuple[str, ...]
    seen_as: Mapping[str, SeenAs] = field(default_factory=dict)
    """Columns of which not the value is kept, but what this makes of it."""

    def plain(self, found: Mapping[str, Any]) -> Values:
        """The values as JSON can hold them."""
        seen = {name: self.seen_as[name](found[name]) if name in self.seen_as else found[name] for name in self.columns}
        return {name: _plain(value) for name, value in seen.items()}

    def values(self, plain: Mapping[str, Any]) -> Values:
        """The values as the columns hold them."""
        return {name: _meant(self.table.c[name].type, plain[name]) for name in self.columns}


KEPT: dict[type[Base], Keeping] = {}


def keeps_its_past(*columns: str, **seen_as: SeenAs) -> Callable[[type[Rows]], type[Rows]]:
    """Has every change of these columns kept, with the key; of those given by name only what the function says."""

    def keep(table: type[Rows]) -> type[Rows]:
        mapper = inspect(table)
        [key] = mapper.primary_key
        local = mapper.local_table
        assert isinstance(local, Table)
        KEPT[table] = Keeping(local, key.name, (key.name, *columns, *seen_as), seen_as)
        return table

    return keep


def begin() -> None:
    """Begin to keep the past, once: every row as it is now, so that from this moment on all is known."""
    with act() as session:
        if since(session) is not None:
            return
        for keeping in KEPT.values():
            key = keeping.table.c[keeping.key]
            known = select(Past.row).where(Past.of == keeping.table.name)
            had = set(session.scalars(known))
            wanted = [each for each in session.scalars(select(key)) if str(each) not in had]
            for those in _batches(wanted):
                _note(session, keeping, those)
        ledger.append(session, act=BEGUN, subject="past")


def since(session: Reading) -> dt.datetime | None:
    """From when on the past is known; None where it is not kept yet."""
    return session.scalar(select(ledger.Entry.at).where(ledger.Entry.subject == "past", ledger.Entry.act == BEGUN))


def of(session: Reading, table: type[Base], *which: ColumnElement[bool]) -> list[Past]:
    """Everything that was ever noted of the rows of which this holds now, in the order in which it was."""
    keeping = KEPT[table]
    keys = [str(each) for each in session.scalars(select(keeping.table.c[keeping.key]).where(*which))]
    found: list[Past] = []
    for those in _batches(keys):
        mine = (Past.of == keeping.table.name, Past.row.in_(those))
        found += session.scalars(select(Past).where(*mine))
    return sorted(found, key=lambda each: each.number)


def mac_of(of: str, row: str, at: dt.datetime, values: Values | None, before: str) -> str:
    """HMAC-SHA-256 of a line after the one before it of the same row ("" for the first)."""
    said = [of, row, at.astimezone(dt.UTC).isoformat(timespec="microseconds"), values, before]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(ledger_key(), text.encode(), "sha256").hex()


# --- Noting it ---------------------------------------------------------------------------------------------------


@event.listens_for(Session, "after_flush")
def _note_what_is_written(session: Session, _context: UOWTransaction) -> None:
    """Of rows that were written one by one."""
    for table, keeping in KEPT.items():
        now: dict[str, Values | None] = {}
        for each in (*session.new, *session.dirty, *session.deleted):
            if isinstance(each, table):
                values = keeping.plain({name: getattr(each, name) for name in keeping.columns})
                now[values[keeping.key]] = None if each in session.deleted else values
        _write(session, keeping, now)


@event.listens_for(Session, "do_orm_execute")
def _note_what_a_statement_writes(state: ORMExecuteState) -> Result[Any] | None:
    """Of rows that are written many at once."""
    if not (state.is_insert or state.is_update or state.is_delete) or state.bind_mapper is None:
        return None
    keeping = KEPT.get(state.bind_mapper.class_)
    if keeping is None:
        return None
    keys = _keys(state, keeping)
    done = state.invoke_statement()
    for those in _batches(keys):
        _note(state.session, keeping, those)
    return done


def _keys(state: ORMExecuteState, keeping: Keeping) -> list[Any]:
    """Of which rows a statement speaks: those that it gives one by one, or those of which its condition holds."""
    said: Any = state.parameters
    given: list[dict[str, Any]] = [said] if isinstance(said, dict) else list(said or [])
    if state.is_insert:
        if not given:
            raise NotImplementedError("rows that keep their past are inserted as objects, or as a list")
        return [each.setdefault(keeping.key, uuid.uuid4()) for each in given]
    if given and all(keeping.key in each for each in given):
        return [each[keeping.key] for each in given]
    asked = select(keeping.table.c[keeping.key])
    condition = state.statement.whereclause  # type: ignore[attr-defined]
    return list(state.session.scalars(asked if condition is None else asked.where(condition)))


def _note(session: Session, keeping: Keeping, keys: Sequence[Any]) -> None:
    """How these rows are now."""
    columns = [keeping.table.c[name] for name in keeping.columns]
    rows = session.execute(select(*columns).where(keeping.table.c[keeping.key].in_(keys))).mappings()
    gone: dict[str, Values | None] = {str(each): None for each in keys}
    _write(session, keeping, gone | {str(each[keeping.key]): keeping.plain(dict(each)) for each in rows})


def _write(session: Session, keeping: Keeping, now: Mapping[str, Values | None]) -> None:
    """What differs from the last line of its row."""
    for those in _batches(now):
        last = _last(session, keeping, those)
        at, lines = clock.now(), []
        for row in those:
            values, before = now[row], last.get(row)
            if (before is None and values is not None) or (before is not None and before[0] != values):
                mac = mac_of(keeping.table.name, row, at, values, before[1] if before else "")
                lines.append({"of": keeping.table.name, "row": row, "at": at, "values": values, "mac": mac})
        if lines:
            session.connection().execute(insert(Past.__table__), lines)  # type: ignore[arg-type]


def _last(session: Session, keeping: Keeping, rows: Collection[str]) -> dict[str, tuple[Values | None, str]]:
    mine = (Past.of == keeping.table.name, Past.row.in_(rows))
    latest = select(func.max(Past.number)).where(*mine).group_by(Past.row)
    asked = select(Past.row, Past.values, Past.mac).where(Past.number.in_(latest))
    return {row: (values, mac) for row, values, mac in session.connection().execute(asked)}


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    whole = list(rows)
    yield from (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value


def _meant(kind: Any, plain: Any) -> Any:
    if plain is None:
        return None
    if isinstance(kind, Uuid):
        return uuid.UUID(plain)
    return dt.datetime.fromisoformat(plain) if isinstance(kind, Moment) else plain
