"""The levels by subject beside the school card of the same pupils: together too they give no masked number away."""

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.reports.level_masking import CardYear, Groups, shown_year
from portal.reports.masking import Cell, FewerThanFive, Known, Total, Withheld

WITHHELD = (Withheld(),) * 3


def published(number: int) -> Cell:
    return FewerThanFive() if 1 <= number <= 4 else Known(number)


def of_truth(truth: Sequence[Sequence[int]]) -> tuple[Groups, CardYear]:
    """What the two publishers make of the same pupils."""
    groups = tuple(tuple(published(number) for number in subject) for subject in truth)
    return groups, CardYear(sum(truth[0]), sum(each[0] for each in truth), sum(each[2] for each in truth))


def subjects_of(pupils: int) -> list[tuple[int, int, int]]:
    return [(low, pupils - low - high, high) for low in range(pupils + 1) for high in range(pupils + 1 - low)]


def looks_like(subject: Sequence[int], cells: Sequence[Cell]) -> bool:
    return all(
        isinstance(cell, Withheld) or published(number) == cell for number, cell in zip(subject, cells, strict=True)
    )


def worlds_of(shown: Groups, tested: CardYear) -> Iterator[tuple[tuple[int, int, int], ...]]:
    """Every truth that fits all that both publishers tell."""
    options = [[each for each in subjects_of(tested.pupils) if looks_like(each, cells)] for cells in shown]
    last: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for each in options[2]:
        last.setdefault((each[0], each[2]), []).append(each)
    for one, two in product(options[0], options[1]):
        rest = (tested.below - one[0] - two[0], tested.target - one[2] - two[2])
        for three in last.get(rest, ()):
            yield one, two, three


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_masked_number_follows_from_both_reports_together(data: st.DataObject) -> None:
    pupils = data.draw(st.integers(5, 14))  # the Inspectorate tells nothing of fewer
    truth = [data.draw(st.sampled_from(subjects_of(pupils))) for _ in range(3)]
    refuse_a_single_value(truth)


def refuse_a_single_value(truth: Sequence[Sequence[int]]) -> None:
    """Whatever is shown: a number that was published as "<5" can be one thing and another."""
    groups, tested = of_truth(truth)
    shown = shown_year(groups, tested)
    values: dict[tuple[int, int], set[int]] = {}
    for world in worlds_of(shown.levels, tested):
        for place, subject in enumerate(world):
            for at, number in enumerate(subject):
                values.setdefault((place, at), set()).add(number)
    all_is_withheld = shown.levels == (WITHHELD,) * 3
    for place, cells in enumerate(groups):
        for at, cell in enumerate(cells):
            if isinstance(cell, FewerThanFive):
                assert all_is_withheld or len(values[place, at]) > 1, (truth, shown.levels)


def test_a_sum_on_the_card_takes_something_of_another_subject_with_it() -> None:
    truth = ((1, 4, 10), (0, 5, 10), (0, 7, 8))
    groups, tested = of_truth(truth)
    assert tested == CardYear(15, 1, 28)
    assert groups[0] == (FewerThanFive(), FewerThanFive(), Known(10))
    alone = shown_year(groups, None)
    assert alone.levels == groups
    beside = shown_year(groups, tested)
    assert beside.levels == ((Withheld(), Withheld(), Known(10)), groups[1], (Withheld(), Withheld(), Known(8)))
    assert [each.exact for each in beside.hidden] == [5, 0, 7]
    refuse_a_single_value(truth)


def test_a_card_of_other_pupils_tells_nothing() -> None:
    groups, tested = of_truth(((1, 4, 10), (0, 5, 10), (0, 7, 8)))
    other = CardYear(tested.pupils + 3, tested.below, tested.target)
    assert shown_year(groups, other) == shown_year(groups, None)


def test_what_all_know_stays() -> None:
    groups, tested = of_truth(((0, 5, 10), (0, 6, 9), (0, 7, 8)))
    assert shown_year(groups, tested).levels == groups
    assert shown_year(groups, tested).pupils == Total(15, 15)
