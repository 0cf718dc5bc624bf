"""Every page is sound HTML in the eyes of the W3C's own checker; test_browser_pages asks it of every state."""

import pytest

from tests import nu, test_house
from tests.builders import TOM, Portal, accepted_terms
from tests.test_house import Brackets, pages

pytestmark = pytest.mark.any_database

bracketed = test_house.bracketed
SOUND = '<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Stuk</title></head><body>{}</body></html>'


@pytest.mark.parametrize(
    "flaw",
    [
        "<p><div>tekst</div></p>",
        "<ul><p>tekst</p></ul>",
        '<img src="x.png">',
        '<button type="submit"><a href="/">weg</a></button>',
        '<label for="nergens">Naam</label>',
        '<p id="een"></p><p id="een"></p>',
        '<table><tr><td role="cell">1</td></tr></table>',
        "<section><span>geen kop</b></section>",
    ],
)
def test_the_checker_sees_a_flaw(flaw: str) -> None:
    """A check that cannot fail proves nothing."""
    found = nu.faults({"sound": SOUND.format("<h1>Goed</h1>"), "flawed": SOUND.format(f"<h1>Fout</h1>{flaw}")})
    assert set(found) == {"flawed"}


@pytest.mark.slow
def test_every_page_of_the_stories_is_sound(in_force: Portal, bracketed: Brackets) -> None:
    accepted_terms(in_force, TOM)
    seen = {f"{number} {browser.address}": browser.response.text for number, browser in enumerate(pages(in_force))}
    assert not nu.faults(seen)
