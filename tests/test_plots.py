"""The charts of numbers: every place follows from its number, on a scale that begins at 0."""

from hypothesis import given
from hypothesis import strategies as st

from portal.reports.charts import WIDTH
from portal.reports.level_charts import Part, stack_chart
from portal.reports.pupil_charts import Height, Stop, band_chart, column_chart

numbers = st.lists(st.floats(0, 20_000), min_size=1, max_size=23)


@given(numbers)
def test_a_column_is_as_high_as_its_number(heights: list[float]) -> None:
    chart = column_chart([Height(str(at), number, str(number)) for at, number in enumerate(heights)])
    most = max(heights)
    highest = max(column.height for column in chart.columns)
    for column, number in zip(chart.columns, heights, strict=True):
        assert column.y + column.height == chart.bottom
        assert 0 <= column.x <= column.x + column.width <= WIDTH
        assert column.y >= 14  # its number stands above it
        if most >= 4:
            assert abs(column.height - highest * number / most) <= 0.2
    assert 2 <= len(chart.ticks) <= 7
    assert chart.ticks[0].label == "0"


def test_a_masked_number_is_drawn_as_the_most_it_can_be() -> None:
    chart = column_chart([Height("4", 8, "8"), Height("5", 0, "<5", hatched=True)])
    known, masked = chart.columns
    assert masked.hatched
    assert masked.height == known.height / 2


def test_many_columns_keep_every_other_label() -> None:
    labels = [column.label for column in column_chart([Height(str(age), 5, "5") for age in range(23)]).columns]
    assert labels[:4] == ["0", "", "2", ""]


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900), st.floats(0, 900)), min_size=1, max_size=6))
def test_the_line_stays_within_its_band(years: list[tuple[float, float, float]]) -> None:
    stops = [Stop(str(at), *sorted(each), "x") for at, each in enumerate(years)]
    chart = band_chart(stops)
    edges = [float(pair.split(",")[1]) for pair in chart.band.split()]
    above, below = edges[: len(stops)], edges[len(stops) :][::-1]
    for point, top, bottom in zip(chart.points, above, below, strict=True):
        assert top <= point.y <= bottom <= chart.bottom
        assert point.text_y >= 14


def test_a_scale_has_round_numbers_with_a_mark_for_thousands() -> None:
    chart = band_chart([Stop("2024", 1397, 1397, 1397, "1.397")])
    assert [tick.label for tick in chart.ticks] == ["0", "500", "1.000", "1.500"]


def test_parts_of_a_bar_lie_side_by_side_and_small_ones_have_no_room_for_a_number() -> None:
    parts = [Part("below", 0, "0"), Part("hidden", 4, "<5"), Part("target", 36, "36")]
    chart = stack_chart([("2024-2025", "40", parts), ("2025-2026", "20", parts[2:])], most=40)
    first, second = chart.stacks
    assert [piece.kind for piece in first.pieces] == ["hidden", "target"]
    assert first.pieces[0].x == 0
    assert first.pieces[0].x + first.pieces[0].width == first.pieces[1].x
    assert first.pieces[1].x + first.pieces[1].width == WIDTH
    assert second.y > first.y + first.height
    assert stack_chart([("x", "", [Part("below", 1, "1"), parts[2]])], most=40).stacks[0].pieces[0].text == ""
