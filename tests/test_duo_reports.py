"""What the reports on DUO's figures say of real schools, and that none of them says what is masked."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select

from portal.database import reader
from portal.parties import register
from portal.reports import datasets, duo
from portal.reports.board_pupils import BoardPupils, board_pupils
from portal.reports.duo_tables import ExamPasses, PupilCount, ReferenceLevel
from portal.reports.level_masking import shown_year
from portal.reports.levels import Levels, school_levels, three_levels
from portal.reports.masking import FewerThanFive, Known, Withheld, cell
from portal.reports.pupils import Pupils, school_pupils
from portal.reports.reasons import NoReport
from portal.reports.secondary import Secondary, counted, school_secondary
from portal.reports.teachers import Teachers, school_teachers
from portal.wording import say, say_count, speaking
from tests.publisher_copies import an_empty_database

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@pytest.fixture(scope="module", autouse=True)
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    database = an_empty_database(tmp_path_factory.mktemp("reports"))
    with database.opened():
        register.load_shipped()
        datasets.load_shipped()
        duo.load_shipped()
        yield
    database.engine.dispose()


def pupils_of(code: str, **typed: str) -> Pupils:
    found = school_pupils(code, typed)
    assert isinstance(found, Pupils)
    return found


def levels_of(code: str) -> Levels:
    found = school_levels(code)
    assert isinstance(found, Levels)
    return found


def secondary_of(code: str) -> Secondary:
    found = school_secondary(code)
    assert isinstance(found, Secondary)
    return found


def teachers_of(code: str, **typed: str) -> Teachers:
    found = school_teachers(code, typed)
    assert isinstance(found, Teachers)
    return found


# Pupils


def test_pupils_by_age_as_published_with_a_total_that_hides_what_is_masked() -> None:
    pupils = pupils_of("00AP00")
    [kind] = pupils.kinds
    assert (pupils.name, pupils.place, pupils.counted_on) == ("WereldWijs", "Zoetermeer", "01-10-2024")
    assert [age.pupils for age in kind.ages] == ["14", "9", "12", "8", "10", "11", "14", "7", "minder dan 5"]
    assert (kind.total, kind.masked) == ("86 tot en met 89", True)
    assert kind.chart.columns[-1].hatched
    assert pupils.sources[0].startswith("Bron: DUO, Open onderwijsdata, leerlingen")


def test_a_forecast_of_five_years_begins_at_the_count() -> None:
    ahead = pupils_of("00AP00").ahead
    assert ahead is not None
    assert [year.label for year in ahead.years][::5] == ["1 oktober 2024", "1 oktober 2029"]
    assert (ahead.years[0].low, ahead.years[0].middle, ahead.years[0].high) == ("86", "88", "89")
    assert ahead.years[0].ages[8] == "1 tot 4"
    assert ahead.inflow == "11 tot 13"
    assert "1 oktober 2029: 93 leerlingen (van 84 tot 102)" in ahead.description


def test_what_somebody_fills_in_counts_and_what_is_wrong_stays_with_its_fault() -> None:
    more = pupils_of("00AP00", inflow="30", inflow_margin="0")
    assert more.ahead is not None
    assert more.ahead.years[1].ages[0] == "30"
    wrong = pupils_of("00AP00", inflow="veel", survival_margin="11", inflow_margin=" 2,5 ")
    assert [(each.typed, each.fault) for each in wrong.inputs] == [
        ("veel", "Vul een getal in van 0 tot en met 500."),
        ("2,5", ""),
        ("11", "Vul een getal in van 0 tot en met 10."),
    ]
    assert wrong.ahead is not None
    assert wrong.ahead.inflow == "11 tot 12"  # worked out, with the margin that could be read


@pytest.mark.parametrize("text", ["1e2", "nan", "inf", "-1", "1.2.3", "²", "٣", "1" * 400, "<script>"])
def test_no_odd_number_is_taken_for_a_number(text: str) -> None:
    [inflow, *_] = pupils_of("00AP00", inflow=text).inputs
    assert inflow.fault
    assert len(inflow.typed) <= 12


def test_special_education_has_pupils_of_each_kind_and_no_forecast() -> None:
    pupils = pupils_of("00KK00")
    assert [kind.name for kind in pupils.kinds] == [
        "Speciaal onderwijs, cluster 3",
        "Voortgezet speciaal onderwijs, cluster 3",
    ]
    assert (pupils.ahead, pupils.inputs) == (None, ())
    assert pupils.kinds[1].total == "5 tot en met 20"


@pytest.mark.parametrize(
    ("read", "code", "reason"),
    [
        (school_pupils, "99ZZ99", "staat niet in het register"),
        (school_pupils, "00AH00", "niet voor een school voor voortgezet onderwijs"),
        (school_levels, "00KK00", "niet voor een school voor speciaal onderwijs"),
        (school_teachers, "00KK00", "niet voor een school voor speciaal onderwijs"),
        (school_secondary, "00AP00", "niet voor een basisschool"),
    ],
)
def test_where_there_is_no_report_it_says_why(read: Callable[[str], object], code: str, reason: str) -> None:
    found = read(code)
    assert isinstance(found, NoReport)
    assert reason in found.reason


def test_a_location_without_published_figures_says_so() -> None:
    location = register.RegisterLocation
    known = select(PupilCount.code)
    code = reader.scalar(select(location.code).where(location.sector == "po", location.code.not_in(known)).limit(1))
    if code:
        assert school_pupils(code) == NoReport("DUO heeft over deze vestiging geen aantal leerlingen gepubliceerd.")
        assert isinstance(school_teachers(code), NoReport)
    without = select(location.code).where(
        location.sector == "vo", location.code.not_in(select(ExamPasses.code)), location.ended_on.is_(None)
    )
    for code in reader.scalars(without.limit(5)):
        found = school_secondary(code)
        assert isinstance(found, NoReport | Secondary)


def test_the_pupils_of_a_board_are_those_of_its_schools_together() -> None:
    locations = register.locations_of("41646")
    board = board_pupils(locations, {"inflow": "0", "inflow_margin": "20"})
    assert isinstance(board, BoardPupils)
    alone = {code: pupils_of(code) for code in [each.code for each in board.locations]}
    assert [each.pupils for each in board.locations] == [alone[each.code].kinds[0].total for each in board.locations]
    assert board.total == "4.073 tot en met 4.133"
    assert board.in_forecast == len([each for each in board.locations if each.in_five_years])
    assert [each.name for each in board.inputs] == ["inflow_margin", "survival_margin"]
    assert board.ahead is not None
    assert board.ahead.inflow != "0"  # a number of one school is no number of a board


# Levels


def test_levels_of_a_school_with_what_could_be_counted_back_withheld() -> None:
    levels = levels_of("00AP00")
    arithmetic, reading, language = levels.subjects
    assert [each.name for each in levels.subjects] == ["Rekenen", "Lezen", "Taalverzorging"]
    assert arithmetic.headings == ("onder 1F", "1F", "1S")
    assert reading.years[0].levels == ("0", "5", "13")
    assert (reading.years[0].pupils, reading.years[0].share) == ("18", "72,2%")
    # published as <5, 11, 5 of 18 pupils: whoever subtracts would find 2
    assert arithmetic.years[0].levels == ("afgeschermd", "afgeschermd", "5")
    assert (arithmetic.years[0].hidden, arithmetic.years[0].share) == ("13", "27,8%")
    assert language.years[0].levels[2] == "12"
    assert (levels.masked, levels.withheld, levels.period) == (True, True, "2022-2023 t/m 2024-2025")
    assert len(levels.sources) == 3


def test_no_page_of_levels_leaves_a_masked_number_alone() -> None:
    """Of all rows: in a subject whose total can be known, a masked number never stands beside known ones only."""
    for row in reader.scalars(select(ReferenceLevel)):
        shown = shown_year(three_levels(row), None)
        for cells in shown.levels:
            hidden = [each for each in cells if not isinstance(each, Known)]
            assert len(hidden) != 1, row.code
            if shown.pupils.exact is not None and all(isinstance(each, FewerThanFive) for each in hidden):
                left = shown.pupils.exact - sum(each.number for each in cells if isinstance(each, Known))
                assert not hidden or len(hidden) < left < 4 * len(hidden), row.code
            assert not any(isinstance(each, Withheld) for each in cells) or len(hidden) > 1


def test_a_number_that_is_published_is_shown_as_published_or_withheld() -> None:
    for row in reader.scalars(select(ReferenceLevel).where(ReferenceLevel.year == "2024-2025")):
        shown = shown_year(three_levels(row), None)
        for published, cells in zip(three_levels(row), shown.levels, strict=True):
            assert all(
                isinstance(after, Withheld) or before == after for before, after in zip(published, cells, strict=True)
            )


# Secondary


def test_passes_of_three_years_beside_the_country() -> None:
    havo, vwo = secondary_of("00AH00").passes
    assert (havo.level, vwo.level) == ("Havo", "Vwo")
    assert (havo.years[0].label, havo.years[0].candidates, havo.years[0].passed) == ("2022-2023", "128", "103")
    assert (havo.share, havo.national) == ("81,7%", "86,1%")
    assert havo.years[1].left_out == "2 opleidingen tellen niet mee: te weinig leerlingen."


def test_a_programme_with_a_masked_number_is_no_part_of_any_sum() -> None:
    pairs = [(cell("40"), cell("30")), (cell("7"), cell("<5")), (cell("<5"), cell("<5")), (cell("20"), cell("20"))]
    assert counted(pairs) == (60, 50, 2)


def test_every_sum_of_passes_is_of_known_numbers_alone() -> None:
    for row in reader.scalars(select(ExamPasses).limit(200)):
        found = school_secondary(row.code)
        if isinstance(found, NoReport):
            continue
        last = sum(
            int(numbers[-2])
            for *_, numbers in [(each[:3], each[3:]) for each in row.programmes]
            if numbers[-2].isdigit() and numbers[-1].isdigit()
        )
        shown = [level.years[-1].candidates for level in found.passes]
        assert sum(int(text.replace(".", "")) for text in shown if text[0].isdigit()) == last, row.code


def test_the_two_marks_and_their_difference() -> None:
    marks = secondary_of("00AH00").marks
    assert [(each.level, each.label) for each in marks][:3] == [
        ("Havo", "2021-2022"),
        ("Havo", "2022-2023"),
        ("Havo", "2023-2024"),
    ]
    assert (marks[0].school, marks[0].central, marks[0].difference) == ("6,09", "6,22", "−0,13")


def test_repeaters_are_a_share_only_when_they_are_known() -> None:
    moves = secondary_of("00AH00").moves
    assert moves is not None
    assert moves.rows[0] == ("Deden een jaar over", "79", "8,1%")
    masked = secondary_of("02KB08").moves
    assert masked is not None
    assert [row[1:] for row in masked.rows] == [("minder dan 5", "–"), ("0", "–"), ("minder dan 5", "–")]


# Teachers


def test_teachers_follow_from_pupils_and_from_what_is_filled_in() -> None:
    teachers = teachers_of("00AP00", ratio="20", margin="0", inflow_margin="0", survival_margin="0")
    assert teachers.now == "4,3 tot 4,5"
    assert [each.name for each in teachers.others][:2] == [
        "Met deze getallen",
        "Kleinere groepen: 18 leerlingen per voltijdbaan",
    ]
    assert teachers.years[0].label == "2025-2026"
    assert len(teachers.inputs) == 7


def test_the_scenarios_stay_within_the_ranges() -> None:
    names = [each.name for each in teachers_of("00AP00", ratio="40", outflow="30").others]
    assert names[2] == "Grotere groepen: 40 leerlingen per voltijdbaan"
    assert names[3] == "Meer vertrek: 30 procent per jaar"


# The pages


PAGES = [
    ("_pupils", "pupils", school_pupils, "00AP00"),
    ("_pupils", "pupils", school_pupils, "00KK00"),
    ("_levels", "levels", school_levels, "00AP00"),
    ("_secondary", "secondary", school_secondary, "00AH00"),
    ("_secondary", "secondary", school_secondary, "16EI00"),
    ("_teachers", "teachers", school_teachers, "00AP00"),
]


@pytest.mark.parametrize(("template", "name", "read", "code"), PAGES)
def test_a_report_is_drawn_in_both_languages_without_inline_style_or_double_ids(
    template: str, name: str, read: Callable[[str], object], code: str
) -> None:
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    templates.globals.update({"_": say, "ngettext": say_count})
    for language in ("nl", "en"):
        with speaking(language):
            drawn = templates.get_template(f"reports/{template}.html").render(**{name: read(code)})
        ids = re.findall(r' id="([^"]+)"', drawn)
        assert len(ids) == len(set(ids))
        for listed in re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', drawn):
            assert set(listed.split()) <= set(ids)
        for label in re.findall(r'<label for="([^"]+)"', drawn):
            assert label in ids
        assert "style=" not in drawn
        assert "Bron: DUO" in drawn
