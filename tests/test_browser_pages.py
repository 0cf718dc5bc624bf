"""Every page and state at three widths: nothing for axe to find, nothing wider than the screen, no word of complaint."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.accessibility import RUN
from tests.chromium import ARGUMENTS, CHROMIUM, Portal, Visit, axe, running, visiting

pytestmark = pytest.mark.browser
WIDTHS = (390, 768, 1280)
Opens = Callable[[Visit], object]


def board_of_ann(visit: Visit, part: str) -> Visit:
    """One part of the organisation of which Ann is a signatory."""
    return visit.open("/organisaties").follow("Stichting Voorbeeldonderwijs").follow(part)


PAGES: dict[str, tuple[str | None, Opens]] = {
    "welcome": (None, lambda visit: visit.open("/")),
    "register-empty": (None, lambda visit: visit.open("/register")),
    "register-hits": (None, lambda visit: visit.open("/register?q=hoofddorp")),
    "register-nothing": (None, lambda visit: visit.open("/register?q=xyzzyxyzzy")),
    "register-board": (None, lambda visit: visit.open("/register/bestuur/13622")),
    "register-location": (None, lambda visit: visit.open("/register/vestiging/00AP00")),
    "begin": (None, lambda visit: visit.open("/inschrijven")),
    "begin-fault": (None, lambda visit: visit.open("/inschrijven").fill(email="naam").press("Mail mij de link")),
    "sign-in": (None, lambda visit: visit.open("/inloggen")),
    "sign-in-fault": (None, lambda visit: visit.open("/inloggen").fill(email="x@y.nl", password="z").press("Inloggen")),
    "forgotten": (None, lambda visit: visit.open("/wachtwoord-vergeten")),
    "not-found": (None, lambda visit: visit.open("/bestaat-niet")),
    "expired-link": (None, lambda visit: visit.open("/inschrijven/verder/klopt-niet")),
    "components": (None, lambda visit: visit.open("/onderdelen")),
    "components-duin": (None, lambda visit: visit.open("/onderdelen?thema=duin")),
    "mailbox": (None, lambda visit: visit.open("/postvak")),
    "mail": (None, lambda visit: visit.open("/postvak").follow("Te tekenen")),
    "teacher-tasks": ("meester.tom", lambda visit: visit.open("/")),
    "teacher-gate": ("meester.tom", lambda visit: visit.open("/rapporten").follow_first_school()),
    "terms-begin": ("meester.tom", lambda visit: visit.open("/zaken/begin/usage_terms?product=resultatenmonitor")),
    "account": ("meester.tom", lambda visit: visit.open("/account")),
    "signatory-tasks": ("karin", lambda visit: visit.open("/")),
    "signatory-sign": ("karin", lambda visit: visit.open("/").follow("Lees en teken")),
    "signatory-sign-fault": ("karin", lambda visit: visit.open("/").follow("Lees en teken").press("Teken nu")),
    "signatory-case": ("karin", lambda visit: visit.open("/zaken").follow("Inschrijving")),
    "signatory-gate": ("karin", lambda visit: visit.open("/rapporten").follow_first_school()),
    "organisations": ("ann", lambda visit: visit.open("/organisaties")),
    "organisation": ("ann", lambda visit: visit.open("/organisaties").follow("Stichting Voorbeeldonderwijs")),
    "organisation-fault": (
        "ann",
        lambda visit: board_of_ann(visit, "Mensen en rollen").press("Uitnodigen"),
    ),
    "organisation-people": ("ann", lambda visit: board_of_ann(visit, "Mensen en rollen")),
    "organisation-end-role": (
        "ann",
        lambda visit: board_of_ann(visit, "Mensen en rollen").follow("Rol beëindigen"),
    ),
    "organisation-documents": ("ann", lambda visit: board_of_ann(visit, "Stukken")),
    "organisation-cases": ("ann", lambda visit: board_of_ann(visit, "Zaken")),
    "organisation-schools": ("ann", lambda visit: board_of_ann(visit, "Scholen")),
    "my-data": ("ann", lambda visit: visit.open("/account/gegevens")),
    "my-waiting": ("ann", lambda visit: visit.open("/wacht-op-anderen")),
    "my-in-force": ("ann", lambda visit: visit.open("/van-kracht")),
    "my-in-force-nothing": ("ann", lambda visit: visit.open("/van-kracht?q=xyzzy")),
    "my-cases": ("ann", lambda visit: visit.open("/zaken")),
    "my-deadlines": ("karin", lambda visit: visit.open("/agenda")),
    "my-deadlines-empty": ("ann", lambda visit: visit.open("/agenda")),
    "privacy": (None, lambda visit: visit.open("/privacy")),
    "accessibility": (None, lambda visit: visit.open("/toegankelijkheid")),
    "weakness": (None, lambda visit: visit.open("/zwakke-plek-melden")),
    "school-acted-for": ("ann", lambda visit: visit.open("/organisaties").follow_school_acted_for()),
    "reports": ("ann", lambda visit: visit.open("/rapporten")),
    "declared-case": ("ann", lambda visit: visit.open("/zaken").follow("Bestuursverklaring")),
    "queue": ("sanne", lambda visit: visit.open("/servicedesk")),
    "queue-nothing": ("sanne", lambda visit: visit.open("/servicedesk?q=xyzzy")),
    "assess": ("sanne", lambda visit: visit.open("/servicedesk").follow("Stichting Voorbeeldonderwijs Hoorn")),
    "assess-fault": (
        "sanne",
        lambda visit: visit.open("/servicedesk").follow("Stichting Voorbeeldonderwijs Hoorn").press("Weigeren"),
    ),
}
PEOPLE = {
    "meester.tom": ("meester.tom@amersfoort.example", None),
    "karin": ("karin.visser@helmond.example", "karin"),
    "ann": ("ann.devries@amersfoort.example", "ann"),
    "sanne": ("servicedesk@tekenpoort.example", "sanne"),
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running(tmp_path_factory.mktemp("pages") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    RUN.write(states=len(PAGES))


@pytest.mark.parametrize("who", [None, *PEOPLE])
def test_every_page_is_fit_for_everybody_at_every_width(portal: Portal, chromium: Browser, who: str | None) -> None:
    with visiting(chromium, portal) as visit:
        if who:
            email, code = PEOPLE[who]
            visit.sign_in(email, code=code)
        found: dict[str, list[str]] = {}
        for name, (whose, opens) in PAGES.items():
            if whose != who:
                continue
            for width in WIDTHS:
                visit.page.set_viewport_size({"width": width, "height": 900})
                opens(visit)
                faults = [*axe(visit.page), *too_wide(visit.page)]
                picture(visit.page, f"{width}-{name}")
                if faults:
                    found[f"{name} at {width}"] = faults
        visit.complaints.clear() if os.environ.get("TEKENPOORT_PICTURES") else None  # taking a picture adds a style
    assert not found, "\n".join(f"{where}: {fault}" for where, faults in found.items() for fault in faults)


def too_wide(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wider} px wider than the screen"] if wider > 0 else []


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("TEKENPOORT_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
