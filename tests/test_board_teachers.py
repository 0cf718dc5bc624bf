"""The teachers that the schools of a board will ask together: added up, named, and passed on as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.database import reader
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.register import RegisterLocation
from portal.reports import region
from portal.reports import teachers as teaching
from portal.reports.catalogue import REPORTS
from portal.reports.forecast import AGES, Assumptions, Scenario, Span, added, combined, forecast, staffing
from portal.reports.reasons import NoReport
from portal.reports.region import Region
from tests.builders import ANN, IRIS, OTHER_SCHOOL, OURS, PRODUCT, SCHOOL, TOM, Portal, accepted_terms
from tests.test_shared_forecasts import READY, WHY, only, table, used

BOARD = f"/rapporten/{PRODUCT}/bestuur/{OURS}/personeel"


@pytest.fixture
def open_to_ann(in_force: Portal) -> Portal:
    """Ann acts for the board and did all that is asked."""
    in_force.do(lambda session: setattr(session.query(Product).one(), "reports", [each.name for each in REPORTS]))
    accepted_terms(in_force, ANN)
    return in_force


def test_the_schools_of_a_board_stand_under_what_they_ask_together(open_to_ann: Portal) -> None:
    page = open_to_ann.sign_in(ANN).open(BOARD)
    page.sees("Rekenmodel van dit portaal, geen Mirror-raming", "School voor school", "De lijn is het midden")
    page.sees("Het model weet niets van uw eigen formatie")
    names = open_to_ann.ask(lambda: [each.name for each in register.locations_of(OURS)])
    page.sees(*names)
    assert "Nieuwe leerlingen van 4 jaar" not in page.text, "the inflow is a number of one school"
    other = open_to_ann.sign_in(ANN).open(f"{BOARD}?ratio=10&margin=veel").sees("Vul een getal in")
    assert other.text != page.text


def test_who_does_not_act_for_the_board_finds_nothing(open_to_ann: Portal) -> None:
    for each in (TOM, IRIS):
        assert open_to_ann.sign_in(each).open(BOARD).status == 404


def test_before_the_terms_each_school_is_named_with_what_is_missing(in_force: Portal) -> None:
    in_force.do(lambda session: setattr(session.query(Product).one(), "reports", [each.name for each in REPORTS]))
    page = in_force.sign_in(ANN).open(BOARD)
    assert page.status == 403 and "fte" not in page.text


def test_it_is_passed_on_with_its_numbers(open_to_ann: Portal) -> None:
    page = open_to_ann.sign_in(ANN).open(f"{BOARD}?ratio=12").follow("Downloaden of delen")
    content = table(page.choose("kind", "csv").fill(purpose=WHY).press(READY))
    assert used(content)["Leerlingen per voltijdbaan"] == "12" and only(open_to_ann).inputs == {"ratio": "12"}
    assert "School voor school" in content and "geen Mirror-raming" in content


def test_a_board_of_one_school_asks_what_that_school_asks(open_to_ann: Portal) -> None:
    def both() -> tuple[teaching.Teachers | NoReport, teaching.BoardTeachers | NoReport]:
        typed = {"ratio": "14", "outflow": "8"}
        location = register.location(SCHOOL)
        assert location
        return teaching.school_teachers(SCHOOL, typed), teaching.board_teachers([location], typed)

    one, together = open_to_ann.ask(both)
    assert isinstance(one, teaching.Teachers) and isinstance(together, teaching.BoardTeachers)
    for name in ("now", "years", "demand", "persons", "others", "chart"):
        assert getattr(one, name) == getattr(together, name), name
    assert [each.now for each in together.locations] == [one.now]


def test_it_does_not_matter_in_which_order_the_schools_come(open_to_ann: Portal) -> None:
    def both() -> tuple[object, object]:
        found = [each for each in map(register.location, (SCHOOL, OTHER_SCHOOL)) if each]
        one, other = teaching.board_teachers(found), teaching.board_teachers(found[::-1])
        assert isinstance(one, teaching.BoardTeachers) and isinstance(other, teaching.BoardTeachers)
        return (one.now, one.years, set(one.locations)), (other.now, other.years, set(other.locations))

    one, other = open_to_ann.ask(both)
    assert one == other


spans = st.lists(st.integers(0, 90), min_size=len(AGES), max_size=len(AGES)).map(
    lambda them: [Span(max(each - 2, 0), each, each + 2) for each in them]
)


@given(st.lists(spans, min_size=1, max_size=6), st.floats(5, 40), st.floats(0, 30))
def test_what_schools_need_together_is_the_sum_of_what_each_needs(
    schools: list[list[Span]], ratio: float, outflow: float
) -> None:
    given_, scenario = Assumptions(), Scenario(ratio=ratio, outflow=outflow)
    forecasts = [forecast(each, year=2024, assumptions=given_) for each in schools]
    together = staffing(combined(forecasts), scenario)
    each = [staffing(one, scenario) for one in forecasts]
    for got, wanted in [
        (together.now, added(one.now for one in each)),
        *((year.need, added(one.years[at].need for one in each)) for at, year in enumerate(together.years)),
    ]:
        assert (got.low, got.middle, got.high) == pytest.approx((wanted.low, wanted.middle, wanted.high))
    assert together.demand.middle <= sum(one.demand.middle for one in each) + 1e-9


def whole(span: str) -> list[float]:
    """The numbers of a span in words: the province has no decimals."""
    return [float(each.replace(".", "").replace(",", ".")) for each in span.split(" tot ")]


# --- The province --------------------------------------------------------------------------------------------------


def test_the_province_stands_beside_a_school_and_a_board_with_the_same_numbers(open_to_ann: Portal) -> None:
    accepted_terms(open_to_ann, TOM)
    for who, page in ((TOM, f"/rapporten/{PRODUCT}/{SCHOOL}/personeel"), (ANN, BOARD)):
        there = open_to_ann.sign_in(who).open(page).sees("De provincie Noord-Holland", "gewone basisscholen")
        other = open_to_ann.sign_in(who).open(f"{page}?ratio=12").text
        assert there.text.split("De provincie")[1] != other.split("De provincie")[1]
        content = table(there.follow("Downloaden of delen").choose("kind", "csv").fill(purpose=WHY).press(READY))
        assert "De provincie Noord-Holland" in content


def test_the_province_is_the_sum_of_its_schools_and_of_enough_of_them(open_to_ann: Portal) -> None:
    def both() -> tuple[Region | None, teaching.BoardTeachers | NoReport, Region | None]:
        here = register.location(SCHOOL)
        assert here
        asked = (
            select(RegisterLocation).filter_by(province=here.province, ended_on=None).order_by(RegisterLocation.code)
        )
        them = list(reader.scalars(asked))
        return region.of([here], {"ratio": "15"}), teaching.board_teachers(them, {"ratio": "15"}), region.of([], {})

    together, added_up, nowhere = open_to_ann.ask(both)
    assert isinstance(added_up, teaching.BoardTeachers) and together is not None and nowhere is None
    assert whole(together.now) == pytest.approx(whole(added_up.now), abs=0.51)
    assert whole(together.demand) == pytest.approx(whole(added_up.demand), abs=0.51)
    for year, wanted in zip(together.years, added_up.years, strict=True):
        assert year.label == wanted.label and whole(year.need) == pytest.approx(whole(wanted.need), abs=0.51)
    assert together.schools == len(added_up.locations) >= region.FEWEST
