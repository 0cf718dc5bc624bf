"""What DUO's files about secondary education say: passes, marks, and who did a year again."""

import re
from collections import defaultdict

from portal.parties.location_codes import LOCATION, location_code
from portal.parties.publisher_files import Faults, PublisherFile, Row
from portal.reports.duo_files import (
    Part,
    check_at_most,
    check_counts,
    check_once,
    check_share,
    count,
    year_in_name,
)  # fmt: skip
from portal.wording import mark

PASSES, MARKS, REPEATERS = "passes", "marks", "repeaters"
_CANDIDATES, _PASSED, _SHARE = "EXAMENKANDIDATEN SCHOOLJAAR", "GESLAAGDEN SCHOOLJAAR", "SLAAGPERC SCHOOLJAAR"
_EDUCATION = ("VMBO", "HAVO", "VWO")
_PROGRAMME = ("INSTELLINGSCODE", LOCATION, "ONDERWIJSTYPE VO", "INSPECTIECODE", "OPLEIDINGSNAAM")
_DEPARTMENT = ("ONDERWIJSTYPE VO", "LEERWEG VMBO", "VMBO SECTOR", "AFDELING")
_NUMBERS = ("EXAMENKANDIDATEN", "GESLAAGDEN", "GEZAKTEN")
_MARKS = ("GEMIDDELD CIJFER SCHOOLEXAMEN", "GEMIDDELD CIJFER CENTRAAL EXAMEN", "GEMIDDELD CIJFER CIJFERLIJST")
_MOVES = ("AANTAL_LEERLINGEN", "AANTAL_AFSTROMERS", "AANTAL_ZITTENBLIJVERS", "AANTAL_OPSTROMERS")
_NOTE = "EXTRA_INFORMATIE"
_LONGEST = {"OPLEIDINGSNAAM": 60, "AFDELING": 80, "VMBO SECTOR": 40, "LEERWEG VMBO": 10, "INSPECTIECODE": 10}


def kept(file: PublisherFile, kind: str) -> tuple[str, ...]:
    """Which columns of a file the portal keeps; the copy that ships holds no others."""
    if kind == PASSES:
        of_years = [f"{name} {year} - TOTAAL" for year in _exam_years(file) for name in (_CANDIDATES, _PASSED)]
        return (*_PROGRAMME, *of_years)
    if kind == MARKS:
        return (*_codes(file), *_DEPARTMENT, *_NUMBERS[:2], *_MARKS)
    return ("INSTELLINGSCODE", LOCATION, *_MOVES, _NOTE)


def is_passes(file: PublisherFile) -> bool:
    """Whether this looks like candidates and passes of several years."""
    return any(column.startswith((_CANDIDATES, _PASSED)) for column in file.columns)


def is_marks(file: PublisherFile) -> bool:
    """Whether this looks like the marks of one year."""
    return any(column in file.columns for column in _MARKS)


def is_repeaters(file: PublisherFile) -> bool:
    """Whether this looks like the repeaters."""
    return "AANTAL_ZITTENBLIJVERS" in file.columns


def passes_of(file: PublisherFile, faults: Faults) -> Part | None:
    """Candidates and passes, each location once with its programmes; what is wrong is added to `faults`."""
    years = _exam_years(file)
    if not years:
        faults.add(
            file.name, 1, "",
            mark("Er horen schooljaren in de kolommen te staan, zoals 'GESLAAGDEN SCHOOLJAAR 2023-2024 - TOTAAL'."),
        )  # fmt: skip
        return None
    needed = [*_PROGRAMME, *(f"{name} {year} - TOTAAL" for year in years for name in (_CANDIDATES, _PASSED))]
    if faults.lacks(file, needed):
        return None
    groups = _groups(file, years)
    seen: dict[object, int] = {}
    programmes: dict[str, list[list[str]]] = defaultdict(list)
    for row in file.rows:
        code = location_code(file, row, faults)
        _check_education(file, row, faults)
        _check_texts(file, row, faults)
        for candidates, passed, share in groups:
            if check_counts(file, row, (candidates, passed), faults):
                check_at_most(file, row, passed, candidates, faults)
                if share:
                    check_share(file, row, share, faults, part=passed, whole=candidates)
        key = (code, row["ONDERWIJSTYPE VO"], row["INSPECTIECODE"], row["OPLEIDINGSNAAM"])
        if code and check_once(file, row, "OPLEIDINGSNAAM", faults, key=key, seen=seen):
            programmes[code].append([*key[1:], *(row[column] for column in needed[len(_PROGRAMME) :])])
    line = f"Bron: DUO, Open onderwijsdata, examenkandidaten en geslaagden vo {years[0]} t/m {years[-1]}"
    rows: list[dict[str, object]] = [
        {"code": code, "years": list(years), "programmes": sorted(mine)} for code, mine in programmes.items()
    ]
    return Part(file.name, file.sha256, PASSES, years[-1], line, len(file.rows), rows)


def marks_of(file: PublisherFile, faults: Faults) -> Part | None:
    """The marks of one school year, each location once with its departments; what is wrong is added to `faults`."""
    brin, location = _codes(file)
    if faults.lacks(file, (brin, location, *_DEPARTMENT, *_NUMBERS[:2], *_MARKS)):
        return None
    year = year_in_name(file.name)
    if year is None:
        faults.add(
            file.name, 0, "",
            mark("Het schooljaar staat bij dit bestand alleen in de naam. Laat de naam zoals DUO hem gaf."),
        )  # fmt: skip
        return None
    has_failed = _NUMBERS[2] in file.columns
    seen: dict[object, int] = {}
    departments: dict[str, list[list[str]]] = defaultdict(list)
    for row in file.rows:
        code = location_code(file, row, faults, brin_column=brin, column=location)
        _check_education(file, row, faults)
        _check_texts(file, row, faults)
        if check_counts(file, row, _NUMBERS if has_failed else _NUMBERS[:2], faults):
            check_at_most(file, row, _NUMBERS[1], _NUMBERS[0], faults)
            _check_sum(file, row, has_failed, faults)
        for column in _MARKS:
            _check_mark(file, row, column, faults)
        key = tuple(row[column] for column in _DEPARTMENT)
        if code and check_once(file, row, "AFDELING", faults, key=(code, *key), seen=seen):
            departments[code].append([*key, *(row[column] for column in (*_NUMBERS[:2], *_MARKS))])
    line = f"Bron: DUO, Open onderwijsdata, geslaagden, gezakten en cijfers vo {year}"
    rows: list[dict[str, object]] = [
        {"code": code, "year": year, "departments": sorted(mine)} for code, mine in departments.items()
    ]
    return Part(file.name, file.sha256, MARKS, year, line, len(file.rows), rows)


def repeaters_of(file: PublisherFile, faults: Faults) -> Part | None:
    """Who went up, down or did a year again, by location; what is wrong is added to `faults`."""
    if faults.lacks(file, ("INSTELLINGSCODE", LOCATION, *_MOVES)):
        return None
    year = year_in_name(file.name)
    if year is None:
        faults.add(
            file.name, 0, "",
            mark("Het schooljaar staat bij dit bestand alleen in de naam. Laat de naam zoals DUO hem gaf."),
        )  # fmt: skip
        return None
    seen: dict[object, int] = {}
    rows: list[dict[str, object]] = []
    for row in file.rows:
        code = location_code(file, row, faults)
        if check_counts(file, row, _MOVES, faults):
            for column in _MOVES[1:]:
                check_at_most(file, row, column, _MOVES[0], faults)
        if code and check_once(file, row, LOCATION, faults, key=code, seen=seen):
            pupils, down, repeated, up = (row[column] for column in _MOVES)
            note = row.cells.get(_NOTE, "").removeprefix("*").strip()
            rows.append(
                {
                    "code": code,
                    "year": year,
                    "pupils": pupils,
                    "down": down,
                    "repeated": repeated,
                    "up": up,
                    "note": note,
                }
            )
    first = int(year[:4])
    line = f"Bron: DUO, Open onderwijsdata, zittenblijvers vo {year} ten opzichte van {first + 1}-{first + 2}"
    return Part(file.name, file.sha256, REPEATERS, year, line, len(file.rows), rows)


def _exam_years(file: PublisherFile) -> list[str]:
    found = {
        match[1]
        for column in file.columns
        if (match := re.fullmatch(rf"(?:{_CANDIDATES}|{_PASSED}) (20\d\d-20\d\d) - TOTAAL", column))
    }
    return sorted(year for year in found if int(year[5:]) == int(year[:4]) + 1)


def _groups(file: PublisherFile, years: list[str]) -> list[tuple[str, str, str | None]]:
    """Columns that belong together: candidates, passes and, where the file has it, their percentage."""
    found = []
    for year in years:
        for who in ("MAN", "VROUW", "TOTAAL"):
            candidates, passed, share = (f"{name} {year} - {who}" for name in (_CANDIDATES, _PASSED, _SHARE))
            if candidates in file.columns and passed in file.columns:
                found.append((candidates, passed, share if share in file.columns else None))
    return found


def _codes(file: PublisherFile) -> tuple[str, str]:
    """Until 2022 the columns with the codes had other names."""
    if "VESTIGINGSNUMMER" in file.columns:
        return "INSTELLING", "VESTIGINGSNUMMER"
    return "INSTELLINGSCODE", LOCATION


def _check_education(file: PublisherFile, row: Row, faults: Faults) -> None:
    if row["ONDERWIJSTYPE VO"] not in _EDUCATION:
        faults.add(file.name, row.line, "ONDERWIJSTYPE VO", mark("Hier hoort VMBO, HAVO of VWO te staan."))


def _check_texts(file: PublisherFile, row: Row, faults: Faults) -> None:
    for column, longest in _LONGEST.items():
        if len(row.cells.get(column, "")) > longest:
            faults.add(
                file.name, row.line, column,
                mark("Deze tekst is te lang: meer dan %(longest)s tekens."), longest=longest,
            )  # fmt: skip


def _check_sum(file: PublisherFile, row: Row, has_failed: bool, faults: Faults) -> None:
    if not has_failed:
        return
    candidates, passed, failed = (count(row[column]) for column in _NUMBERS)
    if candidates is not None and passed is not None and failed is not None and passed + failed != candidates:
        faults.add(file.name, row.line, _NUMBERS[0], mark("Geslaagd en gezakt tellen samen niet op tot de kandidaten."))


def _check_mark(file: PublisherFile, row: Row, column: str, faults: Faults) -> None:
    text = row[column].replace(",", ".")
    if text in ("", "*"):
        return
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,12})?", text) or not 1 <= float(text) <= 10:
        faults.add(file.name, row.line, column, mark("Hier hoort een cijfer van 1 tot en met 10 te staan."))
