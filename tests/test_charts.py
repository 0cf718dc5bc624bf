"""Charts: everything stands where its number says, nothing sticks out, and who cannot see them hears the same."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.reports.charts import WIDTH, Reading, Scale, YearReading, bar_chart, trend_chart
from portal.wording import say, say_count

ROOT = Path(__file__).resolve().parent.parent
PERCENTAGES = st.floats(0, 100)


@pytest.fixture(scope="module")
def draw():
    templates = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined)
    templates.globals.update({"_": say, "ngettext": say_count})
    return templates.get_template("reports/_charts.html").module


def a_bar_chart(percentage=51.94, signal=43.5):
    readings = [
        Reading("school", "Deze school", percentage, "51,94%"),
        Reading("similar", "Vergelijkbare <scholen>", 54.48, "54,48%"),
        Reading("national", "Nederland", 58.8, "58,8%"),
    ]
    return bar_chart(readings, signal=signal, signal_label="Signaleringswaarde: 43,5%")


def a_trend(*gaps: int, values=((94.4, 55.6), (92.3, 51.3), (91.7, 47.2))):
    years = [
        YearReading(f"202{place}-202{place + 1}", "", gap="geen gegevens")
        if place in gaps
        else YearReading(f"202{place}-202{place + 1}", "18 leerlingen", tuple((each, f"{each}%") for each in pair))
        for place, pair in enumerate(values)
    ]
    return trend_chart(years, [("fundamental", "1F"), ("target", "1S/2F")])


@given(PERCENTAGES, PERCENTAGES)
def test_a_larger_percentage_never_stands_lower_on_the_scale(one, other):
    scale = Scale(0, WIDTH)
    low, high = sorted((one, other))
    assert 0 <= scale.at(low) <= scale.at(high) <= WIDTH


def test_a_scale_begins_at_zero_ends_at_a_hundred_and_clips_what_lies_outside():
    scale = Scale(232, 52)
    assert [scale.at(value) for value in (-5, 0, 50, 100, 120)] == [232, 232, 142, 52, 52]


@given(PERCENTAGES, PERCENTAGES)
def test_bars_lie_under_each_other_and_nothing_sticks_out(percentage, signal):
    chart = a_bar_chart(percentage, signal)
    for above, below in zip(chart.bars, chart.bars[1:], strict=False):
        assert above.y + above.height < below.text_y
    assert all(0 <= bar.length <= chart.width for bar in chart.bars)
    assert chart.bars[-1].y + chart.bars[-1].height < chart.signal.label_y < chart.height
    assert 0 < chart.signal.x < chart.width
    assert 90 <= chart.signal.label_x <= chart.width - 90


@given(st.floats(1, 99))
def test_a_school_at_its_signal_value_ends_at_the_line(value):
    chart = a_bar_chart(value, value)
    assert chart.bars[0].length == chart.signal.x


def test_the_school_itself_has_the_thickest_bar_and_without_a_norm_there_is_no_line():
    chart = a_bar_chart(signal=None)
    assert chart.bars[0].height > chart.bars[1].height == chart.bars[2].height
    assert chart.signal is None
    assert chart.height > chart.bars[-1].y + chart.bars[-1].height


@given(st.lists(st.tuples(PERCENTAGES, PERCENTAGES), min_size=3, max_size=3))
def test_every_point_and_label_of_a_trend_stays_inside(values):
    chart = a_trend(values=values)
    for series in chart.series:
        for point in series.points:
            assert chart.left < point.x < chart.width
            assert chart.top <= point.y <= chart.bottom
            assert 21 < point.label_y < chart.bottom
    assert chart.columns[-1].left + chart.columns[-1].width == pytest.approx(chart.width, abs=0.2)


def test_a_gap_breaks_the_line_and_says_why():
    chart = a_trend(1)
    assert [column.gap for column in chart.columns] == ["", "geen gegevens", ""]
    assert [len(series.points) for series in chart.series] == [2, 2]
    assert [series.lines for series in chart.series] == [(), ()]
    assert [len(series.lines) for series in a_trend(0).series] == [1, 1]


class Outline(HTMLParser):
    """The tags with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    handle_startendtag = handle_starttag


@pytest.fixture(params=["bars", "trend"])
def drawn(request, draw):
    if request.param == "bars":
        return str(draw.bars("a", a_bar_chart(), "Streefniveau", "Deze school: 51,94%."))
    return str(draw.trend("a", a_trend(1), "Per schooljaar", "2022-2023: 1F 94,44%."))


def test_a_chart_is_an_image_with_a_title_and_a_description(drawn):
    outline = Outline(drawn)
    tag, attributes = outline.tags[0]
    assert (tag, attributes["role"], attributes["aria-labelledby"]) == ("svg", "img", "a-title a-desc")
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert {"a-title", "a-desc"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_chart_needs_no_inline_style_and_escapes_its_words(drawn):
    outline = Outline(drawn)
    assert not any({"style", "onload"} & attributes.keys() for _, attributes in outline.tags)
    assert not {"style", "script", "scholen"} & {tag for tag, _ in outline.tags}


def test_every_class_that_a_chart_uses_is_drawn_by_the_stylesheet_or_groups(draw, drawn):
    sheet = (ROOT / "static" / "reports.css").read_text()
    groups = {"chart-bar", "chart-bars", "chart-trend"}
    used = {name for _, attributes in Outline(drawn).tags for name in (attributes.get("class") or "").split()}
    assert all(re.search(rf"\.{name}\b", sheet) for name in used - groups)


def test_the_two_lines_differ_in_shape_not_only_in_colour(draw):
    drawn = str(draw.trend("a", a_trend(), "Per schooljaar", "…"))
    assert drawn.count("<circle") == 4
    assert drawn.count('<path class="chart-point"') == 4
    assert "stroke-dasharray" in (ROOT / "static" / "reports.css").read_text()
