"""The whole chain in a real browser, with JavaScript and without: from a real board to a teacher's own report."""

import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page

from portal.demonstration import EXAMPLE_PDF
from tests.chromium import PASSWORD, ByKeyboard, Visit, visiting
from tests.looking import axe, picture, too_wide
from tests.running import Portal, running

pytestmark = pytest.mark.browser
STEP = 30


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running(tmp_path_factory.mktemp("chain") / "data") as found:
        yield found


class App:
    """An authenticator app: it never shows a code that was used before."""

    def __init__(self, key: str) -> None:
        self.totp, self.last = TOTP(key=key.replace(" ", "").replace("-", "")), 0

    def code(self) -> str:
        now = int(time.time()) // STEP
        counter = max(now, self.last + 1)
        while counter > int(time.time()) // STEP + 1:
            time.sleep(1)
        self.last = counter
        return str(self.totp.generate(time=counter * STEP).token)


def mailed_link(visit: Visit, email: str, subject: str) -> str:
    """The link in the newest mail with this subject, read as its reader does."""
    visit.open(f"/postvak?q={email}").follow(subject)
    [link] = re.findall(r"http://127\.0\.0\.1:\d+/\S{20,}", visit.page.locator(".mail-body").inner_text())[:1]
    return link


def accept_invitation(visit: Visit, email: str) -> App | None:
    """From the mailed link to an account, with an authenticator app where the role asks for one."""
    visit.open(mailed_link(visit, email, "Uitnodiging")).shown("invitation")
    if not visit.page.locator("[name=function]").input_value():
        visit.fill(function="Leerkracht")
    visit.fill(password=PASSWORD, password_confirm=PASSWORD).press("Account maken")
    if "/tweede-factor" not in visit.page.url:
        return None
    visit.shown("second-factor")
    visit.page.locator("summary").first.click()
    app = App(visit.page.locator("code.hash").inner_text())
    visit.fill(code=app.code()).press("App koppelen")
    return app


def register(visit: Visit, number: str, domain: str, evidence: Path, *, scripts: bool) -> None:
    """The whole registration of a real board, with two joint signatories."""
    visit.open("/inschrijven").fill(email=f"eva@{domain}").press("Mail mij de link").sees("Kijk in uw mail")
    visit.open(mailed_link(visit, f"eva@{domain}", "Ga verder")).sees("Wie schrijft u in?").shown("registration-tasks")
    visit.follow("Wie schrijft u in?").choose("kind", "board").press("Opslaan en verder").shown("step-register")
    visit.fill(q=number) if scripts else visit.fill(q=number).press("Zoeken")
    visit.page.wait_for_selector(f'input[value="board:{number}"]')
    visit.choose("party", f"board:{number}").shown("step-register-found").press("Opslaan en verder")
    visit.sees("uit het register van DUO").shown("step-details")
    visit.fill(street="Stationsplein 1", postcode="2132 AB", kvk="12345678").press("Opslaan en verder")
    visit.fill(name="Eva Bakker", function="Voorzitter").press("Opslaan en verder")
    visit.choose("self", "yes").choose("mode", "jointly").choose("basis", "trade_register")
    visit.fill(others__0__name="Daan Smit", others__0__function="Bestuurder", others__0__email=f"daan@{domain}")
    visit.upload("evidence", evidence).choose("together", "2").shown("step-authority").press("Opslaan en verder")
    visit.fill(people__0__name="Fleur Vos", people__0__email=f"fleur@{domain}")
    visit.choose("people-0-roles", "financial_contact").shown("step-roles").press("Opslaan en verder")
    visit.choose("channel", "email").fill(address=f"facturen@{domain}").choose("office", "no").press(
        "Opslaan en verder"
    )
    visit.choose("products", "resultatenmonitor").choose("pupil_system", "parnassys").choose("year_classes", "yes")
    visit.press("Opslaan en verder").sees("Kijk uw antwoorden na", number, "uittreksel.pdf").shown("check")
    visit.press("Inschrijving versturen").sees("De servicedesk beoordeelt").shown("submitted")


@pytest.mark.parametrize(
    ("scripts", "number", "width", "kind"),
    [(True, "13622", 1280, Visit), (False, "42683", 390, Visit), (True, "41573", 768, ByKeyboard)],
    ids=["with JavaScript", "without JavaScript on a phone", "by keyboard alone"],
)
def test_from_a_real_board_to_its_own_report(
    portal: Portal, chromium: Browser, tmp_path: Path, scripts: bool, number: str, width: int, kind: type[Visit]
) -> None:
    domain = f"bestuur{number}.example"
    evidence = tmp_path / "uittreksel.pdf"
    evidence.write_bytes(EXAMPLE_PDF)

    found: list[str] = []

    def look(page: Page, name: str) -> None:
        picture(page, f"{width}-{name}")
        faults = [*axe(page), *too_wide(page)] if scripts else too_wide(page)  # axe is a script itself
        found.extend(f"{name}: {fault}" for fault in faults)

    def at_a_browser():  # type: ignore[no-untyped-def]
        return visiting(chromium, portal.address, width=width, scripts=scripts, look=look, kind=kind)

    with at_a_browser() as eva, at_a_browser() as daan, at_a_browser() as desk, at_a_browser() as lotte:
        register(eva.counts_anew(), number, domain, evidence, scripts=scripts)
        eva.took("school: registration with a board from the register", typed=25)

        code = partial(portal.code, "sanne")
        desk.sign_in("servicedesk@tekenpoort.example", password=portal.password, code=code)
        desk.open("/servicedesk").shown("queue").counts_anew().follow("Schoolbestuur").shown("assess")
        desk.sees("Bewijs van de tekenbevoegdheid").press("Akkoord").sees("is vastgelegd")
        desk.took("operator: accept a clean registration, from the queue", clicks=2)

        app_of_eva = accept_invitation(eva, f"eva@{domain}")
        assert app_of_eva
        eva.open("/rapporten").shown("reports").follow_first_school().shown("gate-before-declaration")
        eva.sees("De poort is nog dicht", "nog niet verklaard dat deze school", "Begin met de bestuursverklaring")

        declare(eva, app_of_eva)
        reads_and_signs(daan, f"daan@{domain}")
        daan.wait_for("Compleet en verzegeld").shown("signed-complete")

        eva.open("/organisaties").sees("Scholen waarvoor u mag handelen").shown("acting-for").follow_school_acted_for()
        school = eva.page.locator("h1").inner_text()
        eva.follow("Mensen en rollen").shown("school-people").fill(name="Lotte Kok", email=f"lotte@{domain}").choose(
            "role", "reader"
        ).press("Uitnodigen")
        eva.sees("Lotte Kok is uitgenodigd")

        link = mailed_link(lotte, f"lotte@{domain}", "Uitnodiging")
        lotte.counts_anew().open(link).fill(function="Leerkracht", password=PASSWORD, password_confirm=PASSWORD)
        lotte.press("Account maken").sees("nog niet akkoord").shown("gate-terms")
        accept_terms(lotte)
        lotte.sees("staan voor u open", school.split("\n")[-1]).shown("card")
        lotte.took("report user: from the invitation to the first report", pages=6)
    assert not found, "\n".join(found)


def reads_and_signs(visit: Visit, email: str) -> None:
    """From the mail that asks for a signature to the signed declaration, making an account on the way."""
    link = mailed_link(visit, email, "Te tekenen")
    visit.counts_anew().open(link).fill(password=PASSWORD, password_confirm=PASSWORD).press("Account maken")
    visit.page.locator("summary").first.click()
    app = App(visit.page.locator("code.hash").inner_text())
    visit.fill(code=app.code()).press("App koppelen").follow("Nu niet").sees("Lees en teken")
    visit.fill(typed_name="Daan Smit", code=app.code()).press("Teken nu").sees("Alle handtekeningen zijn er")
    visit.took("signatory: from the mail to the signed declaration, without an account before", pages=5, forms=3)


def declare(visit: Visit, app: App) -> None:
    visit.follow("Begin met de bestuursverklaring").shown("declaration-begin").press("Beginnen").shown(
        "declaration-tasks"
    )
    visit.follow("Welke scholen vallen hieronder?").shown("declaration-scope").press("Opslaan en verder")
    visit.press("Opslaan en verder")
    visit.choose("collective", "yes").shown("declaration-licence")
    visit.press("Opslaan en verder").shown("declaration-start").press("Opslaan en verder").shown("declaration-check")
    visit.press("Klaarzetten om te tekenen").shown("declaration-submitted").wait_for("Nog niet getekend")
    visit.follow("Bekijk de zaak").shown("declaration-ready").follow("Lees en teken").shown("sign")
    visit.fill(typed_name="Eva Bakker", code="000000").press("Teken nu").sees("Deze code klopt niet").shown(
        "sign-wrong-code"
    )
    visit.fill(code=app.code()).press("Teken nu").sees("Uw handtekening is vastgelegd").shown("signed-first")


def accept_terms(visit: Visit) -> None:
    visit.press("Lees de voorwaarden").shown("terms-read")
    visit.press("Opslaan en verder").sees("Bevestig elke afspraak")
    visit.pages -= 1  # the fault was ours to make
    visit.tick_all("confirmed")
    visit.press("Opslaan en verder").choose("group", "school").shown("terms-group").press("Opslaan en verder")
    visit.fill(name="Lotte Kok").shown("terms-accept").press("Ik ga akkoord")
