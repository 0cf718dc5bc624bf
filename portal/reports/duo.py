"""Takes in DUO's files about pupils, levels and examinations, each in one transaction, and says what it took.

All files of a call are checked before the first is kept. Then each file is an act of its own: one that was killed
half-way left nothing of that file, and whoever starts again goes on with the first file that is not in yet.
"""

import json
import lzma
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from portal.database import Base, act, reader
from portal.parties.publisher_files import Faults, PublisherFile, parse, read
from portal.parties.register import RegisterLocation
from portal.reports import exam_files, pupil_files
from portal.reports.duo_files import DuoFault, Part
from portal.reports.duo_tables import ExamMarks, ExamPasses, PupilCount, ReferenceLevel, RepeaterCount
from portal.reports.exam_files import MARKS, PASSES, REPEATERS
from portal.reports.pupil_files import LEVELS, PUPILS
from portal.reports.tables import ReportSource
from portal.wording import mark

SHIPPED = Path(__file__).resolve().parent / "shipped"
ABOUT = SHIPPED / "duo.json"
_CHUNK = 1000  # rows in one statement
_MOST_NAMED = 200  # locations in a report on the terminal; a file of these names a hundred at most
_TABLES: dict[str, type[Base]] = {
    PUPILS: PupilCount, LEVELS: ReferenceLevel, PASSES: ExamPasses, MARKS: ExamMarks, REPEATERS: RepeaterCount,
}  # fmt: skip
_BY_YEAR = (LEVELS, MARKS)  # of these every year has a file of its own, and the years stand beside each other

Progress = Callable[[str, int, int], None]
Reader = Callable[[PublisherFile, Faults], Part | None]


def _silent(_part: str, _done: int, _total: int) -> None:
    """Nobody looks."""


@dataclass(frozen=True)
class Taken:
    """What one file did; a location that the register does not know, or no longer, is kept and named."""

    file: str
    year: str
    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    already: bool = False
    unknown: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    def in_words(self) -> str:
        """For the terminal, in English as all of the command line."""
        if self.already:
            return f"{self.file}: was taken in before; nothing to do."
        said = (
            f"{self.file}: {self.added} added, {self.changed} changed, {self.ended} gone, {self.unchanged} unchanged."
        )
        if self.unknown:
            said += f"\n  Kept, but not in the register of schools ({len(self.unknown)}): {_named(self.unknown)}."
        if self.closed:
            said += f"\n  Kept, but closed according to the register ({len(self.closed)}): {_named(self.closed)}."
        return said


def _named(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - _MOST_NAMED} more" if len(codes) > _MOST_NAMED else ""
    return ", ".join(codes[:_MOST_NAMED]) + more


def import_pupils(paths: Iterable[Path], *, progress: Progress = _silent) -> list[Taken]:
    """Pupils of primary education by age; the newest file replaces the one before it."""
    return _import(paths, ((pupil_files.is_pupils, pupil_files.pupils_of),), progress)


def import_levels(paths: Iterable[Path], *, progress: Progress = _silent) -> list[Taken]:
    """Reference levels, one file for each school year."""
    return _import(paths, ((pupil_files.is_levels, pupil_files.levels_of),), progress)


def import_secondary(paths: Iterable[Path], *, progress: Progress = _silent) -> list[Taken]:
    """Passes, marks and repeaters of secondary education."""
    return _import(paths, _SECONDARY, progress)


_SECONDARY: Sequence[tuple[Callable[[PublisherFile], bool], Reader]] = (
    (exam_files.is_passes, exam_files.passes_of),
    (exam_files.is_marks, exam_files.marks_of),
    (exam_files.is_repeaters, exam_files.repeaters_of),
)
_EVERYTHING: Sequence[tuple[Callable[[PublisherFile], bool], Reader]] = (
    (pupil_files.is_pupils, pupil_files.pupils_of),
    (pupil_files.is_levels, pupil_files.levels_of),
    *_SECONDARY,
)


def load_shipped() -> list[Taken]:
    """Fills from the copies that ship with the portal what has nothing yet; what was taken in stays as it is."""
    faults = Faults()
    parts = []
    for name, facts in _not_in_yet().items():
        file = parse(name, lzma.decompress((SHIPPED / f"{name}.xz").read_bytes()), faults)
        if file is not None:
            # the copy holds fewer columns than the publisher's file, of which this is the fingerprint
            parts.append(understood(PublisherFile(name, facts["sha256"], file.columns, file.rows), faults))
    if faults:
        raise DuoFault(faults)
    return [_keep(part, _silent) for part in parts if part]


def understood(file: PublisherFile, faults: Faults) -> Part | None:
    """What a file of any of the kinds says; what is wrong is added to `faults`."""
    return _understood(file, _EVERYTHING, faults)


def is_filled() -> bool:
    """Whether none of the copies that ship is still to be taken in."""
    return not _not_in_yet()


def source_lines(kind: str, *, years: Iterable[str] = ()) -> list[str]:
    """The source lines of the files in use of a kind, oldest school year first; of these years, or of all."""
    wanted = set(years)
    found = [source for source in _in_use(reader()) if source.kind.split(" ")[0] == kind]
    lines = {source.kind: source.source_line for source in found if not wanted or source.kind[-9:] in wanted}
    return [lines[key] for key in sorted(lines)]


def fingerprint(kind: str) -> str:
    """The SHA-256 of the newest file of a kind; "" if there is none."""
    return next((source.sha256 for source in _in_use(reader()) if source.kind.partition(" ")[0] == kind), "")


def _not_in_yet() -> dict[str, dict[str, str]]:
    """The copies that ship of whose kind there is nothing; where years stand side by side, nothing of their year."""
    there = {_place(source.kind) for source in _in_use(reader())}
    shipped = json.loads(ABOUT.read_text())["files"]
    return {name: facts for name, facts in shipped.items() if _place(facts["kind"]) not in there}


def _place(kind_and_year: str) -> str:
    """What a newer file takes the place of: all of a kind, or one year of it."""
    kind = kind_and_year.partition(" ")[0]
    return kind_and_year if kind in _BY_YEAR else kind


def _import(
    paths: Iterable[Path], known: Sequence[tuple[Callable[[PublisherFile], bool], Reader]], progress: Progress
) -> list[Taken]:
    faults = Faults()
    parts: list[Part] = []
    given = 0
    for path in paths:
        given += 1
        file = read(path, faults)
        part = _understood(file, known, faults) if file else None
        if part is None:
            continue
        if any((part.kind, part.year) == (other.kind, other.year) for other in parts):
            faults.add(file.name if file else "", 0, "", mark("U geeft twee bestanden over hetzelfde. Geef er één."))
        parts.append(part)
        progress(part.kind, part.lines, part.lines)
    if not given:
        faults.add("-", 0, "", mark("Er is geen bestand gegeven."))
    _refuse_what_is_older(parts, faults)
    if faults:
        raise DuoFault(faults)
    return [_keep(part, progress) for part in parts]


def _understood(
    file: PublisherFile, known: Sequence[tuple[Callable[[PublisherFile], bool], Reader]], faults: Faults
) -> Part | None:
    for looks_like, reads in known:
        if looks_like(file):
            return reads(file, faults) if file.rows else None
    faults.add(file.name, 1, "", mark("Dit is geen bestand van DUO dat hier hoort: de kolommen zijn andere."))
    return None


def _refuse_what_is_older(parts: Sequence[Part], faults: Faults) -> None:
    """Where the newest file replaces the one before it, an older one would take facts away."""
    for source in _in_use(reader()):
        kind, _, year = source.kind.partition(" ")
        for part in parts:
            if part.kind == kind and kind not in _BY_YEAR and part.year < year:
                faults.add(
                    part.file, 0, "",
                    mark("Dit bestand gaat tot en met %(year)s. Er staat al een nieuwer bestand in: %(newer)s."),
                    year=part.year, newer=year,
                )  # fmt: skip


def _keep(part: Part, progress: Progress) -> Taken:
    """One file in one transaction, in chunks."""
    kind = f"{part.kind} {part.year}"
    with act() as session:
        newest = [source for source in _in_use(session) if source.kind == kind]
        if newest and newest[0].sha256 == part.sha256:
            return Taken(part.file, part.year, already=True, unchanged=len(part.rows))
        taken = _write(session, part, progress)
        session.add(
            ReportSource(
                file=part.file, kind=kind, source_line=part.source_line, sha256=part.sha256, rows=part.lines,
                added=taken.added, changed=taken.changed, ended=taken.ended, unchanged=taken.unchanged,
            )
        )  # fmt: skip
    return taken


def _write(session: Session, part: Part, progress: Progress) -> Taken:
    table: Any = _TABLES[part.kind]
    key = [column.name for column in table.__table__.primary_key]
    columns = [column.name for column in table.__table__.columns]
    present = select(*(getattr(table, name) for name in columns))
    if part.kind in _BY_YEAR:
        present = present.where(table.year == part.year)
    before = {tuple(row[name] for name in key): row for row in session.execute(present).mappings()}
    fresh: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    for row in part.rows:
        known = before.pop(tuple(row[name] for name in key), None)
        if known is None:
            fresh.append(row)
        elif any(known[name] != row[name] for name in columns):
            changed.append(row)
    done = 0
    for statement, rows in ((insert(table), fresh), (update(table), changed)):
        for chunk in _chunks(rows):
            session.execute(statement, chunk)
            done += len(chunk)
            progress(part.kind, done, len(fresh) + len(changed))
    gone = tuple_(*(getattr(table, name) for name in key))
    for chunk in _chunks(list(before)):
        session.execute(delete(table).where(gone.in_(chunk)))
    unchanged = len(part.rows) - len(fresh) - len(changed)
    unknown, closed = _strangers(session, part)
    return Taken(part.file, part.year, len(fresh), len(changed), len(before), unchanged, unknown=unknown, closed=closed)


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _strangers(session: Session, part: Part) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Locations that the register does not hold, and those that it says are closed."""
    rows = session.execute(select(RegisterLocation.code, RegisterLocation.ended_on))
    ended = {row.code: row.ended_on for row in rows}
    mine = sorted({str(row["code"]) for row in part.rows})
    return tuple(code for code in mine if code not in ended), tuple(code for code in mine if ended.get(code))


def _in_use(session: Session) -> list[ReportSource]:
    """The newest file of each kind that was taken in; of the kinds that stand beside each other, of each year."""
    newest: dict[str, ReportSource] = {}
    for source in session.scalars(select(ReportSource).order_by(ReportSource.id)):
        if source.kind.partition(" ")[0] in _TABLES:
            newest[_place(source.kind)] = source
    return list(newest.values())
