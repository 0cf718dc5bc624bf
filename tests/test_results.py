"""The Inspectorate's rules, proven on the Inspectorate's own file, and the way its rows reach a location."""

import csv
import io
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import func, select

from portal.database import Base, Database, connect, reader
from portal.errors import RefusedError
from portal.parties import register
from portal.reports import datasets, results
from portal.reports.card import Card, NoCard, school_card
from portal.reports.datasets import ResultsFault
from portal.reports.result_files import OUTCOMES, number, year_of
from portal.reports.results import Level, Outcome, Year
from portal.reports.tables import ResultAverage, SchoolResult
from portal.wording import say, say_count, speaking

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
RESULTS = "inspectie_leerresultaten_po_2023-2025.csv"
WEIGHTS = "inspectie_schoolweging_2023-2024.csv"
WITHOUT_WEIGHT_BUT_JUDGED = {"08VG|C1", "16NS|C1", "16ZB|C2"}
SUFFIX = {Level.FUNDAMENTAL: "1F", Level.TARGET: "1S/2F"}


def shipped_text(name: str) -> str:
    return lzma.decompress((datasets.SHIPPED / f"{name}.xz").read_bytes()).decode()


ROWS = {row["ovt"]: row for row in csv.DictReader(io.StringIO(shipped_text(RESULTS)), delimiter=";")}


def years_of(row) -> list[Year]:
    return [
        year_of(
            (
                suffix,
                row[f"Gemiddelde %1F {suffix}"],
                row[f"Gemiddelde %1S/2F {suffix}"],
                row[f"Aantal leerlingen {suffix}"],
            )
        )
        for suffix in ("2223", "2324", "2425")
    ]


def published(row, level: Level) -> tuple[Decimal | None, Decimal | None, int | None, Outcome]:
    """Average, signal value, pupils and outcome as the file gives them."""
    pupils = number(row["Totaal aantal leerlingen 3 jaar"])
    return (
        number(row[f"Gewogen driejaarsgemiddelde %{SUFFIX[level]}"]),
        number(row[f"Signaleringswaarde {SUFFIX[level]}"]),
        None if pupils is None else int(pupils),
        OUTCOMES[row[f"Uitkomst indicator {SUFFIX[level]}"]],
    )


STARTS = ("past", "register_", "school_", "result_", "report_", "ambition", "organisation")


def a_database(folder: Path) -> Database:
    database = connect(f"sqlite:///{folder / 'results.db'}", ledger_key=b"a key")
    wanted = [name for name in Base.metadata.tables if name.startswith(STARTS)]
    Base.metadata.create_all(database.engine, tables=[Base.metadata.tables[name] for name in wanted])
    return database


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[register.Report]:
    database = a_database(tmp_path_factory.mktemp("results"))
    with database.opened():
        register.load_shipped()
        yield datasets.load_shipped()
    database.engine.dispose()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    database = a_database(tmp_path)
    with database.opened():
        yield tmp_path
    database.engine.dispose()


# The rules, on all rows


def test_the_file_holds_6205_schools():
    assert len(ROWS) == 6205


@pytest.mark.parametrize("level", Level)
def test_every_average_that_can_be_computed_is_the_inspectorates_to_the_hundredth(level):
    computed = 0
    for row in ROWS.values():
        average = results.average(years_of(row), level)
        if average is not None:
            assert average == published(row, level)[0], row["ovt"]
            computed += 1
    assert computed == 6205 - 284  # of 284 schools a year is masked, so that nobody can compute it


@pytest.mark.parametrize("level", Level)
def test_every_signal_value_follows_from_the_schoolweging(level):
    for row in ROWS.values():
        weight = number(row["Schoolweging"])
        if weight is not None:
            assert results.signal_value(level, weight) == published(row, level)[1], row["ovt"]
            assert results.category(weight) == row["Schoolwegingscategorie"]


@pytest.mark.parametrize("level", Level)
def test_every_verdict_follows_from_the_numbers(level):
    counted: Counter[Outcome] = Counter()
    for row in ROWS.values():
        average, signal, pupils, outcome = published(row, level)
        if not row["Schoolweging"]:
            assert outcome is Outcome.TOO_LITTLE or row["ovt"] in WITHOUT_WEIGHT_BUT_JUDGED
            continue
        computed = results.outcome(years_of(row), average=average, signal=signal, pupils=pupils)
        assert computed is outcome, row["ovt"]
        counted[computed] += 1
    assert sum(counted.values()) == 6205 - 14
    assert counted[Outcome.SMALL_SCHOOL] == 68
    assert counted[Outcome.BELOW] == {Level.FUNDAMENTAL: 56, Level.TARGET: 690}[level]


@pytest.mark.parametrize(
    ("ovt", "fundamental", "target", "signal", "verdicts"),
    [
        ("00AP|C1", "93.02", "51.94", "43.5", (Outcome.ABOVE, Outcome.ABOVE)),
        ("00AV|C1", "95.65", "37.68", "45.5", (Outcome.ABOVE, Outcome.BELOW)),
        ("07JR|C1", None, "43.48", "43.5", (None, Outcome.BELOW)),
        ("03NU|C1", None, "53.82", "53.8", (None, Outcome.ABOVE)),
    ],
)
def test_the_golden_schools(ovt, fundamental, target, signal, verdicts):
    row = ROWS[ovt]
    weight = number(row["Schoolweging"])
    for level, average, verdict in zip(Level, (fundamental, target), verdicts, strict=True):
        if average is None:
            continue
        norm = results.signal_value(level, weight)
        assert results.average(years_of(row), level) == Decimal(average)
        assert results.outcome(years_of(row), average=Decimal(average), signal=norm, pupils=15) is verdict
    assert results.signal_value(Level.TARGET, weight) == Decimal(signal)


def test_averaging_the_rounded_percentages_instead_would_be_wrong_for_hundreds_of_schools():
    wrong = 0
    for row in ROWS.values():
        known = [year for year in years_of(row) if year.target is not None]
        if known and not any(year.masked for year in years_of(row)):
            naive = results.weighted((year.target, year.pupils) for year in known)
            wrong += naive != published(row, Level.TARGET)[0]
    assert wrong > 500


# The rules, at their edges

KNOWN = [Year("2022-2023", Decimal(90), Decimal(50), 10)] * 3


@pytest.mark.parametrize(("weight", "norm"), [("20", "68.3"), ("20.99", "68.3"), ("21", "65"), ("39.99", "30.3")])
def test_the_norm_goes_by_the_whole_number_under_the_weight(weight, norm):
    assert results.signal_value(Level.TARGET, Decimal(weight)) == Decimal(norm)


def test_a_weight_of_40_falls_in_39_and_outside_the_scale_there_is_no_norm():
    assert results.signal_value(Level.TARGET, Decimal("40.00")) == Decimal("30.3")
    assert results.category(Decimal(40)) == "[39,40)"
    for outside in ("19.99", "40.01"):
        with pytest.raises(results.WeightOutsideError):
            results.signal_value(Level.TARGET, Decimal(outside))


def test_reaching_the_signal_value_exactly_is_enough():
    for average, verdict in (("43.50", Outcome.ABOVE), ("43.49", Outcome.BELOW)):
        assert results.outcome(KNOWN, average=Decimal(average), signal=Decimal("43.5"), pupils=30) is verdict


def test_a_small_school_has_fewer_than_15_pupils_in_three_years_also_when_their_number_is_masked():
    for pupils, verdict in ((15, Outcome.ABOVE), (14, Outcome.SMALL_SCHOOL), (None, Outcome.SMALL_SCHOOL)):
        assert results.outcome(KNOWN, average=Decimal(90), signal=Decimal(85), pupils=pupils) is verdict


def test_a_missing_year_or_norm_is_too_little_however_many_pupils_there_are():
    gap = [*KNOWN[:2], Year("2024-2025")]
    assert results.outcome(gap, average=Decimal(90), signal=Decimal(85), pupils=40) is Outcome.TOO_LITTLE
    assert results.outcome(gap, average=Decimal(90), signal=Decimal(85), pupils=4) is Outcome.TOO_LITTLE
    assert results.outcome(KNOWN, average=Decimal(90), signal=None, pupils=40) is Outcome.TOO_LITTLE
    assert results.outcome(KNOWN[:2], average=Decimal(90), signal=Decimal(85), pupils=40) is Outcome.TOO_LITTLE


def test_a_masked_year_is_not_a_missing_one_and_nothing_is_computed_from_it():
    masked = [*KNOWN[:2], Year("2024-2025", masked=True)]
    assert results.average(masked, Level.TARGET) is None
    assert results.outcome(masked, average=Decimal(90), signal=Decimal(85), pupils=22) is Outcome.ABOVE


pupils_and_levels = st.integers(1, results.MOST_PUPILS).flatmap(
    lambda pupils: st.tuples(st.just(pupils), st.integers(0, 3 * pupils))
)


@given(pupils_and_levels)
def test_the_number_behind_a_published_percentage_is_found_back(case):
    pupils, levels = case
    assert results.reached(results.share(levels, pupils), pupils) == levels


@given(st.lists(pupils_and_levels, min_size=1, max_size=3))
def test_an_average_lies_between_the_lowest_and_the_highest_year(cases):
    years = [Year("x", results.share(levels, pupils), Decimal(0), pupils) for pupils, levels in cases]
    percentages = [year.fundamental for year in years]
    assert min(percentages) <= results.average(years, Level.FUNDAMENTAL) <= max(percentages)


@given(st.decimals(20, 40, places=2), st.decimals(20, 40, places=2))
def test_a_heavier_population_never_meets_a_higher_norm(one, other):
    light, heavy = sorted((one, other))
    assert results.signal_value(Level.TARGET, light) >= results.signal_value(Level.TARGET, heavy)


@pytest.mark.parametrize(("percentage", "pupils"), [("101", 5), ("-1", 5), ("50", 0), ("50", 3001)])
def test_numbers_that_no_school_year_can_have_are_refused(percentage, pupils):
    with pytest.raises(ValueError, match="no school year"):
        results.reached(Decimal(percentage), pupils)


def test_the_average_of_no_schools_is_none():
    assert results.weighted([]) is None
    assert results.average([], Level.TARGET) is None


# From the file to the location


def test_5657_schools_are_joined_and_every_other_location_says_why_not(loaded):
    assert loaded.added == 6205
    joined = set(reader.scalars(select(SchoolResult.location_code).where(SchoolResult.location_code.is_not(None))))
    assert len(joined) == 5657
    assert all(code.endswith("00") or register.location(code) for code in joined)
    column = register.RegisterLocation.code
    others = [code for code in reader.scalars(select(column)) if code not in joined]
    assert len(others) == 8583 - 5657
    reasons = Counter((datasets.why_no_card(code) or "none").split(" ")[0] for code in others)
    assert "none" not in reasons
    assert [datasets.why_no_card(code) for code in sorted(joined)[:50]] == [None] * 50


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("18BR00", "voortgezet onderwijs"),
        ("00AO00", "speciaal onderwijs"),
        ("13XW01", "vallen 3 vestigingen"),
        ("99ZZ99", "niet in het register"),
    ],
)
def test_a_location_without_a_card_says_why(loaded, code, reason):
    assert reason in datasets.why_no_card(code)
    assert school_card(code) == NoCard(datasets.why_no_card(code))


def test_several_supervision_objects_or_no_row_at_all_are_reasons_too(loaded):
    rows = select(SchoolResult.brin, func.count()).group_by(SchoolResult.brin)
    counted = dict(reader.execute(rows).all())
    location = register.RegisterLocation
    primary = Counter(reader.scalars(select(location.brin).where(location.sector == "po")))
    alone = [brin for brin, locations in primary.items() if locations == 1]
    split = next(brin for brin in alone if counted.get(brin, 0) > 1)
    absent = next(brin for brin in alone if brin not in counted)
    assert "delen apart" in datasets.why_no_card(code_of(split))
    assert "geen leerresultaten gepubliceerd" in datasets.why_no_card(code_of(absent))


def code_of(brin: str) -> str:
    location = register.RegisterLocation
    return reader.scalars(select(location.code).where(location.brin == brin)).one()


def test_the_country_and_each_category_have_an_average_weighted_by_pupils(loaded):
    averages = {each.group: each for each in reader.scalars(select(ResultAverage))}
    assert len(averages) == 21
    assert (averages[""].schools, averages[""].pupils) == (6197, 497152)
    assert (averages[""].fundamental, averages[""].target) == ("96.00", "58.80")
    like = averages["[31,32)"]
    assert (like.schools, like.fundamental, like.target) == (564, "95.33", "54.48")


def test_results_that_are_there_are_not_loaded_again(loaded):
    with pytest.raises(RefusedError):
        datasets.load_shipped()


# The card


def test_the_card_of_a_golden_school_says_what_the_inspectorate_says(loaded):
    card = school_card("00AP00")
    fundamental, target = card.measures
    assert (card.name, card.place, card.ovt, card.pupils) == ("WereldWijs", "Zoetermeer", "00AP|C1", 43)
    assert (card.schoolweging, card.spread, card.similar_schools) == (Decimal("31.47"), Decimal("7.87"), 564)
    assert (fundamental.average, fundamental.signal) == (Decimal("93.02"), Decimal(85))
    assert (target.average, target.signal) == (Decimal("51.94"), Decimal("43.5"))
    assert (target.similar, target.national) == (Decimal("54.48"), Decimal("58.80"))
    assert target.verdict == "Boven de signaleringswaarde"
    assert target.sentence == "51,94% is 8,44 procentpunt hoger dan de signaleringswaarde van 43,5%."
    assert card.sources[0] == "Bron: Inspectie van het Onderwijs, leerresultaten po 2022-2023 t/m 2024-2025"


def test_a_school_below_the_signal_value_reads_so(loaded):
    target = school_card("00AV00").measures[1]
    assert target.verdict == "Onder de signaleringswaarde"
    assert target.sentence == "37,68% is 7,82 procentpunt lager dan de signaleringswaarde van 45,5%."


def test_a_card_has_its_numbers_in_the_readers_language(loaded):
    with speaking("en"):
        assert school_card("00AP00").measures[1].rows[0][1] == "51.94%"


def test_a_masked_school_shows_its_average_but_no_year(loaded):
    card = school_card("03WG00")
    assert card.masked
    assert card.trend is None
    assert {year.pupils for year in card.years} == {"afgeschermd"}
    assert card.measures[1].outcome is Outcome.BELOW


def test_a_small_school_gets_a_sentence_instead_of_a_verdict(loaded):
    card = school_card("03DG00")
    assert card.small
    assert "kijkt daarom naar vijf jaar" in card.measures[0].sentence
    for measure in card.measures:
        assert measure.average is None
        assert "Deze school" not in measure.description


def test_a_missing_year_is_a_gap_in_the_trend(loaded):
    card = school_card("09HG00")
    assert [column.gap for column in card.trend.columns] == ["geen gegevens", "", "geen gegevens"]
    assert card.measures[0].outcome is Outcome.TOO_LITTLE


def test_without_a_schoolweging_the_card_repeats_the_inspectorate_and_computes_nothing(loaded):
    card = school_card("08VG00")
    target = card.measures[1]
    assert (card.schoolweging, card.similar_schools, target.signal, target.similar) == (None, 0, None, None)
    assert target.outcome is Outcome.ABOVE
    assert target.sentence == "Dit is de uitkomst van de inspectie. De signaleringswaarde staat niet in het bestand."
    assert target.chart.signal is None


def test_every_joined_school_has_a_card(loaded):
    codes = sorted(reader.scalars(select(SchoolResult.location_code).where(SchoolResult.location_code.is_not(None))))
    for code in codes[::40]:
        card = school_card(code)
        assert isinstance(card, Card)
        assert all(measure.sentence and measure.description for measure in card.measures)


@pytest.mark.parametrize("report", ["card", "trend"])
@pytest.mark.parametrize("code", ["00AP00", "00AV00", "03WG00", "03DG00", "09HG00", "08VG00"])
def test_the_whole_card_is_drawn_in_both_languages_without_inline_style_or_double_ids(loaded, code, report):
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    templates.globals.update({"_": say, "ngettext": say_count})
    for language in ("nl", "en"):
        with speaking(language):
            drawn = templates.get_template(f"reports/_{report}.html").render(card=school_card(code))
        ids = re.findall(r' id="([^"]+)"', drawn)
        assert len(ids) == len(set(ids))
        for listed in re.findall(r'aria-labelledby="([^"]+)"', drawn):
            assert set(listed.split()) <= set(ids)
        assert "style=" not in drawn
        assert "Bron: Inspectie van het Onderwijs" in drawn


# The Inspectorate's own files

HEADER, *LINES = shipped_text(RESULTS).splitlines()


def a_file(folder: Path, *lines: str, header: str = HEADER, name: str = "leerresultaten.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *lines)) + "\n")
    return path


def test_a_first_and_a_second_import_report_what_they_did(empty):
    first = datasets.import_results([a_file(empty, *LINES[:5])])
    assert (first.added, first.changed, first.ended, first.unchanged) == (5, 0, 0, 0)
    changed = LINES[0].replace("[31,32);85;43.5", "[31,32);85;44.5")
    second = datasets.import_results([a_file(empty, changed, *LINES[2:6])])
    assert (second.added, second.changed, second.ended, second.unchanged) == (1, 1, 1, 3)
    [change] = second.changes
    assert (change.code, change.column, change.before, change.after) == ("00AP|C1", "signal_target", "43.5", "44.5")
    assert datasets.source_lines() == ["Bron: Inspectie van het Onderwijs, leerresultaten po 2022-2023 t/m 2024-2025"]


def test_names_and_spread_come_from_the_file_with_schoolweging(empty):
    datasets.import_results([a_file(empty, LINES[0])])
    weights = shipped_text(WEIGHTS).splitlines()
    file = a_file(empty, *weights[1:3], header=weights[0], name="schoolweging_2023-2024.csv")
    report = datasets.import_results([file])
    assert (report.added, report.changed, report.ended) == (0, 1, 0)
    row = reader.get(SchoolResult, "00AP|C1")
    assert (row.school_name, row.spread) == ("WereldWijs", "7.87")
    assert datasets.source_lines()[-1] == "Bron: Inspectie van het Onderwijs / CBS, schoolweging 2023-2024"


def test_a_change_in_the_register_changes_the_join(empty):
    header = "PROVINCIE;BEVOEGD GEZAG NUMMER;INSTELLINGSCODE;VESTIGINGSCODE;VESTIGINGSNAAM;STRAATNAAM"
    header += ";HUISNUMMER-TOEVOEGING;POSTCODE;PLAATSNAAM;GEMEENTENAAM;DENOMINATIE;INTERNETADRES"
    school = "Zuid-Holland;41646;00AP;00AP0{};WereldWijs;Straat;1;2716 PH;ZOETERMEER;ZOETERMEER;Openbaar;"
    register.import_files([a_file(empty, school.format(0), header=header)])
    datasets.import_results([a_file(empty, LINES[0])])
    assert isinstance(school_card("00AP00"), Card)
    register.import_files([a_file(empty, school.format(0), school.format(1), header=header)])
    assert datasets.match_locations() == 0
    assert "vallen 2 vestigingen" in school_card("00AP00").reason
    register.import_files([a_file(empty, school.format(0), header=header)])
    assert datasets.match_locations() == 1
    assert "bestaat niet meer" in school_card("00AP01").reason


def with_cell(column: str, text: str) -> str:
    cells = LINES[0].split(";")
    cells[HEADER.split(";").index(column)] = text
    return ";".join(cells)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("ovt", "00AP", "volgnummer"),
        ("Gemiddelde %1F 2223", "94,444", "2 decimalen"),
        ("Gemiddelde %1F 2223", "101", "0 tot en met 100"),
        ("Gemiddelde %1F 2223", "*", "het ene cijfer bekend"),
        ("Aantal leerlingen 2324", "-1", "aantal leerlingen"),
        ("Aantal leerlingen 2324", "3001", "aantal leerlingen"),
        ("Schoolweging", "9.99", "tussen 20 en 40"),
        ("Schoolwegingscategorie", "[30,31)", "categorie"),
        ("Gewogen driejaarsgemiddelde %1S/2F", "52,94", "volgt niet uit de drie schooljaren"),
        ("Uitkomst indicator 1S/2F", "Onder de signaleringswaarde", "volgt niet uit de cijfers"),
        ("Uitkomst indicator 1F", "Prima", "kennen we niet"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column_and_nothing_is_kept(empty, column, text, reason):
    with pytest.raises(ResultsFault) as fault:
        datasets.import_results([a_file(empty, LINES[1], with_cell(column, text))])
    [row] = fault.value.rows
    assert (row.line, row.column) == (3, column)
    assert reason in row.reason
    assert not reader.scalar(select(func.count()).select_from(SchoolResult))


def test_every_fault_of_a_file_is_named_and_a_school_may_stand_in_it_once(empty):
    lines = [with_cell("ovt", "x"), LINES[0], LINES[0], with_cell("Totaal aantal leerlingen 3 jaar", "veel")]
    with pytest.raises(ResultsFault) as fault:
        datasets.import_results([a_file(empty, *lines)])
    assert [row.line for row in fault.value.rows] == [2, 4, 5, 5]
    assert "eerste keer op regel 3" in fault.value.rows[1].reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("naam;kleur", "geen bestand van de inspectie"),
        (HEADER.replace("Schoolwegingscategorie", "Categorie"), "kolom ontbreekt"),
        (HEADER.replace("2223", "2225"), "drie schooljaren"),
        (HEADER.replace("Aantal leerlingen 2223", "Aantal"), "kolom ontbreekt"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(empty, header, reason):
    line = LINES[0] if header.count(";") > 1 else "x;y"
    with pytest.raises(ResultsFault, match=reason):
        datasets.import_results([a_file(empty, line, header=header)])


def test_no_file_and_two_of_a_kind_are_refused(empty):
    with pytest.raises(ResultsFault, match="geen bestand gegeven"):
        datasets.import_results([])
    with pytest.raises(ResultsFault, match="dezelfde soort"):
        datasets.import_results([a_file(empty, LINES[0]), a_file(empty, LINES[0], name="nog een.csv")])
