"""What is masked stays masked: no total, share or table lets anybody count it back, not even who knows the rules."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.reports.masking import (
    Cell,
    FewerThanFive,
    Known,
    Masked,
    Missing,
    Total,
    Withheld,
    cell,
    protect,
    share,
    together,
    total,
)
from tests.publisher_copies import LEVELS, shipped_lines

numbers = st.integers(0, 40)


def published(number: int) -> Cell:
    """As DUO publishes it."""
    return FewerThanFive() if 1 <= number <= 4 else Known(number)


def parts_of(whole: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to divide a whole."""
    if parts == 1:
        yield (whole,)
        return
    for first in range(whole + 1):
        for rest in parts_of(whole - first, parts - 1):
            yield (first, *rest)


def values(each: Cell, most: int) -> Sequence[int]:
    """What a reader who sees this cell alone takes it for."""
    match each:
        case Known(number):
            return [number]
        case FewerThanFive():
            return range(1, 5)
        case _:
            return range(most + 1)


def countable(groups: Sequence[Sequence[Cell]], most: int, whole: int | None) -> list[tuple[int, int]]:
    """The masked cells that have one value in every world that fits what is shown, found by trying all worlds."""
    possible: dict[tuple[int, int], set[int]] = defaultdict(set)
    worlds = [list(itertools.product(*(values(each, most) for each in group))) for group in groups]
    sums = [Counter(sum(world) for world in each) for each in worlds]
    fits = set.intersection(*(set(each) for each in sums)) & ({whole} if whole is not None else set(range(most + 1)))
    for place, mine in enumerate(worlds):
        for world in mine:
            if sum(world) in fits:
                for at, value in enumerate(world):
                    possible[place, at].add(value)
    hidden = [
        (place, at)
        for place, group in enumerate(groups)
        for at, each in enumerate(group)
        if not isinstance(each, Known)
    ]
    return [where for where in hidden if len(possible[where]) == 1]


@pytest.mark.parametrize(
    ("text", "what"), [("12", Known(12)), ("0", Known(0)), ("<5", FewerThanFive()), ("*", Masked()), ("", Missing())]
)
def test_a_published_text_is_one_of_four_kinds_of_cell(text: str, what: Cell) -> None:
    assert cell(text) == what


@pytest.mark.parametrize("text", ["-1", "<6", "1,5", "²", "veel"])
def test_any_other_text_is_no_cell(text: str) -> None:
    with pytest.raises(ValueError, match="no published number"):
        cell(text)


# Totals


@pytest.mark.parametrize(
    ("cells", "added"),
    [
        ([Known(7), Known(9)], Total(16, 16)),
        ([Known(7), FewerThanFive()], Total(8, 11)),
        ([FewerThanFive()] * 3, Total(3, 12)),
        ([Known(7), Masked()], Total(7, None)),
        ([Known(7), Withheld()], Total(7, None)),
        ([Known(7), Missing()], Total(7, 7, missing=1)),
        ([], Total(0, 0)),
    ],
)
def test_a_total_over_something_masked_is_a_range(cells: list[Cell], added: Total) -> None:
    assert total(cells) == added


@given(st.lists(numbers, max_size=8))
def test_a_total_holds_the_truth_and_is_exact_only_if_nothing_is_masked(truth: list[int]) -> None:
    cells = [published(number) for number in truth]
    added = total(cells)
    assert added.high is not None
    assert added.low <= sum(truth) <= added.high
    assert (added.exact is not None) == all(isinstance(each, Known) for each in cells)


# Shares


@given(st.lists(numbers, max_size=4), st.lists(numbers, max_size=4))
def test_a_share_needs_every_number_to_be_known(part: list[int], rest: list[int]) -> None:
    cells = [published(number) for number in (*part, *rest)]
    found = share(cells[: len(part)], cells)
    if any(isinstance(each, FewerThanFive) for each in cells) or sum(part) + sum(rest) == 0:
        assert found is None
    else:
        assert found is not None
        assert abs(found - Decimal(100 * sum(part)) / (sum(part) + sum(rest))) <= Decimal("0.05")


@pytest.mark.parametrize("hidden", [FewerThanFive(), Masked(), Missing(), Withheld()])
def test_what_is_not_known_is_never_a_percentage(hidden: Cell) -> None:
    assert share([hidden], [Known(20)]) is None
    assert share([Known(5)], [Known(20), hidden]) is None


def test_a_part_is_never_more_than_the_whole() -> None:
    with pytest.raises(ValueError, match="more than the whole"):
        share([Known(9)], [Known(8)])


# Groups that add up to the same


@settings(max_examples=300)
@given(st.data())
def test_no_masked_cell_of_equal_groups_can_be_counted_back(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(2, 3), min_size=1, max_size=3))
    whole = data.draw(st.integers(0, 24))
    truth = [data.draw(st.sampled_from(sorted(parts_of(whole, size)))) for size in sizes]
    told = data.draw(st.booleans())
    shown = protect([[published(each) for each in group] for group in truth], published=whole if told else None)
    assert countable(shown, 30, whole if told else None) == []
    for group, given_away in zip(truth, shown, strict=True):
        assert all(
            each == published(number) or isinstance(each, Withheld)
            for number, each in zip(group, given_away, strict=True)
        )


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("sizes", [(2,), (3,), (2, 2), (2, 3), (3, 3)])
def test_even_who_knows_how_it_is_done_cannot_count_back(sizes: tuple[int, ...], told: bool) -> None:
    most = {2: 18, 3: 16, 4: 13, 5: 12, 6: 9}[sum(sizes)]
    worlds = defaultdict(list)
    for whole in range(most + 1):
        for truth in itertools.product(*(list(parts_of(whole, size)) for size in sizes)):
            cells = [[published(each) for each in group] for group in truth]
            shown = protect(cells, published=whole if told else None)
            worlds[whole if told else None, shown].append(truth)
    for (_, shown), truths in worlds.items():
        if not told and max(sum(truth[0]) for truth in truths) > most - 5:
            continue  # a larger world, that we did not make, looks the same
        for place, group in enumerate(shown):
            for at in range(len(group)):
                real = {truth[place][at] for truth in truths}
                assert len(real) > 1 or not real <= {1, 2, 3, 4}, (shown, truths)


def test_the_last_cell_stays_where_it_can() -> None:
    complete, one, two = protect(
        [
            [Known(0), Known(6), Known(12)],
            [FewerThanFive(), Known(5), Known(11)],
            [FewerThanFive(), FewerThanFive(), Known(12)],
        ]
    )
    assert complete == (Known(0), Known(6), Known(12))
    assert one == (Withheld(), Withheld(), Known(11))
    assert two == (FewerThanFive(), FewerThanFive(), Known(12))
    assert together([complete, one, two], 1) == Total(7, 7)


def test_a_small_group_and_one_whose_last_is_masked_are_withheld_whole() -> None:
    assert protect([[FewerThanFive(), Known(0), Known(7)]], published=8) == ((Withheld(),) * 3,)
    assert protect([[Known(6), Known(7), FewerThanFive()]], published=16) == ((Withheld(),) * 3,)
    assert protect([[Known(6), FewerThanFive()]]) == ((Withheld(),) * 2,)


def test_a_group_with_a_missing_cell_binds_nothing_and_stays() -> None:
    group = (FewerThanFive(), Missing(), Known(8))
    assert protect([group, [Known(1), Known(10)]])[0] == group
    assert together([group], 0) == Total(0, 0)


def test_a_group_of_one_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="its own total"):
        protect([[FewerThanFive()]])


def test_no_row_of_the_real_file_can_be_counted_back() -> None:
    head, *lines = shipped_lines(LEVELS)
    columns = head.split(";")
    spans = [(columns.index(f"{subject}_LAGER1F"), size) for subject, size in (("REKENEN", 3), ("LV", 3), ("TV", 3))]
    counted = 0
    for line in lines[::25]:
        cells = line.split(";")
        groups = [[cell(text) for text in cells[at : at + size]] for at, size in spans]
        shown = protect(groups)
        if all(isinstance(each, Known) and each.number <= 40 for group in shown for each in group[2:]):
            assert countable(shown, 60, None) == []
            counted += 1
    assert counted > 50
