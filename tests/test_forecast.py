"""The forecast of pupils and teachers: what always holds, and an example that can be checked by hand."""

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.reports.forecast import (
    AGES,
    MOST_PUPILS,
    RANGES,
    SURVIVAL,
    YEARS,
    ZERO,
    Assumptions,
    Forecast,
    OutsideError,
    Scenario,
    Span,
    certain,
    combined,
    fewer_than_five,
    forecast,
    staffing,
)

spans = st.one_of(st.integers(0, 400).map(certain), st.just(fewer_than_five()))
schools = st.lists(spans, min_size=len(AGES), max_size=len(AGES))
percents = st.floats(0, 10)
scenarios = st.builds(
    Scenario,
    ratio=st.floats(5, 40),
    outflow=st.floats(0, 30),
    part_time=st.floats(0.2, 1),
    margin=st.floats(0, 30),
)


def a_school(*pupils: float) -> list[Span]:
    """The pupils of age 4 and up; nobody is older."""
    return [certain(number) for number in (*pupils, *[0] * (len(AGES) - len(pupils)))]


def totals(found: Forecast) -> list[float]:
    return [round(year.total.middle, 4) for year in found.years]


def test_every_cohort_moves_up_a_year_and_the_youngest_are_the_mean_of_three() -> None:
    found = forecast(a_school(20, 22, 24, 30, 30, 30, 30, 100, 10), year=2024)
    assert [year.year for year in found.years] == [2024, 2025, 2026, 2027, 2028, 2029]
    assert found.inflow == Span(22 * 0.9, 22, 22 * 1.1)
    after = [each.middle for each in found.years[1].ages]
    assert after == pytest.approx([22, 20, 22, 24, 30, 30, 30, 30 * 0.86, 15, 0.6])
    assert found.years[5].ages[4].middle == pytest.approx(22)  # the first who came in are 8 by then


def test_the_ratios_are_those_of_the_country() -> None:
    """Regular primary schools on 1 October 2024, with 2.5 for each masked location."""
    by_age = {10: 170760 + 143 * 2.5, 11: 146837 + 196 * 2.5, 12: 13745 + 3567 * 2.5, 13: 60 + 540 * 2.5}
    assert [round(by_age[age + 1] / by_age[age], 2) for age in (10, 11, 12)] == [*SURVIVAL[-3:]]


@given(schools, percents, percents)
def test_nothing_is_below_zero_and_low_middle_high_are_in_order(
    school: list[Span], inflow_margin: float, survival_margin: float
) -> None:
    given = Assumptions(inflow_margin=inflow_margin, survival_margin=survival_margin)
    found = forecast(school, year=2024, assumptions=given)
    assert len(found.years) == YEARS + 1
    for year in found.years:
        for span in (*year.ages, year.total):
            assert 0 <= span.low <= span.middle <= span.high < math.inf


@given(schools)
def test_a_total_is_the_sum_of_its_ages(school: list[Span]) -> None:
    for year in forecast(school, year=2024).years:
        assert year.total.middle == pytest.approx(sum(each.middle for each in year.ages))


@given(schools, st.floats(0, 499), st.floats(0, 1))
def test_more_inflow_never_means_fewer_pupils(school: list[Span], inflow: float, more: float) -> None:
    fewer = forecast(school, year=2024, assumptions=Assumptions(inflow=inflow))
    others = forecast(school, year=2024, assumptions=Assumptions(inflow=inflow + more))
    for one, other in zip(fewer.years, others.years, strict=True):
        for side in ("low", "middle", "high"):
            assert getattr(one.total, side) <= getattr(other.total, side)


@given(scenarios)
def test_where_nobody_is_nobody_comes(scenario: Scenario) -> None:
    found = forecast(a_school(), year=2024)
    assert {year.total for year in found.years} == {ZERO}
    staff = staffing(found, scenario)
    assert (staff.now, staff.demand) == (ZERO, ZERO)


@given(st.lists(schools, min_size=1, max_size=4))
def test_the_forecast_of_a_board_is_the_forecast_of_its_schools_together(board: list[list[Span]]) -> None:
    found = combined([forecast(school, year=2024) for school in board])
    together = [sum((school[at] for school in board), ZERO) for at in range(len(AGES))]
    assert totals(found) == pytest.approx(totals(forecast(together, year=2024)), abs=0.01)


def test_forecasts_of_other_years_and_of_nobody_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="same years"):
        combined([])
    with pytest.raises(ValueError, match="same years"):
        combined([forecast(a_school(9), year=2024), forecast(a_school(9), year=2025)])


def test_without_margins_and_masked_numbers_all_three_are_one() -> None:
    given = Assumptions(inflow_margin=0, survival_margin=0)
    for year in forecast(a_school(20, 20, 20), year=2024, assumptions=given).years:
        assert year.total.low == year.total.middle == year.total.high


def test_a_masked_number_is_one_to_four() -> None:
    found = forecast([*a_school(20, 20, 20)[:8], fewer_than_five(), certain(0)], year=2024)
    assert found.years[0].total == Span(61, 62.5, 64)


# Teachers


def test_a_staffing_that_can_be_checked_by_hand() -> None:
    given = Assumptions(inflow=40, inflow_margin=0, survival_margin=0)
    found = forecast(a_school(20, 20, 20), year=2024, assumptions=given)
    staff = staffing(found, Scenario(ratio=20, outflow=10, part_time=0.5, margin=0))
    first = staff.years[0]
    assert (staff.now, first.need) == (certain(3), certain(5))
    assert first.expansion.middle == pytest.approx(2)
    assert (first.replacement.middle, first.demand.middle) == (pytest.approx(0.3), pytest.approx(2.3))
    assert first.persons.middle == pytest.approx(4.6)


def test_a_school_that_shrinks_has_a_surplus_and_no_demand() -> None:
    given = Assumptions(inflow=0)
    found = forecast(a_school(0, 0, 0, 0, 0, 0, 60, 60), year=2024, assumptions=given)
    first = staffing(found, Scenario(outflow=0, margin=0)).years[0]
    assert first.expansion.middle < 0
    assert first.demand.middle == 0
    assert first.surplus.middle == pytest.approx(-first.expansion.middle)


@given(schools, scenarios)
def test_what_is_asked_adds_up(school: list[Span], scenario: Scenario) -> None:
    staff = staffing(forecast(school, year=2024), scenario)
    expansion = sum(year.expansion.middle for year in staff.years)
    assert staff.years[-1].need.middle == pytest.approx(staff.now.middle + expansion, abs=1e-6)
    for year in staff.years:
        asked = year.expansion.middle + year.replacement.middle
        assert year.demand.middle - year.surplus.middle == pytest.approx(asked, abs=1e-6)
        assert year.persons.middle * scenario.part_time == pytest.approx(year.demand.middle, abs=1e-6)
        assert year.expansion.low <= year.expansion.middle <= year.expansion.high
    assert staff.demand.middle == pytest.approx(sum(year.demand.middle for year in staff.years))


@given(schools, st.floats(5, 39), st.floats(0, 1))
def test_more_pupils_for_each_teacher_asks_no_more_teachers(school: list[Span], ratio: float, more: float) -> None:
    found = forecast(school, year=2024)
    one, other = (staffing(found, Scenario(ratio=each)) for each in (ratio, ratio + more))
    assert all(b.need.middle <= a.need.middle for a, b in zip(one.years, other.years, strict=True))


# What may be given


@pytest.mark.parametrize(
    ("name", "makes"),
    [
        ("inflow", lambda value: Assumptions(inflow=value)),
        ("inflow_margin", lambda value: Assumptions(inflow_margin=value)),
        ("survival_margin", lambda value: Assumptions(survival_margin=value)),
        ("ratio", lambda value: Scenario(ratio=value)),
        ("outflow", lambda value: Scenario(outflow=value)),
        ("part_time", lambda value: Scenario(part_time=value)),
        ("margin", lambda value: Scenario(margin=value)),
    ],
)
def test_every_input_has_a_range_and_says_so(name: str, makes: Callable[[float], object]) -> None:
    allowed = RANGES[name]
    makes(allowed.low)
    makes(allowed.high)
    for outside in (allowed.low - 0.01, allowed.high + 0.01, math.nan, math.inf, -math.inf):
        with pytest.raises(OutsideError) as fault:
            makes(outside)
        assert (fault.value.name, fault.value.low, fault.value.high) == (name, allowed.low, allowed.high)


def test_the_defaults_lie_in_their_ranges_and_are_the_defaults() -> None:
    for name, allowed in RANGES.items():
        holder = Assumptions() if hasattr(Assumptions(), name) else Scenario()
        assert getattr(holder, name) == allowed.default


def test_a_ratio_of_survival_has_a_range_too() -> None:
    with pytest.raises(OutsideError, match="survival"):
        Assumptions(survival=(*SURVIVAL[:-1], 1.6))
    with pytest.raises(ValueError, match="9 ratios"):
        Assumptions(survival=SURVIVAL[:-1])


def test_pupils_of_other_ages_or_more_than_a_region_are_refused() -> None:
    with pytest.raises(ValueError, match="10 ages"):
        forecast(a_school()[1:], year=2024)
    with pytest.raises(OutsideError, match="age 5"):
        forecast(a_school(1, MOST_PUPILS + 1), year=2024)


@given(st.floats(allow_nan=True), st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_a_span_is_in_order_or_refused(low: float, middle: float, high: float) -> None:
    assume(not 0 <= low <= middle <= high)
    with pytest.raises(ValueError, match="no span"):
        Span(low, middle, high)
