"""What the gate said at earlier moments: the rows as they were, put before the statement and the judgement of now.

The rows of one question go as they were at a moment into a small database in memory; the gate's own statement reads
them there. So nothing is said twice of what holds when: what the gate asks now, it asks of the past as well.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table, create_engine, delete, insert, or_, select
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import StaticPool

from portal import clock
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.tables import InForce
from portal.database import Base
from portal.dossier import at_the_gate, deciding, gate_grounds
from portal.dossier.gate_grounds import Ground, Rows
from portal.offers import publications
from portal.offers.tables import Block, Product, Publication, Withdrawal
from portal.parties.register import RegisterLocation
from portal.parties.tables import Membership, Organisation, Person
from portal.record import past
from portal.reports import own_reading
from portal.reports.own_reading import Published

Reading = Session | scoped_session[Session]
ACCOUNT = "account"


class Answer(StrEnum):
    """Whether somebody could see it."""

    OPEN = "open"
    SHUT = "shut"
    NO_ROLE = "no_role"
    """Nothing to do with the school: the portal told this person nothing of it."""
    NOTHING = "nothing"
    """There was no such account, school or product."""
    NO_REPORT = "no_report"
    """The gate was open, but this report was not published for the school."""
    NOT_KNOWN = "not_known"
    """Before the day from which it is kept."""


@dataclass(frozen=True)
class Question:
    """Could this person see the reports of this product of this school, or this one report?"""

    person_id: uuid.UUID
    product_name: str
    code: str
    report: str = ""
    """The name of one of the portal's reports, or the id of a supplier's own; empty: whatever is behind this gate."""


@dataclass(frozen=True)
class Said:
    """What the gate said, and on what grounds."""

    answer: Answer
    asked: tuple[str, ...] = ()
    """The codes of the conditions that stood before it, in their order."""
    missing: tuple[str, ...] = ()
    grounds: Mapping[str, tuple[Ground, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """How long the gate said the same, on the same grounds."""

    since: dt.datetime
    until: dt.datetime | None
    """The first moment at which it said something else; None while it says so still."""
    said: Said


@dataclass(frozen=True)
class Line:
    """One row as it was from a moment on; no values from when it was gone."""

    number: int
    at: dt.datetime
    table: type[Base]
    row: str
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class History:
    """Everything that decided about one question, since it is kept."""

    question: Question
    known_since: dt.datetime | None
    lines: Sequence[Line]
    published: Published | None
    """Of a question about a supplier's own report: when it was, and for whom."""

    def at(self, moment: dt.datetime) -> Said:
        """What the gate said at one moment."""
        if self.known_since is None or moment < self.known_since:
            return Said(Answer.NOT_KNOWN)
        with _memory() as memory:
            then = Then(memory)
            then.take(each for each in self.lines if each.at <= moment)
            return self._said(then, moment)

    def spans(self) -> list[Span]:
        """What it said from the first moment that is known until now, one span for each time that it changed."""
        if self.known_since is None:
            return []
        moments = {max(each, self.known_since) for each in self._moments() if each <= clock.now()}
        before = dt.datetime.min.replace(tzinfo=dt.UTC)
        found: list[tuple[dt.datetime, Said]] = []
        with _memory() as memory:
            then = Then(memory)
            for moment in sorted(moments):
                then.take(each for each in self.lines if before < each.at <= moment)
                said = self._said(then, moment)
                if not found or found[-1][1] != said:
                    found.append((moment, said))
                before = moment
        ends = [*(each for each, _ in found[1:]), None]
        return [Span(since, until, said) for (since, said), until in zip(found, ends, strict=True)]

    def _moments(self) -> Iterator[dt.datetime]:
        """Every moment at which the answer can have changed: nothing else that decides knows of time."""
        if self.known_since:
            yield self.known_since
        for line in self.lines:
            yield line.at
            values = line.values or {}
            yield from (each for each in values.values() if isinstance(each, dt.datetime))
            if line.table is Publication and values:
                yield publications.grace_end(values["since"], values["grace_days"])
        if self.published:
            yield from (each for each in (self.published.since, self.published.until) if each)

    def _said(self, then: "Then", moment: dt.datetime) -> Said:
        if not then.rows.get(Person):
            return Said(Answer.NOTHING)
        asked = self.question
        known = deciding.of_person(then.memory, asked.person_id, asked.product_name, asked.code, at=moment)
        if known.place is None:
            return Said(Answer.NOTHING)
        missing = at_the_gate.missing(known, at=moment)
        if missing is None:
            return Said(Answer.NO_ROLE)
        if ACCOUNT not in missing and (known.account_blocked or not known.account_active):
            missing = (ACCOUNT, *missing)  # nobody signs in with it, whatever the product asks
        codes = tuple(dict.fromkeys((*known.place.conditions, *missing)))
        grounds = {code: gate_grounds.of(code, known, then.rows, at=moment) for code in codes}
        if missing:
            return Said(Answer.SHUT, codes, missing, grounds)
        shown = self._is_shown(then.rows, moment)
        return Said(Answer.OPEN if shown else Answer.NO_REPORT, codes, (), grounds)

    def _is_shown(self, rows: Rows, moment: dt.datetime) -> bool:
        """Whether the report that is asked about was there for this school."""
        if self.published:
            [location] = rows[RegisterLocation].values()
            return self.published.was_for(self.question.code, location["board_number"], at=moment)
        [product] = rows[Product].values()
        return self.question.report in ("", *product["reports"])


def read(session: Reading, question: Question) -> History:
    """Everything that decided about this question."""
    lines = _lines(session, question)
    published = own_reading.published(session, question.report) if is_own(question.report) else None
    return History(question, past.since(session), lines, published)


def is_own(report: str) -> bool:
    """Whether this is the id of a report of a supplier, and not the name of one of the portal's."""
    try:
        return bool(uuid.UUID(report))
    except ValueError:
        return False


# --- The rows ----------------------------------------------------------------------------------------------------


def _lines(session: Reading, question: Question) -> list[Line]:
    """What was ever noted of the rows that can decide, in the order in which it was."""
    found = [
        *_of(session, Person, Person.id == question.person_id),
        *_of(session, Membership, Membership.person_id == question.person_id),
        *_of(session, Product, Product.name == question.product_name),
        *_of(session, RegisterLocation, RegisterLocation.code == question.code),
    ]
    boards = _noted(found, RegisterLocation, "board_number")
    keys = [f"location:{question.code}", *(f"board:{each}" for each in boards)]
    theirs = _noted(found, Membership, "organisation_id")
    places = list(session.scalars(select(Organisation.id).where(Organisation.register_key.in_(keys))))
    products = _noted(found, Product, "id")
    about = Publication.product_id.in_(products)
    found += [
        *_of(session, Organisation, Organisation.id.in_({*places, *theirs})),
        *_of(session, InForce, or_(InForce.person_id == question.person_id, InForce.organisation_id.in_(places))),
        *_of(session, Publication, about),
        *_of(session, Withdrawal, Withdrawal.publication.has(about)),
        *_of(session, SignedElsewhere, SignedElsewhere.board_id.in_(places), SignedElsewhere.product_id.in_(products)),
        *_of(session, Block, Block.person_id == question.person_id, Block.product_id.in_(products)),
    ]
    return sorted(found, key=lambda each: each.number)


def _of(session: Reading, table: type[Base], *which: ColumnElement[bool]) -> Iterator[Line]:
    keeping = past.KEPT[table]
    for each in past.of(session, table, *which):
        values = None if each.values is None else keeping.values(each.values)
        yield Line(each.number, each.at, table, each.row, values)


def _noted(lines: Sequence[Line], table: type[Base], column: str) -> set[Any]:
    """Everything that ever stood in this column."""
    return {each.values[column] for each in lines if each.table is table and each.values}


# --- The memory --------------------------------------------------------------------------------------------------


def _tables() -> MetaData:
    """The tables that keep their past, with the columns that do."""
    found = MetaData()
    for each in past.KEPT.values():
        columns = [Column(name, each.table.c[name].type, primary_key=name == each.key) for name in each.columns]
        Table(each.table.name, found, *columns)
    return found


TABLES = _tables()


class Then:
    """The rows as they were, here and in a database in memory."""

    def __init__(self, memory: Session) -> None:
        self.memory = memory
        self.rows: Rows = {}
        self.last: dict[tuple[type[Base], str], int] = {}
        """Of each row the number of the line that says how it is."""

    def take(self, lines: Iterable[Line]) -> None:
        """How rows were from the moments of these lines on; what was written later counts, whatever its clock said."""
        for line in lines:
            if self.last.get((line.table, line.row), 0) > line.number:
                continue
            self.last[line.table, line.row] = line.number
            keeping = past.KEPT[line.table]
            table, those = TABLES.tables[keeping.table.name], self.rows.setdefault(line.table, {})
            if was := those.pop(line.row, None):
                self.memory.execute(delete(table).where(table.c[keeping.key] == was[keeping.key]))
            if line.values is not None:
                those[line.row] = line.values
                self.memory.execute(insert(table).values(dict(line.values)))


@contextmanager
def _memory() -> Iterator[Session]:
    """An empty database that is gone when this block ends."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        TABLES.create_all(engine)
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()
