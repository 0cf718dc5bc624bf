"""Fills and refreshes the register of schools: from the copy that ships, and from DUO's own files."""

import csv
import datetime as dt
import io
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import RefusedError
from portal.parties.publisher_files import Faults
from portal.parties.register_files import SECTORS, Location, LocationFile, RegisterFault, read_files
from portal.parties.register_tables import RegisterBoard, RegisterLocation, RegisterSource
from portal.parties.spelling import folded
from portal.wording import mark

SHIPPED = Path(__file__).resolve().parent / "shipped"
COLUMNS = tuple(field.name for field in fields(Location))
_CHUNK = 1000  # rows in one statement; PostgreSQL and SQLite both bound the number of parameters


@dataclass(frozen=True)
class Change:
    """What became different at one location."""

    code: str
    name: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Report:
    """What an import did to the locations, with the changes one by one, and how many boards there are now."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    boards: int = 0
    changes: tuple[Change, ...] = ()


def load_shipped() -> Report:
    """Fills an empty register from the copy that ships with the portal; refuses when there is something in it."""
    files = shipped_files()
    with act() as session:
        if session.scalar(select(func.count()).select_from(RegisterLocation)):
            raise RefusedError(mark("Het scholenregister is al gevuld. Lees de bestanden van DUO zelf in."))
        return _take_in(session, files)


def import_files(paths: Iterable[Path], *, published_on: dt.date | None = None) -> Report:
    """Takes in DUO's own files: all of it or, with a RegisterFault that names every bad row, nothing.

    A file speaks for its whole sector: a location of that sector that no longer stands in it is ended today.
    Sectors of which no file is given stay as they are.
    """
    files = read_files(paths, published_on=published_on)
    with act() as session:
        return _take_in(session, files)


def shipped_files() -> list[LocationFile]:
    """What the shipped copy holds, as if its three files had just been read."""
    text = lzma.decompress((SHIPPED / "register.csv.xz").read_bytes()).decode()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    if tuple(next(rows)) != COLUMNS:
        raise RefusedError(mark("Het meegeleverde scholenregister past niet bij deze versie van het portaal."))
    by_sector: dict[str, list[Location]] = defaultdict(list)
    for cells in rows:
        location = Location(*cells)
        by_sector[location.sector].append(location)
    about = json.loads((SHIPPED / "register.json").read_text())
    return [
        LocationFile(
            file=source["file"],
            sha256=source["sha256"],
            sector=source["sector"],
            source_line=source["source_line"],
            published_on=dt.date.fromisoformat(source["published_on"]) if source["published_on"] else None,
            locations=by_sector[source["sector"]],
        )
        for source in about["sources"]
    ]


def _take_in(session: Session, files: Sequence[LocationFile]) -> Report:
    known = {row.code: row for row in session.scalars(select(RegisterLocation))}
    _refuse_a_change_of_sector(known, files)
    _write_boards(session, {location.board_number: location for file in files for location in file.locations})
    report = Report()
    for file in files:
        part = _take_in_one(session, file, known)
        session.add(
            RegisterSource(
                file=file.file,
                sector=file.sector,
                source_line=file.source_line,
                published_on=file.published_on,
                sha256=file.sha256,
                locations=part.added + part.changed + part.unchanged,
                added=part.added,
                changed=part.changed,
                ended=part.ended,
                unchanged=part.unchanged,
            )
        )
        report = Report(
            report.added + part.added,
            report.changed + part.changed,
            report.ended + part.ended,
            report.unchanged + part.unchanged,
            changes=report.changes + part.changes,
        )
    boards = _describe_boards(session)
    return Report(report.added, report.changed, report.ended, report.unchanged, boards, report.changes)


def _refuse_a_change_of_sector(known: Mapping[str, RegisterLocation], files: Sequence[LocationFile]) -> None:
    """A school does not turn from primary to secondary: then it is the wrong file, with a column that misleads."""
    faults = Faults()
    for file in files:
        for location in file.locations:
            row = known.get(location.code)
            if row and row.ended_on is None and {row.sector, file.sector} == {"po", "vo"}:
                faults.add(
                    file.file, 0, "",
                    mark("Vestiging %(code)s staat in het register in een andere sector. Is dit het goede bestand?"),
                    code=location.code,
                )  # fmt: skip
    if faults:
        raise RegisterFault(faults)


def _take_in_one(session: Session, file: LocationFile, known: dict[str, RegisterLocation]) -> Report:
    fresh: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    changes: list[Change] = []
    unchanged = 0
    stands_in_file = set()
    for location in file.locations:
        row = known.get(location.code)
        if row and row.ended_on is None and row.sector != file.sector and file.sector == "so":
            continue  # it stands in the register with an address, from a file that knows more of it
        stands_in_file.add(location.code)
        values: dict[str, object] = dict(zip(COLUMNS, astuple(location), strict=True))
        values |= {"brin": location.brin, "search": _words(location), "ended_on": None}
        if not row:
            fresh.append(values)
        elif different := list(_differences(row, location)):
            changes += different
            changed.append(values)
        else:
            unchanged += 1
    gone = [row for row in known.values() if _left(row, file.sector, stands_in_file)]
    for start in range(0, len(fresh), _CHUNK):
        session.execute(insert(RegisterLocation), fresh[start : start + _CHUNK])
    if changed:
        session.execute(update(RegisterLocation), changed)
    if gone:
        session.execute(update(RegisterLocation), [{"code": row.code, "ended_on": clock.today()} for row in gone])
    return Report(len(fresh), len(changed), len(gone), unchanged, changes=tuple(changes))


def _left(row: RegisterLocation, sector: str, stands_in_file: set[str]) -> bool:
    return row.sector == sector and row.ended_on is None and row.code not in stands_in_file


def _differences(row: RegisterLocation, location: Location) -> Iterable[Change]:
    for column in COLUMNS:
        before, after = getattr(row, column), getattr(location, column)
        if before != after:
            yield Change(location.code, location.name, column, before, after)
    if row.ended_on:
        yield Change(location.code, location.name, "ended_on", row.ended_on.isoformat(), "")


def _words(location: Location) -> str:
    text = f"{location.name} {location.place} {location.municipality} {location.street} {location.postcode}"
    words = f"{text} {location.postcode.replace(' ', '')} {location.code} {location.brin} {location.board_number}"
    return f" {folded(words)}"


def _write_boards(session: Session, wanted: Mapping[str, Location]) -> None:
    """Boards first, because a location points to its board; what they look like follows in `_describe_boards`."""
    present = set(session.scalars(select(RegisterBoard.number)))
    fresh = [
        {
            "number": number, "name": "", "name_is_official": False, "place": "", "municipality": "", "sectors": "",
            "locations": 0, "search": "", "ended_on": None,
        }
        for number in wanted
        if number not in present
    ]  # fmt: skip
    for start in range(0, len(fresh), _CHUNK):
        session.execute(insert(RegisterBoard), fresh[start : start + _CHUNK])


def _describe_boards(session: Session) -> int:
    """Works out what the boards are from their current locations; says how many are current."""
    mine: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    current = select(
        RegisterLocation.board_number, RegisterLocation.sector, RegisterLocation.place, RegisterLocation.municipality
    ).where(RegisterLocation.ended_on.is_(None))
    for number, sector, place, municipality in session.execute(current):
        mine[number].append((sector, place, municipality))
    rewritten = []
    for board in session.scalars(select(RegisterBoard)):
        locations = mine.get(board.number, [])
        seen: dict[str, object]
        if locations:
            municipality = _most_common(municipality for _, _, municipality in locations)
            place = _most_common(place for _, place, its_own in locations if its_own == municipality)
            sectors = ",".join(sector for sector in SECTORS if any(sector == each for each, _, _ in locations))
            seen = {"place": place, "municipality": municipality, "sectors": sectors, "locations": len(locations)}
            seen["ended_on"] = None
        else:
            place, municipality = board.place, board.municipality
            seen = {"locations": 0, "ended_on": board.ended_on or clock.today()}
        name = board.name if board.name_is_official else f"Schoolbestuur {board.number} ({municipality})"
        search = f" {folded(f'{board.number} {name} {place} {municipality}')}"
        rewritten.append({"number": board.number, "name": name, "search": search, **seen})
    # Two statements, because one statement for many rows needs the same columns in each.
    for columns in {tuple(row) for row in rewritten}:
        session.execute(update(RegisterBoard), [row for row in rewritten if tuple(row) == columns])
    return len(mine)


def _most_common(names: Iterable[str]) -> str:
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name))
