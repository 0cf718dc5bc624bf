"""The register of real boards and locations: find them, and fill it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from portal.database import reader
from portal.parties.register_files import PRIMARY, SECONDARY, SPECIAL, RegisterFault
from portal.parties.register_import import Change, Report, import_files, load_shipped
from portal.parties.register_tables import RegisterBoard, RegisterLocation, RegisterSource
from portal.parties.spelling import folded

__all__ = [
    "PRIMARY", "SECONDARY", "SPECIAL", "Change", "Found", "Hit", "RegisterBoard", "RegisterFault", "RegisterLocation",
    "RegisterSource", "Report", "board", "find", "import_files", "load_shipped", "location", "locations_of", "sources",
]  # fmt: skip

Kind = Literal["board", "location"]
BOTH_KINDS: frozenset[Kind] = frozenset({"board", "location"})
_MOST_WORDS = 8  # more words than this make no search better, only slower
_EXACT, _NAME, _WORD, _ANYWHERE = range(4)


@dataclass(frozen=True)
class Hit:
    """One thing found; `numbers` is what to show small beside its name."""

    kind: Kind
    key: str
    name: str
    place: str
    numbers: str
    sector: str


@dataclass(frozen=True)
class Found:
    """The best hits, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


def find(
    text: str, *, kinds: frozenset[Kind] = BOTH_KINDS, sectors: frozenset[str] | None = None, limit: int = 20
) -> Found:
    """Current boards and locations in which every word occurs: in name, place, street, postcode or a number.

    Case and accents do not matter; the last word may be half typed. First come those whose number is exactly the
    text, then names that begin with it, then where every word begins a word, then the rest; boards before locations.
    `sectors` holds po, so, vo. An empty text finds nothing.
    """
    whole = folded(text)
    words = whole.split()[:_MOST_WORDS]
    if not words:
        return Found((), 0)
    ranked: list[tuple[int, int, str, Hit]] = []
    total = 0
    if "board" in kinds:
        hits, count = _boards(whole, words, sectors, limit)
        ranked += [(rank, 0, hit.name, hit) for rank, hit in hits]
        total += count
    if "location" in kinds:
        locations, count = _locations(whole, words, sectors, limit)
        ranked += [(rank, 1, hit.name, hit) for rank, hit in locations]
        total += count
    ranked.sort(key=lambda each: each[:2])  # stable: within a rank the order of the database stays
    return Found(tuple(hit for *_, hit in ranked[:limit]), total)


def board(number: str) -> RegisterBoard | None:
    """The board with this number, ended or not."""
    return reader.get(RegisterBoard, number)


def location(code: str) -> RegisterLocation | None:
    """The location with this code, ended or not."""
    return reader.get(RegisterLocation, code.upper())


def location_names(codes: Collection[str]) -> dict[str, str]:
    """The names of those of these that are codes of locations, ended or not."""
    if not codes:
        return {}
    found = reader.scalars(select(RegisterLocation).where(RegisterLocation.code.in_(codes)))
    return {each.code: each.name for each in found}


def locations_of(board_number: str) -> list[RegisterLocation]:
    """The current locations of a board, by place and name."""
    mine = select(RegisterLocation).where(
        RegisterLocation.board_number == board_number, RegisterLocation.ended_on.is_(None)
    )
    return list(reader.scalars(mine.order_by(RegisterLocation.place, RegisterLocation.name, RegisterLocation.code)))


def sources() -> list[RegisterSource]:
    """For each sector the file that was taken in last, for the source line below a page."""
    newest = select(func.max(RegisterSource.id)).group_by(RegisterSource.sector)
    return list(reader.scalars(select(RegisterSource).where(RegisterSource.id.in_(newest)).order_by(RegisterSource.id)))


def _boards(
    whole: str, words: list[str], sectors: frozenset[str] | None, limit: int
) -> tuple[list[tuple[int, Hit]], int]:
    column = RegisterBoard.search
    where = [RegisterBoard.ended_on.is_(None), *(column.contains(word, autoescape=True) for word in words)]
    if sectors is not None:
        where.append(or_(*(RegisterBoard.sectors.contains(sector, autoescape=True) for sector in sorted(sectors))))
    # the search text of a board begins with its number, and a name of our own making with "Schoolbestuur"
    rank = _rank(RegisterBoard.number == whole, column.contains(f" {whole}", autoescape=True), column, words)
    found = reader.execute(
        select(
            rank, func.count().over(), RegisterBoard.number, RegisterBoard.name, RegisterBoard.place,
            RegisterBoard.sectors,
        )
        .where(*where)
        .order_by(rank, RegisterBoard.locations.desc(), RegisterBoard.number)
        .limit(limit)
    ).all()  # fmt: skip
    hits = [
        (rank, Hit("board", f"board:{number}", name, place, number, sector))
        for rank, _, number, name, place, sector in found
    ]
    return hits, found[0][1] if found else 0


def _locations(
    whole: str, words: list[str], sectors: frozenset[str] | None, limit: int
) -> tuple[list[tuple[int, Hit]], int]:
    column = RegisterLocation.search
    where = [RegisterLocation.ended_on.is_(None), *(column.contains(word, autoescape=True) for word in words)]
    if sectors is not None:
        where.append(RegisterLocation.sector.in_(sorted(sectors)))
    number = whole.upper()
    # the search text of a location begins with its name
    exact = or_(RegisterLocation.code == number, RegisterLocation.brin == number)
    rank = _rank(exact, column.startswith(f" {whole}", autoescape=True), column, words)
    found = reader.execute(
        select(
            rank, func.count().over(), RegisterLocation.code, RegisterLocation.name, RegisterLocation.place,
            RegisterLocation.board_number, RegisterLocation.sector,
        )
        .where(*where)
        .order_by(rank, RegisterLocation.name, RegisterLocation.code)
        .limit(limit)
    ).all()  # fmt: skip
    hits = [
        (rank, Hit("location", f"location:{code}", name, place, f"{code} · {board_number}", sector))
        for rank, _, code, name, place, board_number, sector in found
    ]
    return hits, found[0][1] if found else 0


def _rank(exact: ColumnElement[bool], begins: ColumnElement[bool], column: Any, words: list[str]) -> ColumnElement[int]:
    prefixes = and_(*(column.contains(f" {word}", autoescape=True) for word in words))
    return case((exact, _EXACT), (begins, _NAME), (prefixes, _WORD), else_=_ANYWHERE)
