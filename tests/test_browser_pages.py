"""Every page and state at three widths: nothing for axe or the W3C's checker, nothing wider than the screen, no complaint."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Response

from tests import nu
from tests.accessibility import RUN
from tests.builders import ANN, BAS, EVA, IRIS, LOTTE, NOOR, PASSWORD, PRODUCT, SANNE, THEIR_SCHOOL, TOM, Someone
from tests.chromium import Visit
from tests.full_house import House, full_house
from tests.looking import faults_of, picture
from tests.staged import Served, apart, serving

pytestmark = pytest.mark.browser
WIDTHS = (390, 768, 1280)
Opens = Callable[[Visit, House], object]
Page = str | Opens


def sent(address: str, button: str, **typed: str) -> Opens:
    """The page that comes when this form is sent."""
    return lambda visit, house: visit.open(address.format(**house)).fill(**typed).press(button)


def at_the_code(visit: Visit, _house: House) -> Visit:
    """Halfway signing in: the password was right, the code is still asked."""
    return visit.open("/inloggen").fill(email=ANN.email, password=PASSWORD).press("Inloggen")


def on_paper(address: str) -> Opens:
    """The page as it is printed."""

    def opens(visit: Visit, house: House) -> None:
        visit.open(address.format(**house)).page.emulate_media(media="print")

    return opens


STRANGER: dict[str, Page] = {
    "welcome": "/",
    "register": "/register",
    "register-hits": "/register?q=hoofddorp",
    "register-nothing": "/register?q=xyzzyxyzzy",
    "register-board": "/register/bestuur/13622",
    "register-location": "/register/vestiging/00AP00",
    "begin": "/inschrijven",
    "begin-fault": sent("/inschrijven", "Mail mij de link", email="naam"),
    "begin-sent": sent("/inschrijven", "Mail mij de link", email="iemand@elders.example"),
    "sign-in": "/inloggen",
    "sign-in-fault": sent("/inloggen", "Inloggen", email="x@y.nl", password="z"),
    "forgotten": "/wachtwoord-vergeten",
    "forgotten-fault": sent("/wachtwoord-vergeten", "Stuur mij een link", email="naam"),
    "forgotten-sent": sent("/wachtwoord-vergeten", "Stuur mij een link", email="x@y.nl"),
    "reset": "{reset}",
    "reset-fault": sent("{reset}", "Wachtwoord opslaan", password="kort", password_confirm="kort"),
    "invitation": "{invitation}",
    "invitation-fault": sent("{invitation}", "Account maken", password="kort", password_confirm="anders"),
    "invitation-unknown": "/uitnodiging/klopt-niet",
    "not-found": "/bestaat-niet",
    "expired-link": "/inschrijven/verder/klopt-niet",
    "components": "/onderdelen",
    "components-duin": "/onderdelen?thema=duin",
    "mailbox": "/postvak",
    "mailbox-nothing": "/postvak?q=xyzzy",
    "mail": "/postvak/{mail}",
    "privacy": "/privacy",
    "accessibility": "/toegankelijkheid",
    "weakness": "/zwakke-plek-melden",
    "code": at_the_code,
    "code-fault": lambda visit, house: at_the_code(visit, house).fill(code="000000").press("Inloggen"),
    "recovery": lambda visit, house: at_the_code(visit, house).open("/tweede-factor/herstelcode"),
    "draft-by-link": "{go_on}",
    "draft-answered": "/zaken/{begun}/details",
    "draft-fault": sent("/zaken/{begun}/you", "Opslaan en verder", name=""),
    "draft-authority": "/zaken/{begun}/authority",
    "draft-check": "/zaken/{begun}/nakijken",
}
TEACHER: dict[str, Page] = {
    "tasks": "/",
    "reports": "/rapporten",
    "report": "{report}",
    "report-by-subject": "{report}?dataset=referentieniveaus",
    "gate-open": "{report}/poort",
    "terms-begin": f"/zaken/begin/usage_terms?product={PRODUCT}",
    "terms-accepted": "/zaken/{accepted}",
    "terms-confirmed": "/zaken/{accepted}/ontvangen",
    "terms-take-back": "/zaken/{accepted}/akkoord-intrekken",
    "school": "/organisaties/{school}",
    "account": "/account",
    "account-change": "/account/wijzigen",
    "account-change-fault": sent("/account/wijzigen", "Opslaan", name=""),
    "second-factor": "/tweede-factor",
    "password": "/wachtwoord-wijzigen",
    "password-fault": sent("/wachtwoord-wijzigen", "Wachtwoord opslaan", password="x", new_password="y"),
    "prove": "/bevestigen",
    "my-data": "/account/gegevens",
    "request-begin": "/zaken/begin/request?organisation={school}",
}
NEWCOMER: dict[str, Page] = {
    "tasks-none": "/",
    "cases-none": "/zaken",
    "deadlines-none": "/agenda",
    "waiting-none": "/wacht-op-anderen",
    "in-force-none": "/van-kracht",
    "several-none": "/tekenen",
    "gate-terms": "{report}",
}
SIGNATORY: dict[str, Page] = {
    "tasks": "/",
    "deadlines": "/agenda",
    "several-not-read": "/tekenen",
    "sign": "/tekenen/{to_read}",
    "sign-fault": sent("/tekenen/{to_read}", "Teken nu", typed_name="Iemand anders"),
    "several": "/tekenen",
    "several-fault": sent("/tekenen", "Teken nu"),
    "case-to-sign": "/zaken/{to_sign}",
    "send-back": "/zaken/{to_sign}/terugsturen",
    "send-back-fault": sent("/zaken/{to_sign}/terugsturen", "Ja, terugsturen"),
    "decline": "/zaken/{to_sign}/afwijzen",
    "withdraw": "/zaken/{to_sign}/intrekken",
    "document-to-sign": "/stukken/{to_read}",
    "gate-not-declared": f"/rapporten/{PRODUCT}/{THEIR_SCHOOL}",
}
DIRECTOR: dict[str, Page] = {
    "tasks": "/",
    "tasks-nothing": "/?q=xyzzy",
    "organisations": "/organisaties",
    "organisation": "/organisaties/{board}",
    "people": "/organisaties/{board}/mensen",
    "people-nothing": "/organisaties/{board}/mensen?q=xyzzy",
    "people-fault": sent("/organisaties/{board}/mensen", "Uitnodigen"),
    "end-role": "/organisaties/{school}/rollen/{membership}/einde",
    "office-rights": "/organisaties/{board}/rollen/{office}/rechten",
    "documents": "/organisaties/{board}/stukken",
    "organisation-cases": "/organisaties/{board}/zaken",
    "schools": "/organisaties/{board}/scholen",
    "schools-nothing": "/organisaties/{board}/scholen?q=xyzzy",
    "school-acted-for": "/organisaties/{school}",
    "waiting": "/wacht-op-anderen",
    "in-force": "/van-kracht",
    "in-force-nothing": "/van-kracht?q=xyzzy",
    "cases": "/zaken",
    "document": "/stukken/{document}",
    "declared": "/zaken/{declared}",
    "declared-confirmed": "/zaken/{declared}/ontvangen",
    "draft": "/zaken/{draft}",
    "draft-scope": "/zaken/{draft}/scope",
    "draft-actors": "/zaken/{draft}/actors",
    "draft-licence": "/zaken/{draft}/licence",
    "draft-start": "/zaken/{draft}/start",
    "draft-start-fault": sent("/zaken/{draft}/start", "Opslaan en verder", since__day="31", since__month="2"),
    "draft-check": "/zaken/{draft}/nakijken",
    "comments": "/zaken/{draft}/scope/opmerkingen",
    "comments-fault": sent("/zaken/{draft}/scope/opmerkingen", "Plaatsen"),
    "hand-over": "/zaken/{draft}/overdragen",
    "hand-over-fault": sent("/zaken/{draft}/overdragen", "Overdragen"),
    "declaration-again": "/zaken/begin/board_declaration?organisation={board}",
    "recovery-codes": "/herstelcodes",
    "not-for-me": "/servicedesk",
}
BLOCKED: dict[str, Page] = {"gate-blocked": "{report}"}
SECRETARY: dict[str, Page] = {"terms-group": "/zaken/{reading}/group", "terms-read": "/zaken/{reading}/read"}
RIGHTS_HOLDER: dict[str, Page] = {
    "products": "/rechthebbenden",
    "readers": f"/rechthebbenden/{PRODUCT}",
    "readers-nothing": f"/rechthebbenden/{PRODUCT}?q=xyzzy",
    "block": f"/blokkades/{PRODUCT}/{{tom}}",
    "block-fault": sent(f"/blokkades/{PRODUCT}/{{tom}}", "Blokkeren"),
    "lift": "/blokkades/{block}/opheffen",
}
DESK: dict[str, Page] = {
    "queue": "/servicedesk",
    "queue-nothing": "/servicedesk?q=xyzzy",
    "assess": "/servicedesk/{queued}",
    "assess-fault": sent("/servicedesk/{queued}", "Weigeren"),
    "open-cases": "/servicedesk/zaken",
    "open-cases-nothing": "/servicedesk/zaken?q=xyzzy",
    "persons": "/servicedesk/personen",
    "persons-nothing": "/servicedesk/personen?q=xyzzy",
    "person": "/servicedesk/personen/{tom}",
    "block-account": "/blokkades/account/{tom}",
    "organisations": "/servicedesk/organisaties",
    "organisation": "/servicedesk/organisaties/{board}",
    "health": "/servicedesk/gezondheid",
    "products": "/servicedesk/producten",
    "product": "{product}",
    "product-change": "{product}/wijzigen",
    "product-new": "/servicedesk/producten/nieuw",
    "product-new-fault": sent("/servicedesk/producten/nieuw", "Opslaan"),
    "concept": "/servicedesk/concepten/{concept}",
    "concept-preview": "/servicedesk/concepten/{concept}/voorbeeld",
    "concept-discard": "/servicedesk/concepten/{concept}/weggooien",
    "publication": "/servicedesk/publicaties/{newer}",
    "campaign": "/servicedesk/publicaties/{newer}/campagne",
    "campaign-organisations": "/servicedesk/publicaties/{newer}/campagne/organisaties",
    "campaign-remind": "/servicedesk/publicaties/{newer}/campagne/herinneren",
    "moving": "/servicedesk/verplaatsen",
    "move": "/servicedesk/verplaatsen/{reading}",
    "judge-not-here": "/zaken/{queued}/oordeel",
}
IN_ENGLISH: dict[str, Page] = {
    "tasks": "/?taal=en",
    "organisation": "/organisaties/{board}",
    "declared": "/zaken/{declared}",
    "draft-licence": "/zaken/{draft}/licence",
    "not-found": "/bestaat-niet",
}
IN_ANOTHER_THEME: dict[str, Page] = {
    "tasks": "/?thema=duin",
    "organisation": "/organisaties/{board}?thema=duin",
    "declared": "/zaken/{declared}?thema=duin",
    "draft-check": "/zaken/{draft}/nakijken?thema=duin",
}
ON_PAPER: dict[str, Page] = {
    "organisation": on_paper("/organisaties/{board}"),
    "declared": on_paper("/zaken/{declared}"),
    "document": on_paper("/stukken/{document}"),
    "in-force": on_paper("/van-kracht"),
}
VISITORS: dict[str, tuple[Someone | None, dict[str, Page]]] = {
    "stranger": (None, STRANGER),
    "teacher": (TOM, TEACHER),
    "newcomer": (NOOR, NEWCOMER),
    "signatory": (IRIS, SIGNATORY),
    "director": (ANN, DIRECTOR),
    "blocked": (BAS, BLOCKED),
    "secretary": (EVA, SECRETARY),
    "rights-holder": (LOTTE, RIGHTS_HOLDER),
    "desk": (SANNE, DESK),
    "english": (ANN, IN_ENGLISH),
    "duin": (ANN, IN_ANOTHER_THEME),
    "paper": (ANN, ON_PAPER),
}
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
    "colleagues.evidence": "a PDF",
    "service_desk.evidence": "a PDF",
    "components_page.export": "a spreadsheet",
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
