"""The trace mark: what it survives as a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reports.trace import BITS, LETTERS, mark_of, marks_in

NUMBERS = st.integers(0, (1 << BITS) - 1)


@given(NUMBERS, NUMBERS)
def test_two_numbers_have_two_marks_and_each_is_found(first: int, second: int) -> None:
    assert (mark_of(first) == mark_of(second)) == (first == second)
    assert set(marks_in(f"Blad {mark_of(first)} en {mark_of(second)}.")) == {mark_of(first), mark_of(second)}


@given(NUMBERS, st.text(st.sampled_from(" \n\t\u200b\u00a0"), max_size=3), st.sampled_from("-\u2010\u2013\u2212"))
def test_a_mark_is_found_however_it_is_broken(number: int, gap: str, dash: str) -> None:
    broken = gap.join(mark_of(number).replace("-", dash))
    assert marks_in(f"Vertrouwelijk {broken} bladzijde 2") == (mark_of(number),)
    assert marks_in(mark_of(number).lower().replace("-", "")) == (mark_of(number),)


@given(NUMBERS, st.integers(0, 11), st.sampled_from(LETTERS))
def test_a_mark_that_was_read_wrong_in_one_place_is_rarely_another(number: int, place: int, letter: str) -> None:
    whole = list(mark_of(number).replace("-", "")[2:])
    whole[place] = letter
    said = "".join(whole)
    read = marks_in(f"TP-{said[:4]}-{said[4:8]}-{said[8:]}")
    assert read in ((), (mark_of(number),)) or place < 10  # one in a thousand is another mark that was never given out


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert all(marks_in(each) == (each,) for each in marks_in(text))


@pytest.mark.parametrize("number", [-1, 1 << BITS])
def test_a_number_outside_has_no_mark(number: int) -> None:
    with pytest.raises(ValueError, match="no mark"):
        mark_of(number)
