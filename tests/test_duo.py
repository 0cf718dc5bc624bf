"""DUO's files about pupils, levels and examinations: taken in whole or not at all, and again without a change."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from portal import clock
from portal.database import act, reader
from portal.parties import register
from portal.parties.publisher_files import Faults, parse
from portal.reports import datasets, duo, duo_files
from portal.reports.duo_files import DuoFault
from portal.reports.duo_tables import ExamMarks, ExamPasses, PupilCount, ReferenceLevel, RepeaterCount
from portal.reports.tables import ReportSource
from tests.builders import Portal
from tests.publisher_copies import (
    KINDS,
    LEVELS,
    MARKS,
    OLDER_MARKS,
    PASSES,
    PUPILS,
    REPEATERS,
    an_empty_database,
    shipped_lines,
    with_cell,
    written,
)

ROOT = Path(__file__).resolve().parent.parent
GIVEN = {
    PUPILS: duo.import_pupils,
    LEVELS: duo.import_levels,
    PASSES: duo.import_secondary,
    MARKS: duo.import_secondary,
    REPEATERS: duo.import_secondary,
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[duo.Taken]]:
    database = an_empty_database(tmp_path_factory.mktemp("duo"))
    with database.opened():
        register.load_shipped()
        yield duo.load_shipped()
    database.engine.dispose()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    database = an_empty_database(tmp_path)
    with database.opened():
        yield tmp_path
    database.engine.dispose()


def a_few(folder: Path, name: str, *, until: int = 5) -> Path:
    return written(folder, shipped_lines(name)[:until], name=name)


def rows_in(table: type) -> int:
    return reader.scalar(select(func.count()).select_from(table)) or 0


# The copies that ship


def test_everything_that_ships_is_there_as_published(loaded: list[duo.Taken]) -> None:
    assert [rows_in(table) for table in KINDS] == [7123, 18438, 1232, 3451, 1320]
    pupils = reader.get(PupilCount, ("00AP00", "Bo", "nvt"))
    assert pupils is not None
    assert pupils.counted_on == dt.date(2024, 10, 1)
    assert pupils.ages[:11] == ["0", "14", "9", "12", "8", "10", "11", "14", "7", "<5", "0"]
    levels = reader.get(ReferenceLevel, ("00AP00", "2022-2023"))
    assert levels is not None
    assert (levels.arithmetic, levels.reading, levels.language) == (
        ["<5", "11", "5", "0"],
        ["0", "5", "13"],
        ["<5", "5", "12"],
    )
    passes = reader.get(ExamPasses, "00AH00")
    assert passes is not None
    assert passes.years == ["2020-2021", "2021-2022", "2022-2023", "2023-2024", "2024-2025"]
    assert ["HAVO", "51", "HAVO - N&G", "40", "33", "23", "20", "36", "25", "41", "33", "20", "15"] in passes.programmes
    marks = reader.get(ExamMarks, ("00AH00", "2021-2022"))
    assert marks is not None
    assert marks.departments[0][3:] == ["Cultuur en Maatschappij", "5", "5", "6,100000095", "6,236666775", "6,5"]
    repeaters = reader.get(RepeaterCount, "00AH00")
    assert repeaters is not None
    assert (repeaters.pupils, repeaters.down, repeaters.repeated, repeaters.up) == ("971", "33", "79", "112")


def test_what_the_register_does_not_know_is_kept_and_named(loaded: list[duo.Taken]) -> None:
    [pupils] = [taken for taken in loaded if taken.file == PUPILS]
    assert len(pupils.unknown) == 59
    code = pupils.unknown[0]
    assert register.location(code) is None
    assert reader.scalar(select(PupilCount.code).where(PupilCount.code == code).limit(1)) == code
    assert f"not in the register of schools (59): {code}" in pupils.in_words()


def test_each_kind_has_its_source_line_and_the_card_keeps_its_own(loaded: list[duo.Taken]) -> None:
    assert duo.source_lines("levels", years=["2023-2024", "2024-2025"]) == [
        "Bron: DUO, Open onderwijsdata, referentieniveaus basisonderwijs 2023-2024",
        "Bron: DUO, Open onderwijsdata, referentieniveaus basisonderwijs 2024-2025",
    ]
    assert duo.source_lines("pupils") == [
        "Bron: DUO, Open onderwijsdata, leerlingen primair onderwijs naar leeftijd, peildatum 01-10-2024"
    ]
    assert datasets.source_lines() == []


def test_what_is_there_is_not_loaded_again(loaded: list[duo.Taken]) -> None:
    assert duo.is_filled()
    assert duo.load_shipped() == []


def test_what_was_imported_stays_when_the_rest_is_filled_up(empty: Path) -> None:
    duo.import_pupils([a_few(empty, PUPILS)])
    assert not duo.is_filled()
    assert {taken.file for taken in duo.load_shipped()} >= {LEVELS, PASSES, MARKS, REPEATERS}
    assert rows_in(PupilCount) == 4


def test_who_was_stopped_halfway_goes_on_with_the_next_file(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duo.load_shipped()
    stopped = select(duo.ReportSource).where(duo.ReportSource.kind.in_(["levels 2024-2025", "marks 2023-2024"]))
    with act() as session:  # as if the last two had not come in yet
        for source in session.scalars(stopped):
            session.delete(source)
        session.execute(delete(ReferenceLevel).where(ReferenceLevel.year == "2024-2025"))
    assert not duo.is_filled()
    assert {(taken.file, taken.year) for taken in duo.load_shipped()} == {(LEVELS, "2024-2025"), (MARKS, "2023-2024")}
    assert duo.is_filled() and {row.year for row in reader.scalars(select(ReferenceLevel))} >= {"2024-2025"}


def test_no_copy_holds_a_percentage_or_a_number_that_failed() -> None:
    for name in (PASSES, MARKS, OLDER_MARKS):
        assert "SLAAGPERC" not in shipped_lines(name)[0]
        assert "GEZAKTEN" not in shipped_lines(name)[0]


# Again, changed, and gone


@pytest.mark.parametrize("name", GIVEN)
def test_the_same_file_twice_changes_nothing(empty: Path, name: str) -> None:
    path = a_few(empty, name)
    [first] = GIVEN[name]([path])
    [again] = GIVEN[name]([path])
    assert first.added
    assert again.already
    assert rows_in(ReportSource) == 1


@pytest.mark.parametrize("name", GIVEN)
def test_a_file_with_the_same_rows_in_other_bytes_changes_no_row(empty: Path, name: str) -> None:
    [first] = GIVEN[name]([a_few(empty, name)])
    a_few(empty, name).write_text("\ufeff" + (empty / name).read_text())
    [again] = GIVEN[name]([empty / name])
    assert (again.added, again.changed, again.ended, again.unchanged) == (0, 0, 0, first.added)


def test_a_corrected_file_changes_adds_and_takes_away(empty: Path) -> None:
    lines = shipped_lines(PUPILS)
    duo.import_pupils([written(empty, lines[:5], name=PUPILS)])
    corrected = with_cell([*lines[:4], *lines[5:7]], "LEEFTIJD_13", "11")
    [taken] = duo.import_pupils([written(empty, corrected, name=PUPILS)])
    assert (taken.added, taken.changed, taken.ended, taken.unchanged) == (2, 1, 1, 2)


def test_years_of_levels_stand_beside_each_other(empty: Path) -> None:
    older = LEVELS.replace("2024-2025", "2022-2023")
    duo.import_levels([a_few(empty, LEVELS), a_few(empty, older)])
    assert {row.year for row in reader.scalars(select(ReferenceLevel))} == {"2022-2023", "2024-2025"}
    [taken] = duo.import_levels([written(empty, shipped_lines(older)[:3], name=older)])
    assert (taken.ended, taken.unchanged) == (2, 2)
    assert rows_in(ReferenceLevel) == 6


def test_a_location_that_closed_is_kept_and_named(empty: Path) -> None:
    register.load_shipped()
    with act() as session:
        location = register.RegisterLocation
        session.execute(update(location).where(location.code == "00AP00").values(ended_on=clock.today()))
    [taken] = duo.import_levels([a_few(empty, LEVELS)])
    assert taken.closed == ("00AP00",)
    assert "closed according to the register (1): 00AP00" in taken.in_words()


def test_on_either_database_a_corrected_file_changes_adds_and_takes_away(portal: Portal, tmp_path: Path) -> None:
    lines = shipped_lines(LEVELS)
    with portal.database.opened():
        assert duo.is_filled()
        [taken] = duo.import_levels([written(tmp_path, with_cell(lines, "TV_2F", "6"), name=LEVELS)])
        assert (taken.added, taken.changed, taken.ended) == (0, 1, 0)
        [taken] = duo.import_levels([written(tmp_path, [lines[0], *lines[1002:]], name=LEVELS)])
        assert (taken.added, taken.changed, taken.ended) == (0, 0, 1001)
        [taken] = duo.import_levels([written(tmp_path, lines, name=LEVELS)])
        assert (taken.added, taken.changed, taken.ended) == (1001, 0, 0)


# Stopped half-way


def test_an_import_that_breaks_half_way_leaves_nothing_of_that_file(empty: Path) -> None:
    def stop(part: str, done: int, total: int) -> None:
        if part == "pupils" and done == 2000:
            raise KeyboardInterrupt

    path = written(empty, shipped_lines(PUPILS), name=PUPILS)
    with pytest.raises(KeyboardInterrupt):
        duo.import_pupils([path], progress=stop)
    assert (rows_in(PupilCount), rows_in(ReportSource)) == (0, 0)


KILLED = """
import os, signal, sys
from pathlib import Path
from portal.database import connect
from portal.reports import duo

def killed(part, done, total):
    if len(sys.argv) > 4 and done == 1000 < total:
        seen.append(part)
        if len(seen) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

seen = []
with connect(sys.argv[1]).opened():
    for taken in duo.import_levels([Path(sys.argv[2]), Path(sys.argv[3])], progress=killed):
        print(taken.already, taken.added)
"""


def test_a_killed_import_keeps_whole_files_and_goes_on_where_it_was(empty: Path) -> None:
    older = LEVELS.replace("2024-2025", "2023-2024")
    files = [str(written(empty, shipped_lines(name)[:3001], name=name)) for name in (older, LEVELS)]
    command = [sys.executable, "-c", KILLED, f"sqlite:///{empty / 'reports.db'}", *files]
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    first = subprocess.run([*command, "killed"], env=around, check=False, capture_output=True, timeout=60)
    assert first.returncode == -signal.SIGKILL, first.stderr.decode()
    reader.rollback()
    assert rows_in(ReferenceLevel) == 3000
    second = subprocess.run(command, env=around, check=True, capture_output=True, text=True, timeout=60)
    assert second.stdout.split("\n")[:2] == ["True 0", "False 3000"]
    reader.rollback()
    assert rows_in(ReferenceLevel) == 6000


def test_progress_counts_up_to_all_rows(empty: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    path = written(empty, shipped_lines(LEVELS)[:2501], name=LEVELS)
    duo.import_levels([path], progress=lambda *step: seen.append(step))
    assert seen == [("levels", 2500, 2500), ("levels", 1000, 2500), ("levels", 2000, 2500), ("levels", 2500, 2500)]


# What is wrong in a row


@pytest.mark.parametrize(
    ("name", "column", "text", "reason"),
    [
        (PUPILS, "LEEFTIJD_9", "-1", "aantal leerlingen"),
        (PUPILS, "LEEFTIJD_9", "<6", "aantal leerlingen"),
        (PUPILS, "LEEFTIJD_OUDER", "", "aantal leerlingen"),
        (PUPILS, "LEEFTIJD_9", "99999", "aantal leerlingen"),
        (PUPILS, "SOORT_PO", "Hbo", "Bo, Sbo, So of Vso"),
        (PUPILS, "CLUSTER", "5", "cluster"),
        (PUPILS, "INSTELLINGSCODE", "0AP0", "BRIN-nummer"),
        (PUPILS, "VESTIGINGSCODE", "drie", "vestigingscode"),
        (PUPILS, "VESTIGINGSCODE", "00AR00", "hoort niet bij BRIN"),
        (PUPILS, "PEILDATUM", "20231001", "ander schooljaar"),
        (LEVELS, "SOORT_PO", "Sbo", "hier hoort Bo"),
        (LEVELS, "TV_2F", "veel", "aantal leerlingen"),
        (PASSES, "ONDERWIJSTYPE VO", "MBO", "VMBO, HAVO of VWO"),
        (PASSES, "GESLAAGDEN SCHOOLJAAR 2024-2025 - TOTAAL", "2000", "meer dan"),
        (PASSES, "OPLEIDINGSNAAM", "x" * 61, "te lang"),
        (MARKS, "GEMIDDELD CIJFER CENTRAAL EXAMEN", "0,9", "1 tot en met 10"),
        (MARKS, "GEMIDDELD CIJFER CENTRAAL EXAMEN", "10,1", "1 tot en met 10"),
        (MARKS, "GEMIDDELD CIJFER SCHOOLEXAMEN", "goed", "1 tot en met 10"),
        (REPEATERS, "AANTAL_ZITTENBLIJVERS", "5000", "meer dan"),
        (REPEATERS, "AANTAL_OPSTROMERS", "1.000", "aantal leerlingen"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column_and_nothing_is_kept(
    empty: Path, name: str, column: str, text: str, reason: str
) -> None:
    lines = with_cell(shipped_lines(name)[:5], column, text, line=4)
    with pytest.raises(DuoFault) as fault:
        GIVEN[name]([written(empty, lines, name=name)])
    row = fault.value.rows[0]
    assert (row.line, row.column) == (4, column)
    assert reason in row.reason
    assert [rows_in(table) for table in (*KINDS, ReportSource)] == [0] * 6


@pytest.mark.parametrize("name", GIVEN)
def test_a_row_that_stands_there_twice_is_named(empty: Path, name: str) -> None:
    lines = shipped_lines(name)[:4]
    with pytest.raises(DuoFault) as fault:
        GIVEN[name]([written(empty, [*lines, lines[2]], name=name)])
    [row] = fault.value.rows
    assert (row.line, "eerste keer op regel 3" in row.reason) == (5, True)


def test_every_fault_of_every_file_is_named_before_anything_is_kept(empty: Path) -> None:
    bad = written(empty, with_cell(shipped_lines(MARKS)[:4], "GESLAAGDEN", "x"), name=MARKS)
    worse = written(empty, with_cell(shipped_lines(REPEATERS)[:4], "AANTAL_LEERLINGEN", "y"), name=REPEATERS)
    with pytest.raises(DuoFault) as fault:
        duo.import_secondary([a_few(empty, PASSES), bad, worse])
    assert [row.file for row in fault.value.rows] == [MARKS, REPEATERS]
    assert rows_in(ExamPasses) == 0


YEAR = "2024-2025 - TOTAAL"


@pytest.mark.parametrize(
    ("share", "reason"),
    [
        ("100.1", "percentage van 0 tot en met 100"),
        ("-3", "percentage van 0"),
        ("80,0", "volgt niet uit de aantallen"),
    ],
)
def test_a_percentage_over_100_or_of_other_numbers_is_refused(empty: Path, share: str, reason: str) -> None:
    head, *_ = shipped_lines(PASSES)
    lines = [f"{head};SLAAGPERC SCHOOLJAAR {YEAR}", f"00AH;00AH00;HAVO;51;HAVO - N&G{';40;30' * 5};75.0"]
    duo.import_secondary([written(empty, lines, name=PASSES)])
    with pytest.raises(DuoFault, match=reason):
        duo.import_secondary([written(empty, with_cell(lines, f"SLAAGPERC SCHOOLJAAR {YEAR}", share), name=PASSES)])


def test_subjects_that_do_not_add_up_to_the_same_pupils_are_refused(empty: Path) -> None:
    head = shipped_lines(LEVELS)[0]
    line = "20241001;00AP;00;Bo;5;6;7;0;5;6;7;5;6;{}"
    duo.import_levels([written(empty, [head, line.format(7)], name=LEVELS)])
    with pytest.raises(DuoFault, match="niet op tot hetzelfde aantal"):
        duo.import_levels([written(empty, [head, line.format(8)], name=LEVELS)])


def test_candidates_that_passed_and_failed_add_up(empty: Path) -> None:
    head, line, *_ = shipped_lines(MARKS)
    with pytest.raises(DuoFault, match="tellen samen niet op"):
        duo.import_secondary([written(empty, [f"{head};GEZAKTEN", f"{line};70"], name=MARKS)])


# The wrong file


@pytest.mark.parametrize(
    ("name", "lines", "reason"),
    [
        (PUPILS, ["naam;kleur", "x;y"], "geen bestand van DUO dat hier hoort"),
        (PUPILS, shipped_lines(LEVELS)[:3], "geen bestand van DUO dat hier hoort"),
        (LEVELS, shipped_lines(PUPILS)[:3], "geen bestand van DUO dat hier hoort"),
        (PASSES, shipped_lines(LEVELS)[:3], "geen bestand van DUO dat hier hoort"),
        (PUPILS, [line.replace("LEEFTIJD_24", "LEEFTIJD_40") for line in shipped_lines(PUPILS)[:3]], "kolom LEEFTIJD_24: Deze kolom ontbreekt"),
        (LEVELS, [line.replace("REKENEN_1S", "REKENEN_S") for line in shipped_lines(LEVELS)[:3]], "kolom REKENEN_1S: Deze kolom ontbreekt"),
        (PASSES, [line.replace("2023-2024", "2023-2025") for line in shipped_lines(PASSES)[:1]], "er staat geen enkele school in"),
        (PASSES, [line.replace("SCHOOLJAAR 20", "SCHOOLJAAR 19") for line in shipped_lines(PASSES)[:2]], "horen schooljaren in de kolommen"),
        (MARKS, shipped_lines(MARKS)[:1], "er staat geen enkele school in"),
        (LEVELS.replace("2024-2025", "2023-2024"), shipped_lines(LEVELS)[:3], "noemt schooljaar 2023-2024, maar de peildatum is van 2024-2025"),
        (PUPILS, with_cell(shipped_lines(PUPILS)[:2], "PEILDATUM", "1 oktober"), "datum te staan zoals 20241001"),
        ("leerlingen.csv", with_cell(shipped_lines(PUPILS)[:2], "PEILDATUM", "20981001"), "in de toekomst"),
        ("cijfers.csv", shipped_lines(MARKS)[:3], "alleen in de naam"),
        ("zittenblijvers.csv", shipped_lines(REPEATERS)[:3], "alleen in de naam"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_reason(empty: Path, name: str, lines: list[str], reason: str) -> None:
    given = duo.import_pupils if name in (PUPILS, "leerlingen.csv") else duo.import_secondary
    given = duo.import_levels if "referentie" in name else given
    with pytest.raises(DuoFault, match=reason):
        given([written(empty, lines, name=name)])


def test_another_encoding_is_read_or_refused(empty: Path) -> None:
    lines = "\n".join(shipped_lines(REPEATERS)[:3]).replace("971", "971").encode("windows-1252")
    (empty / REPEATERS).write_bytes(lines)
    assert duo.import_secondary([empty / REPEATERS])[0].added == 2
    (empty / REPEATERS).write_bytes(lines.decode().encode("utf-16"))
    with pytest.raises(DuoFault, match="geen tekstbestand"):
        duo.import_secondary([empty / REPEATERS])


def test_no_file_and_two_about_the_same_are_refused(empty: Path) -> None:
    with pytest.raises(DuoFault, match="geen bestand gegeven"):
        duo.import_levels([])
    twice = [a_few(empty, LEVELS), written(empty, shipped_lines(LEVELS)[:3], name=f"nog eens {LEVELS}")]
    with pytest.raises(DuoFault, match="twee bestanden over hetzelfde"):
        duo.import_levels(twice)


def test_an_older_file_does_not_take_the_place_of_a_newer_one(empty: Path) -> None:
    duo.import_pupils([a_few(empty, PUPILS)])
    older = [line.replace("20241001", "20231001") for line in shipped_lines(PUPILS)[:3]]
    with pytest.raises(DuoFault, match="Er staat al een nieuwer bestand in: 2024-2025"):
        duo.import_pupils([written(empty, older, name="leerlingen.csv")])
    newer = [line.replace("20241001", "20251001") for line in shipped_lines(PUPILS)[:3]]
    [taken] = duo.import_pupils([written(empty, newer, name="leerlingen.csv")])
    assert (taken.year, taken.changed, taken.ended) == ("2025-2026", 2, 2)
    assert duo.source_lines("pupils")[0].endswith("peildatum 01-10-2025")


def test_the_column_names_of_before_2022_are_known(empty: Path) -> None:
    [taken] = duo.import_secondary([a_few(empty, OLDER_MARKS)])
    assert (taken.year, taken.added) == ("2021-2022", 1)


def test_a_file_of_broken_lines_only_says_so_and_no_more() -> None:
    faults = Faults()
    file = parse("x.csv", b"LEEFTIJD_4;x\n1\n", faults)
    assert file is not None
    assert duo.understood(file, faults) is None
    assert [row.line for row in faults] == [2]


@pytest.mark.parametrize(
    ("name", "year"), [("a_2023-2024_tov_2024-2025.csv", "2023-2024"), ("a 2020-2025.csv", None), ("a.csv", None)]
)
def test_the_year_in_a_name(name: str, year: str | None) -> None:
    assert duo_files.year_in_name(name) == year
