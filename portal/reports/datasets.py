"""Takes in the Inspectorate's results, joins them to locations, and says why a location has no card."""

import json
import lzma
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.database import act, reader
from portal.errors import RefusedError
from portal.parties.publisher_files import Faults, PublisherFile, parse, read
from portal.parties.register import PRIMARY, SECONDARY, Change, RegisterLocation, Report, location
from portal.reports import result_files as files
from portal.reports.result_files import Result, ResultsFault
from portal.reports.results import weighted
from portal.reports.tables import ReportSource, ResultAverage, SchoolResult
from portal.wording import mark, say, say_count

SHIPPED = Path(__file__).resolve().parent / "shipped"
EVERYWHERE = ""
RESULTS, WEIGHTS = "results", "weights"


@dataclass(frozen=True)
class Reading:
    """What the Inspectorate's files say together, checked and ready to be kept."""

    results: Sequence[Result]
    weights: dict[str, tuple[str, str]]
    sources: Sequence[tuple[PublisherFile, str, str]]
    """The file, its kind, and its source line."""


def load_shipped() -> Report:
    """Fills the empty tables from the copy that ships with the portal; the register must be filled before.

    The copy was checked row by row when it was made and is checked by the tests, but it is as quick to check again.
    """
    faults = Faults()
    about = json.loads((SHIPPED / "results.json").read_text())
    parsed = [parse(name, lzma.decompress((SHIPPED / f"{name}.xz").read_bytes()), faults) for name in about["files"]]
    reading = _understood([file for file in parsed if file], faults)
    with act() as session:
        if session.scalar(select(func.count()).select_from(SchoolResult)):
            raise RefusedError(mark("De leerresultaten zijn al ingelezen. Lees het bestand van de inspectie zelf in."))
        return _take_in(session, reading)


def import_results(paths: Iterable[Path]) -> Report:
    """Takes in the Inspectorate's own files: all or, with a ResultsFault that names every bad row, nothing.

    One file with results and one with schoolweging, or only one of the two. The results replace those that were
    there: the newest three school years are the ones that count.
    """
    faults = Faults()
    found = [file for path in paths if (file := read(path, faults))]
    reading = _understood(found, faults)
    with act() as session:
        return _take_in(session, reading)


def match_locations() -> int:
    """Joins results and locations anew, as is needed after the register has changed; says how many are joined."""
    with act() as session:
        return _join(session)


def why_no_card(code: str) -> str | None:
    """In one sentence why this location has no school card; None if it has one."""
    found = location(code)
    if found is None:
        return say(mark("Deze vestiging staat niet in het register van scholen."))
    return why_no_cards([found]).get(found.code)


def why_no_cards(locations: Sequence[RegisterLocation]) -> dict[str, str]:
    """The same of many locations at once, by code; those that have a card are not in it."""
    reasons = {each.code: reason for each in locations if (reason := _why_never(each))}
    asked = [each for each in locations if each.code not in reasons]
    joined = select(SchoolResult.location_code).where(SchoolResult.location_code.in_([each.code for each in asked]))
    there = set(reader.scalars(joined)) if asked else set()
    left = [each for each in asked if each.code not in there]
    if left:
        brins = {each.brin for each in left}
        rows = select(SchoolResult.brin, func.count()).where(SchoolResult.brin.in_(brins)).group_by(SchoolResult.brin)
        results = {each[0]: each[1] for each in reader.execute(rows)}
        current = {each[0]: each[1] for each in reader.execute(_how_many_locations(brins))}
        for each in left:
            reasons[each.code] = _why_not_joined(
                each, locations=current.get(each.brin, 0), rows=results.get(each.brin, 0)
            )
    return reasons


def _why_never(found: RegisterLocation) -> str | None:
    if found.ended_on is not None:
        return say(mark("Deze vestiging bestaat niet meer volgens DUO."))
    if found.sector != PRIMARY:
        return say(
            mark("De inspectie geeft deze cijfers alleen voor gewone basisscholen. Dit is een school voor %(kind)s."),
            kind=say(mark("voortgezet onderwijs") if found.sector == SECONDARY else mark("speciaal onderwijs")),
        )
    return None


def source_lines() -> list[str]:
    """The source lines of the files in use, results first."""
    newest = select(func.max(ReportSource.id)).group_by(ReportSource.kind)
    newest = newest.where(ReportSource.kind.in_((RESULTS, WEIGHTS)))
    chosen = select(ReportSource.source_line).where(ReportSource.id.in_(newest)).order_by(ReportSource.kind)
    return list(reader.scalars(chosen))


def _why_not_joined(found: RegisterLocation, *, locations: int, rows: int) -> str:
    if rows == 0:
        return say(mark("De inspectie heeft over deze school geen leerresultaten gepubliceerd."))
    if locations > 1:
        return say_count(
            "Onder BRIN %(brin)s valt %(count)s vestiging. Welke cijfers van de inspectie bij welke vestiging horen, "
            "staat niet vast.",
            "Onder BRIN %(brin)s vallen %(count)s vestigingen. Welke cijfers van de inspectie bij welke vestiging "
            "horen, staat niet vast.",
            locations,
            brin=found.brin,
        )
    return say(
        mark(
            "De inspectie kijkt bij deze school naar %(rows)s delen apart. Welk deel bij deze vestiging hoort, "
            "staat niet vast."
        ),
        rows=rows,
    )


def _how_many_locations(brins: Collection[str]) -> Select[str, int]:
    current = (RegisterLocation.sector == PRIMARY, RegisterLocation.ended_on.is_(None))
    asked = select(RegisterLocation.brin, func.count()).where(RegisterLocation.brin.in_(brins), *current)
    return asked.group_by(RegisterLocation.brin)


def _understood(found: Sequence[PublisherFile], faults: Faults) -> Reading:
    rows: list[Result] = []
    weights: dict[str, tuple[str, str]] = {}
    sources: list[tuple[PublisherFile, str, str]] = []
    for file in found:
        kind = RESULTS if files.is_results(file) else WEIGHTS if files.is_weights(file) else None
        if kind is None:
            faults.add(
                file.name, 1, "",
                mark("Dit is geen bestand van de inspectie dat hier hoort: leerresultaten po of schoolweging."),
            )  # fmt: skip
        elif any(kind == other for _, other, _ in sources):
            faults.add(file.name, 0, "", mark("U geeft twee bestanden van dezelfde soort. Geef er één."))
        elif kind == RESULTS:
            rows = files.results_of(file, faults)
            sources.append((file, kind, files.results_line(rows) if rows else ""))
        else:
            weights = files.weights_of(file, faults)
            sources.append((file, kind, files.weights_line(file.name)))
    if not found and not faults:
        faults.add("-", 0, "", mark("Er is geen bestand gegeven."))
    if faults:
        raise ResultsFault(faults)
    return Reading(rows, weights, sources)


def _take_in(session: Session, reading: Reading) -> Report:
    known = {row.ovt: row for row in session.scalars(select(SchoolResult))}
    fresh: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    changes: list[Change] = []
    unchanged = 0
    rows = {result.ovt: _columns(result) for result in reading.results} or {ovt: {} for ovt in known}
    for ovt, columns in rows.items():
        row = known.get(ovt)
        name, spread = reading.weights.get(ovt) or ((row.school_name, row.spread) if row else ("", ""))
        values: dict[str, object] = {"ovt": ovt, "school_name": name, "spread": spread, **columns}
        if row is None:
            fresh.append({**values, "brin": ovt[:4], "location_code": None})
        elif different := list(_differences(row, values)):
            changes += different
            changed.append(values)
        else:
            unchanged += 1
    gone = known.keys() - rows.keys()
    if fresh:
        session.execute(insert(SchoolResult), fresh)
    if changed:
        session.execute(update(SchoolResult), changed)
    if gone:
        session.execute(delete(SchoolResult).where(SchoolResult.ovt.in_(gone)))
    report = Report(len(fresh), len(changed), len(gone), unchanged, changes=tuple(changes))
    for file, kind, line in reading.sources:
        session.add(
            ReportSource(
                file=file.name, kind=kind, source_line=line, sha256=file.sha256, rows=len(file.rows),
                added=report.added, changed=report.changed, ended=report.ended, unchanged=report.unchanged,
            )
        )  # fmt: skip
    _join(session)
    _average(session)
    return report


def _columns(result: Result) -> dict[str, object]:
    columns: dict[str, object] = {**vars(result)}
    columns["years"] = [list(cells) for cells in result.years]
    return columns


def _differences(row: SchoolResult, values: dict[str, object]) -> Iterable[Change]:
    for column, after in values.items():
        before = getattr(row, column)
        if before != after:
            yield Change(row.ovt, row.school_name, column, _written(before), _written(after))


def _written(value: object) -> str:
    return "; ".join(" ".join(cells) for cells in value) if isinstance(value, list) else str(value)


def _join(session: Session) -> int:
    """Location by location, only where there is no choice: one current primary location and one row for the BRIN."""
    codes: dict[str, list[str]] = defaultdict(list)
    current = select(RegisterLocation.brin, RegisterLocation.code).where(
        RegisterLocation.sector == PRIMARY, RegisterLocation.ended_on.is_(None)
    )
    for brin, current_code in session.execute(current):
        codes[brin].append(current_code)
    rows: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for brin, ovt, code in session.execute(select(SchoolResult.brin, SchoolResult.ovt, SchoolResult.location_code)):
        rows[brin].append((ovt, code))
    moved: list[dict[str, object]] = []
    joined = 0
    for brin, mine in rows.items():
        only = codes[brin][0] if len(mine) == 1 and len(codes[brin]) == 1 else None
        joined += only is not None
        moved += [{"ovt": ovt, "location_code": only} for ovt, old in mine if old != only]
    if moved:
        session.execute(update(SchoolResult), moved)
    return joined


def _average(session: Session) -> None:
    """What the country and each category of schoolweging reach together, weighted by pupils."""
    groups: dict[str, list[tuple[Decimal, Decimal, int]]] = defaultdict(list)
    for row in session.scalars(select(SchoolResult)):
        fundamental, target = files.number(row.average_fundamental), files.number(row.average_target)
        pupils = files.number(row.pupils)
        if fundamental is None or target is None or pupils is None:
            continue
        for group in {EVERYWHERE, row.category}:
            groups[group].append((fundamental, target, int(pupils)))
    session.execute(delete(ResultAverage))
    for group, schools in groups.items():
        session.add(
            ResultAverage(
                group=group,
                schools=len(schools),
                pupils=sum(pupils for *_, pupils in schools),
                fundamental=str(weighted((fundamental, pupils) for fundamental, _, pupils in schools)),
                target=str(weighted((target, pupils) for _, target, pupils in schools)),
            )
        )
