"""The copies of the publishers' files that ship, as a test takes them in, whole or a few lines of them."""

import lzma
from pathlib import Path

from portal.database import Base, Database, connect
from portal.reports import duo, duo_tables

TABLES = ("past", "register_", "report_", "school_", "result_", "pupil_", "reference_level", "exam_", "repeater_")
PUPILS = "duo_leerlingen_po_leeftijd_2024-2025.csv"
LEVELS = "duo_referentieniveaus_bo_2024-2025.csv"
PASSES = "duo_examenkandidaten_geslaagden_vo_2020-2025.csv"
MARKS = "duo_geslaagden_gezakten_cijfers_vo_2023-2024.csv"
OLDER_MARKS = "duo_geslaagden_gezakten_cijfers_vo_2021-2022.csv"
REPEATERS = "duo_zittenblijvers_vo_2023-2024_tov_2024-2025.csv"
KINDS = (
    duo_tables.PupilCount,
    duo_tables.ReferenceLevel,
    duo_tables.ExamPasses,
    duo_tables.ExamMarks,
    duo_tables.RepeaterCount,
)


def shipped_lines(name: str) -> list[str]:
    """The lines of a shipped copy, the header first."""
    return lzma.decompress((duo.SHIPPED / f"{name}.xz").read_bytes()).decode().splitlines()


def an_empty_database(folder: Path) -> Database:
    """With the tables of the register and the reports, and nothing in them."""
    database = connect(f"sqlite:///{folder / 'reports.db'}", ledger_key=b"a key")
    wanted = [table for name, table in Base.metadata.tables.items() if name.startswith(TABLES)]
    Base.metadata.create_all(database.engine, tables=wanted)
    return database


def written(folder: Path, lines: list[str], *, name: str) -> Path:
    """A file of these lines under this name."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def with_cell(lines: list[str], column: str, text: str, *, line: int = 2) -> list[str]:
    """The same lines, with one cell changed; the header is line 1."""
    cells = lines[line - 1].split(";")
    cells[lines[0].split(";").index(column)] = text
    return [*lines[: line - 1], ";".join(cells), *lines[line:]]
