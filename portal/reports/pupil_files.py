"""What DUO's files about primary education say: pupils by age, and the reference levels they reached."""

from collections.abc import Sequence

from portal.parties.location_codes import LOCATION, location_code
from portal.parties.publisher_files import Faults, PublisherFile
from portal.reports.duo_files import Part, check_counts, check_once, count, reference_day, school_year
from portal.wording import mark

PUPILS, LEVELS = "pupils", "levels"
AGES = ("LEEFTIJD_JONGER", *(f"LEEFTIJD_{age}" for age in range(4, 25)), "LEEFTIJD_OUDER")
_KINDS = ("Bo", "Sbo", "So", "Vso")
_CLUSTERS = ("nvt", "1", "2", "3", "4")
_PUPIL_COLUMNS = ("PEILDATUM", "INSTELLINGSCODE", LOCATION, "SOORT_PO", "CLUSTER", *AGES)
ARITHMETIC = ("REKENEN_LAGER1F", "REKENEN_1F", "REKENEN_1S", "REKENEN_2F")
READING = ("LV_LAGER1F", "LV_1F", "LV_2F")
LANGUAGE = ("TV_LAGER1F", "TV_1F", "TV_2F")
SUBJECTS = (ARITHMETIC, READING, LANGUAGE)
_LEVEL_COLUMNS = ("PEILDATUM", "INSTELLINGSCODE", LOCATION, "SOORT_PO", *ARITHMETIC, *READING, *LANGUAGE)
KEPT = {PUPILS: _PUPIL_COLUMNS, LEVELS: _LEVEL_COLUMNS}
"""Which columns the portal reads; the copy that ships holds no others."""


def is_pupils(file: PublisherFile) -> bool:
    """Whether this looks like the pupils by age."""
    return "LEEFTIJD_4" in file.columns


def is_levels(file: PublisherFile) -> bool:
    """Whether this looks like the reference levels."""
    return any(column.startswith(("REKENEN_", "LV_", "TV_")) for column in file.columns)


def pupils_of(file: PublisherFile, faults: Faults) -> Part | None:
    """Every row of the pupils by age; what is wrong is added to `faults`."""
    if faults.lacks(file, _PUPIL_COLUMNS):
        return None
    day = reference_day(file, faults)
    seen: dict[object, int] = {}
    rows: list[dict[str, object]] = []
    for row in file.rows:
        code = location_code(file, row, faults)
        kind, cluster = row["SOORT_PO"], row["CLUSTER"]
        if kind not in _KINDS:
            faults.add(file.name, row.line, "SOORT_PO", mark("Hier hoort Bo, Sbo, So of Vso te staan."))
        if cluster not in _CLUSTERS:
            faults.add(
                file.name, row.line, "CLUSTER", mark("Hier hoort nvt te staan, of een cluster van 1 tot en met 4.")
            )
        check_counts(file, row, AGES, faults)
        if code and check_once(file, row, LOCATION, faults, key=(code, kind, cluster), seen=seen):
            ages = [row[column] for column in AGES]
            rows.append({"code": code, "kind": kind, "cluster": cluster, "counted_on": day, "ages": ages})
    if day is None:
        return None
    line = f"Bron: DUO, Open onderwijsdata, leerlingen primair onderwijs naar leeftijd, peildatum {day:%d-%m-%Y}"
    return Part(file.name, file.sha256, PUPILS, school_year(day), line, len(file.rows), rows)


def levels_of(file: PublisherFile, faults: Faults) -> Part | None:
    """Every row of the reference levels of one school year; what is wrong is added to `faults`."""
    if faults.lacks(file, _LEVEL_COLUMNS):
        return None
    day = reference_day(file, faults)
    year = school_year(day) if day else ""
    seen: dict[object, int] = {}
    rows: list[dict[str, object]] = []
    for row in file.rows:
        code = location_code(file, row, faults)
        if row["SOORT_PO"] != "Bo":
            faults.add(
                file.name, row.line, "SOORT_PO", mark("Dit bestand gaat over basisscholen: hier hoort Bo te staan.")
            )
        subjects = [[row[column] for column in columns] for columns in SUBJECTS]
        if check_counts(file, row, (*ARITHMETIC, *READING, *LANGUAGE), faults):
            _check_same_pupils(file, row.line, subjects, faults)
        if code and check_once(file, row, LOCATION, faults, key=code, seen=seen):
            arithmetic, reading, language = subjects
            rows.append(
                {"code": code, "year": year, "arithmetic": arithmetic, "reading": reading, "language": language}
            )
    if day is None:
        return None
    line = f"Bron: DUO, Open onderwijsdata, referentieniveaus basisonderwijs {year}"
    return Part(file.name, file.sha256, LEVELS, year, line, len(file.rows), rows)


def _check_same_pupils(file: PublisherFile, line: int, subjects: Sequence[Sequence[str]], faults: Faults) -> None:
    """The same pupils did all three subjects: where nothing is masked, the totals are equal, or the row is damaged."""
    counted = [[count(cell) for cell in cells] for cells in subjects]
    totals = {sum(each or 0 for each in cells) for cells in counted if None not in cells}
    if len(totals) > 1:
        faults.add(file.name, line, "", mark("De drie vakken tellen niet op tot hetzelfde aantal leerlingen."))
