"""References of cases on a page: kept in one piece, copied as they are, and nothing else of a text is touched."""

from html import unescape
from xml.etree.ElementTree import fromstring

import pytest
from markupsafe import Markup

from portal.views.references import whole
from tests.builders import ANN, Portal


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("BV-2026-00001", ["BV-2026-00001"]),
        ("Te tekenen: BV-2026-00001, na WO-2026-00012.", ["BV-2026-00001", "WO-2026-00012"]),
        ("A & B <i>IN-2026-00003</i>", ["IN-2026-00003"]),
        ("Versie 2026-11 van VO-2026-00001", ["2026-11", "VO-2026-00001"]),
    ],
)
def test_every_reference_in_a_text_is_kept_whole_and_the_text_stays_the_same(text: str, references: list[str]) -> None:
    shown = fromstring(f"<p>{whole(text)}</p>")
    assert [each.text for each in shown.iter("span") if each.get("class") == "whole"] == references
    assert "".join(shown.itertext()) == text


@pytest.mark.parametrize(
    "text", ["23 november 2026", "2027-01-31", "ABCD-EFGH-2345", "a & b", Markup("<b>BV-2026-00001</b>"), 3]
)
def test_what_bears_no_reference_or_is_html_already_stays_as_it_is(text: object) -> None:
    assert whole(text) is text


def test_a_case_says_its_reference_in_one_piece(in_force: Portal) -> None:
    page = in_force.sign_in(ANN).open("/zaken")
    reference = in_force.document(in_force.case("board_declaration")).facts["reference"]
    assert f'<span class="whole">{reference}</span>' in unescape(page.response.text)
