"""The table of the battery: it adds up what was told, and does not keep silent about what was not tried or did not hold."""

import pytest

from tests.battery import NO_SEED, ROWS, Fault, Sample, rows_of, table, wrong

pytestmark = pytest.mark.any_database


def a_fault(row: int = 1, fault: str = "killed", tried: int = 3, held: int = 3) -> Fault:
    return Fault(row, fault, tried, held, NO_SEED)


def test_what_several_tests_told_of_one_fault_is_one_line() -> None:
    lines = table([a_fault(), a_fault(tried=4, held=2), a_fault(6, "at once")])
    assert [line.split()[-3:] for line in lines[2:]] == [["7", "5", NO_SEED], ["3", "3", NO_SEED]]


def test_a_whole_battery_has_nothing_wrong() -> None:
    assert wrong([a_fault(row) for row in ROWS], ROWS) == []


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ([a_fault(1)], "row 2: nothing was tried"),
        ([a_fault(1), a_fault(2, tried=0, held=0)], "row 2: nothing was tried"),
        ([a_fault(1), a_fault(2), a_fault(2, "skipped", 0, 0)], "row 2: skipped: not tried"),
        ([a_fault(1), a_fault(2, held=2)], "row 2: killed: 1 did not hold"),
    ],
)
def test_a_row_that_nobody_stands_for_or_that_did_not_hold_is_named(told: list[Fault], sentence: str) -> None:
    assert sentence in wrong(told, (1, 2))


def test_a_sample_is_the_same_for_the_same_seed_and_every_point_is_every_point() -> None:
    points = list(range(100))
    assert Sample(7, every=True).of(points, 5) == points
    assert Sample(7, every=False).of(points, 5) == Sample(7, every=False).of(points, 5) != points[:5]
    assert Sample(7, every=False).of(points, 5) != Sample(8, every=False).of(points, 5)


def test_rows_are_asked_for_by_number_or_all() -> None:
    assert rows_of("all") == ROWS and rows_of("1,10") == (1, 10)
