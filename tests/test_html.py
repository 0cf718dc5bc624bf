"""Every page and state is sound HTML in the eyes of the W3C's own checker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Response, sync_playwright

from tests import nu, test_browser_pages, test_house
from tests.builders import TOM, Portal, accepted_terms
from tests.chromium import ARGUMENTS, CHROMIUM, visiting
from tests.chromium import Portal as RunningPortal
from tests.test_browser_pages import PAGES, PEOPLE, Opens
from tests.test_house import Brackets, pages

portal, bracketed = test_browser_pages.portal, test_house.bracketed
SOUND = '<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Stuk</title></head><body>{}</body></html>'


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


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


@pytest.mark.browser
@pytest.mark.parametrize("who", [None, *PEOPLE])
def test_every_page_and_state_in_the_browser_is_sound(
    portal: RunningPortal, chromium: Chromium, who: str | None
) -> None:
    """As the server sent it: in the browser our script has added to it."""
    sent: dict[str, str] = {}
    with visiting(chromium, portal) as visit:
        answers: list[Response] = []

        def note(answer: Response) -> None:
            answers.append(answer)

        visit.page.on("response", note)
        if who:
            email, code = PEOPLE[who]
            visit.sign_in(email, code=code)
        for name, opens in _pages_of(who):
            opens(visit)
            last = next(each for each in reversed(answers) if _is_page(each))
            sent[f"{name} {last.url}"] = last.text()
            answers.clear()
    assert not nu.faults(sent)


def _is_page(answer: Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html") and "location" not in answer.headers


def _pages_of(who: str | None) -> Iterator[tuple[str, Opens]]:
    yield from ((name, opens) for name, (whose, opens) in PAGES.items() if whose == who)
