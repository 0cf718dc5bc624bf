"""Every page and state at three widths: nothing for axe or the W3C's checker, nothing wider than the screen, no complaint."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Response

from tests import nu
from tests.accessibility import RUN
from tests.chromium import Visit
from tests.every_page import VISITORS
from tests.full_house import House, full_house
from tests.looking import faults_of, picture
from tests.staged import Served, apart, serving

pytestmark = pytest.mark.browser
WIDTHS = (390, 768, 1280)
STATES = sum(len(pages) for _, pages in VISITORS.values())
LOOKED_AT: set[str] = set()
"""The endpoints of the pages that were looked at."""
SENT: dict[str, str] = {}
"""Their HTML."""
NO_PAGES = {
    "accounts.signed_in": "leads on",
    "appearance.stylesheet": "a style sheet",
    "appearance.logo": "a picture",
    "static": "files",
    "home.health": "for machines",
    "public.robots_txt": "for machines",
    "public.security_txt": "for machines",
    "calendar.download": "a calendar file",
    "calendar.one": "a calendar file",
    "calendar.subscribed": "a calendar file",
    "my_data.as_json": "a file",
    "my_data.as_zip": "a file",
    "documents.pdf": "a PDF",
    "on_paper.pdf": "a PDF",
    "on_paper.scan": "a PDF",
    "evidence.download": "a file",
    "colleagues.evidence": "a PDF",
    "service_desk.evidence": "a PDF",
    "components_page.export": "a spreadsheet",
    "agreement_drafts.as_json": "a file",
    "agreement_publishing.preview_pdf": "a PDF",
    "agreement_texts.as_docx": "a file",
    "agreement_texts.as_json": "a file",
    "agreement_texts.as_pdf": "a PDF",
    "agreements.certificate": "a PDF",
    "agreements.index_xlsx": "a spreadsheet",
    "agreements.pdf": "a PDF",
    "case_texts.as_pdf": "a PDF",
    "documents.beforehand": "a PDF",
    "dpia.file": "a PDF",
    "dpia_measures.evidence": "a PDF",
    "dpia_measures.index_xlsx": "a spreadsheet",
    "dpia_register.index_xlsx": "a spreadsheet",
    "model_publishing.draft_json": "a file",
    "model_publishing.draft_pdf": "a PDF",
    "models.as_json": "a file",
    "models.as_pdf": "a PDF",
    "gate.explain": "leads to the gate of a report",
    "board_reports.index": "leads to the first report",
    "permissions.attachment": "a PDF",
    "sharing.file": "a file",
    "own_reports.file": "a file",
    "own_reports.kept_file": "a file",
    "own_report_pages.file": "a file",
    "offering.show_xlsx": "a spreadsheet",
    "working_copy.ours": "a file",
    "working_copy.template": "a file",
}
"""What answers a GET with something else than a page; names that end in _csv are spreadsheets."""


@pytest.fixture(scope="module")
def house(installation: Any, chromium: Browser) -> Iterator[tuple[Served, House]]:
    template = installation.portal("in_force")
    portal = apart(template.__enter__)
    with ExitStack() as doors:
        doors.push(template)
        there = apart(full_house, portal)
        yield Served("pages", portal, doors.enter_context(serving(portal)), chromium, doors), there
    RUN.write(states=STATES)


@pytest.mark.parametrize("who", VISITORS)
def test_every_page_is_fit_for_everybody_at_every_width(house: tuple[Served, House], who: str) -> None:
    served, there = house
    someone, pages = VISITORS[who]
    visit, found = served.visit(someone, kind=Visit), []
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    visit.page.on("response", note)
    for name, page in pages.items():
        visit.open(page.format(**there)) if isinstance(page, str) else page(visit, there)
        found += [f"{who} {name} {fault}" for fault in faults_of(visit.page, WIDTHS)]
        SENT[f"{who} {name}"] = next(each for each in reversed(answers) if _is_page(each)).text()
        LOOKED_AT.add(served.endpoint(visit.page.url))
        answers.clear()
        for width in WIDTHS:
            visit.page.set_viewport_size({"width": width, "height": 900})
            picture(visit.page, f"{width}-{who}-{name}")
    assert not found, "\n".join(found)


def test_every_page_was_sound_html_when_it_was_sent(house: tuple[Served, House]) -> None:
    """As the server sent it: in the browser our script has added to it."""
    assert not nu.faults(SENT)


def test_no_page_was_passed_over(house: tuple[Served, House]) -> None:
    if RUN.states < STATES:
        pytest.skip("the pages were not all looked at")
    rules = [each for each in house[0].portal.app.url_map.iter_rules() if "GET" in (each.methods or ())]
    pages = {each.endpoint for each in rules if not each.build_only and not each.endpoint.endswith("_csv")}
    assert pages - LOOKED_AT == set(NO_PAGES)


def _is_page(answer: Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html") and "location" not in answer.headers
