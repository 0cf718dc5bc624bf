"""The page of components: in the demonstration only, from the macros that all pages use, each of them on it."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal.app import HOUSE
from portal.views.overviews import pages_of
from tests import nu
from tests.builders import Portal

pytestmark = pytest.mark.any_database
NOT_BY_THEMSELVES = {"page_title", "mark", "csrf", "flashes", "search_box", "pager"}
"""Drawn by the layout, by other components, or older ways that overview() replaces."""


@pytest.fixture
def demonstration(portal: Portal) -> Iterator[Portal]:
    """The portal as a demonstration."""
    kept = portal.app.extensions["tekenpoort.settings"]
    portal.app.extensions["tekenpoort.settings"] = replace(kept, demo=True)
    yield portal
    portal.app.extensions["tekenpoort.settings"] = kept


def test_a_real_installation_has_no_page_of_components(portal: Portal) -> None:
    assert portal.browser().open("/onderdelen").status == 404
    assert portal.browser().send("GET", "/onderdelen/scholen.csv").status == 404


def test_every_component_stands_on_the_page() -> None:
    macros = re.findall(r"macro ([a-z]\w*)\(", (HOUSE / "templates" / "components.html").read_text())
    page = (HOUSE / "templates" / "components_page" / "show.html").read_text()
    left_out = [name for name in macros if name not in NOT_BY_THEMSELVES and not re.search(rf"\b{name}\(", page)]
    assert left_out == []


def test_the_page_is_sound_in_both_themes(demonstration: Portal) -> None:
    browser = demonstration.browser()
    ours = browser.open("/onderdelen").sees("Onderdelen van het portaal").response.text
    duin = browser.follow("Duin").response.text
    assert "/theme.css?thema=duin" in duin
    assert "/theme.css" not in ours
    assert nu.faults({"ours": ours, "duin": duin}) == {}


def test_its_overview_searches_sorts_filters_and_pages(demonstration: Portal) -> None:
    browser = demonstration.browser().open("/onderdelen")
    assert rows(browser.response.text) == ["Basisschool Sint-Jozef", "Cbs De Regenboog", "De Toermalijn"]
    browser.follow("Volgende")
    assert rows(browser.response.text) == ["Obs De Boomgaard", "Praktijkschool De Linie"]
    browser.follow("School")
    assert rows(browser.response.text)[0] == "Praktijkschool De Linie", "pressed twice, it runs the other way"
    browser.follow("Leerlingen")
    assert rows(browser.response.text)[0] == "Praktijkschool De Linie"
    browser.open("/onderdelen?state=waiting")
    assert rows(browser.response.text) == ["Basisschool Sint-Jozef"]
    browser.open("/onderdelen?q=zzz").sees("Niets gevonden")
    browser.follow("Alles tonen").sees("5 scholen")


@pytest.mark.parametrize(
    "asked", ["sort=nergens", "page=0", "page=-1", "page=x", "page=99999999999", "state=zzz", "sort=--name"]
)
def test_what_an_address_asks_wrongly_counts_as_not_asked(demonstration: Portal, asked: str) -> None:
    assert demonstration.browser().open(f"/onderdelen?{asked}").status == 200


def test_even_no_rows_make_a_page() -> None:
    assert [pages_of(total, 25) for total in (0, 1, 25, 26)] == [1, 1, 1, 2]


def rows(page: str) -> list[str]:
    """The first cells of the overview with schools."""
    found = page.split('id="results"')[1].split("</table>", maxsplit=1)[0]
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]+)</a>', found)
