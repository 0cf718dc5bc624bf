"""Changes, requests, new terms and blocks, in a real browser: every stop of every path is looked at, at two widths."""

from pathlib import Path

import pytest

from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    LOTTE,
    OURS,
    PASSWORD,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    a_declaration,
    a_rights_holder,
    accepted_terms,
)
from tests.staged import AtStage, apart
from tests.test_mandate_change import CAS
from tests.test_request import SUUS, a_request, with_supplier

pytestmark = pytest.mark.browser
SAVE = "Opslaan en verder"
REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"


@pytest.fixture
def a_file(tmp_path: Path) -> Path:
    """A PDF to send along."""
    path = tmp_path / "besluit.pdf"
    path.write_bytes(A_PDF)
    return path


# --- Who may sign ------------------------------------------------------------------------------------------------


def test_a_new_director_joins_and_makes_an_account_while_signing(at_stage: AtStage, a_file: Path) -> None:
    at = at_stage("registered")
    eva = at.begins(EVA, "mandate_change", "Wat verandert er?").press(SAVE).sees("Kies")
    eva.choose("what", "joining").press(SAVE)
    eva.fill(people__0__name=CAS.name, people__0__function=CAS.function, people__0__email=CAS.email).press(SAVE)
    eva.choose("basis", "statutes").press(SAVE).sees("Kies een bestand")
    eva.upload("evidence", a_file).press(SAVE).sees(CAS.name).press("Wijziging versturen")
    at.work()
    at.signs(ANN, BAS)
    declaration = apart(lambda: a_declaration(at.portal, real=True))

    cas = at.visit().open(at.link(CAS.email, "Te tekenen"))
    cas.fill(password=PASSWORD, password_confirm=PASSWORD).press("Account maken").sees("Dit is eerst nodig")
    cas.page.locator("summary").first.click()
    cas.fill(code=at.portal.code_of_key(cas.page.locator("code.hash").inner_text())).press("App koppelen")
    cas.follow("Nu niet").sees("Lees en teken")
    cas.fill(typed_name=CAS.name, code=at.portal.code(CAS)).press("Teken nu").sees("vastgelegd")
    at.signs(BAS)
    assert at.portal.state(declaration) == "decided"


# --- What becomes of an organisation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "goes_on"), [("merger", "yes"), ("split", "no")], ids=["a merger, and it goes on", "a split, and it ends"]
)
def test_a_merger_or_split_is_judged_and_signed(at_stage: AtStage, a_file: Path, kind: str, goes_on: str) -> None:
    at = at_stage("in_force")
    eva = at.begins(EVA, "organisation_change", "Wat verandert er?").choose("what", "merger", "split").press(SAVE)
    eva.sees("Kies één van deze drie")
    eva.leave_out("what", "split" if kind == "merger" else "merger").press(SAVE)
    eva.fill(other="Stichting Ander (12345)", since__day="30", since__month="11", since__year="2026")
    eva.choose("continues", goes_on).upload("evidence", a_file).press(SAVE).press("Wijziging versturen")
    at.visit(SANNE).open("/servicedesk").follow("Stichting Voorbeeld").sees("Stichting Ander").press("Akkoord")
    at.work()
    at.signs(ANN, BAS)
    document = at.portal.document(at.portal.case("organisation_change"))
    at.visit(ANN).open(f"/stukken/{document.id}").sees("Stichting Ander (12345)")
    at.portal.later(days=7)
    ann = at.visit(ANN).open(f"/organisaties/{at.portal.organisation(OURS)}")
    ann.sees("Stichting Voorbeeld 28849" if goes_on == "yes" else "Deze pagina bestaat niet, of is niet voor u")


# --- Asking, and objecting ---------------------------------------------------------------------------------------


def test_a_request_is_answered_by_the_supplier_or_the_desk(at_stage: AtStage) -> None:
    at = at_stage("registered")
    with_supplier(at.portal)
    eva = at.begins(EVA, "request", "Wat wilt u vragen?").press(SAVE).sees("Maak een keuze")
    eva.choose("kind", "quote").press(SAVE).choose("products", PRODUCT).press(SAVE)
    eva.fill(number="300", wish="Tekenpakket.").press(SAVE).press("Verzoek versturen")
    at.visit(SUUS).open(at.link(SUUS.email, "Te beoordelen")).follow("Lees en beoordeel").fill(
        words="Offerte volgt."
    ).press("Akkoord")
    eva.open(f"/zaken/{at.portal.case('request')}").sees("Offerte volgt.")

    case_id = a_request(at.portal, "helpdesk")
    desk = at.visit(SANNE).open(f"/servicedesk/{case_id}").press("Vraag stellen").sees("Schrijf")
    desk.fill(words="Voor welke school?").press("Vraag stellen")
    eva.open(at.link(EVA.email, "Een vraag over uw zaak")).sees("Voor welke school?")
    eva.open(f"/zaken/{case_id}/nakijken").press("Verzoek versturen")
    desk.open(f"/servicedesk/{case_id}").fill(words="Wij bellen u maandag.").press("Akkoord")
    eva.open(f"/zaken/{case_id}").sees("Wij bellen u maandag.")


def test_a_school_objects_to_the_declaration_of_its_board(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    tom = at.begins(TOM, "request", "Wat wilt u vragen?", SCHOOL).choose("kind", "objection").press(SAVE)
    tom.sees("de verklaring die voor uw school geldt").press(SAVE).sees("Vul in")
    tom.fill(reason="Wij vallen onder een ander bestuur.").press(SAVE).press("Verzoek versturen")
    desk = at.visit(SANNE).open("/servicedesk").follow("Jozefschool").sees("Wij vallen onder een ander bestuur.")
    desk.fill(words="Wij leggen het aan het bestuur voor.").press("Akkoord")
    tom.open(f"/zaken/{at.portal.case('request')}").sees("Wij leggen het aan het bestuur voor.")


# --- New terms ---------------------------------------------------------------------------------------------------


def test_a_new_version_of_the_terms_from_draft_to_campaign(at_stage: AtStage) -> None:
    """Compared clause by clause, its effect foretold, published; within the grace one reads on, after it one does not."""
    at = at_stage("in_force")
    accepted_terms(at.portal, TOM)
    accepted_terms(at.portal, ANN)
    product = f"/servicedesk/producten/{PRODUCT}"
    desk = (
        at.visit(SANNE)
        .open(product)
        .press("Maak een concept van de laatste versie")
        .press("Omlaag: Bepaling 1")
        .press("Omhoog: Bepaling 2")
    )
    desk.fill(version="2027-01", clauses__2__text="U mag cijfers delen met uw eigen school en met niemand anders.")
    desk.press("Bewaren en bekijken").sees("Vergeleken met versie 2026-11", "[toegevoegd:", "[vervallen:")
    desk.fill(since__day="22", since__month="11", since__year="2026", grace_days="14").press("Bekijk het gevolg")
    desk.sees("zondag 22 november 2026 is voorbij").fill(since__day="1", since__month="12").press("Bekijk het gevolg")
    desk.sees("2 personen accepteerden versie 2026-11", "Vanaf dinsdag 1 december 2026", "voldoet de vorige versie nog")
    desk.press("Publiceer versie 2027-01").sees("ligt vast", "gaat in op dinsdag 1 december 2026")

    at.portal.later(days=8)
    at.work()
    tom = at.visit(TOM).open(at.link(TOM.email, "Nieuwe voorwaarden"))
    tom.open(REPORT).sees("Jozefschool")
    desk = at.visit(SANNE).open(product).sees("voldoet nog tot en met maandag 14 december 2026").follow("Campagne")
    desk.sees("0 van 2 personen zijn akkoord").follow("Herinner 2 personen").press("Ja, stuur de herinnering")
    desk.sees("Er gaan 2 herinneringen uit")

    at.portal.later(days=14)
    tom = at.visit(TOM).open(REPORT).sees("De poort is nog dicht").press("Lees de voorwaarden")
    tom.sees("Wat er veranderde sinds versie 2026-11", "[toegevoegd:").tick_all("confirmed").press(SAVE)
    tom.choose("group", "school").press(SAVE).fill(name=TOM.name).press("Ik ga akkoord")
    tom.open(REPORT).sees("Jozefschool")
    at.visit(SANNE).open(product).follow("Campagne").sees("1 van 2 personen zijn akkoord")


def test_one_takes_back_ones_yes_to_the_terms(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    case_id = accepted_terms(at.portal, TOM)
    tom = at.visit(TOM).open(f"/zaken/{case_id}").follow("Mijn akkoord intrekken").sees("gaan voor u dicht")
    tom.press("Ja, mijn akkoord intrekken").sees("ingetrokken").open(REPORT).sees("De poort is nog dicht")


# --- Blocking ----------------------------------------------------------------------------------------------------


def test_a_rights_holder_blocks_somebody_and_lifts_it(at_stage: AtStage) -> None:
    """R004-07"""
    at = at_stage("in_force")
    a_rights_holder(at.portal)
    accepted_terms(at.portal, TOM)
    tom = at.visit(TOM).open(REPORT).sees("Jozefschool")
    lotte = at.visit(LOTTE).open("/rechthebbenden").follow("Onderwijsresultatenmonitor")
    lotte.follow("Blokkeren: Tom").press("Blokkeren").sees("reden")
    lotte.fill(reason="Deelde cijfers met een krant", words="Bel ons even").press("Blokkeren").sees("geblokkeerd")
    tom.open(REPORT).sees("Centerdata heeft uw toegang geblokkeerd", "Bel ons even")
    lotte.follow("Opheffen: Tom").press("Ja, opheffen").sees("opgeheven")
    tom.open(REPORT).sees("Jozefschool")
