"""The whole chain through the pages, without JavaScript: from a real board to a teacher's own report."""

import pytest

from tests.browser import Browser
from tests.builders import A_PDF, PASSWORD, PRODUCT, SANNE, Portal, Someone

NUMBER, SCHOOL = "13622", "16NN00"
REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
EVA = Someone("Eva Bakker", "eva@hoorn.example", "Voorzitter")
DAAN = Someone("Daan Smit", "daan@hoorn.example", "Bestuurder")
LOTTE = Someone("Lotte Kok", "lotte@hoorn.example", "Leerkracht")
TAKES_PART, MEMBER = "De school doet nog niet mee", "U hoort nog niet bij deze school"
TERMS = "U bent nog niet akkoord met de gebruiksvoorwaarden"


@pytest.mark.slow
def test_from_a_real_board_to_its_own_report(portal: Portal) -> None:
    """Issue 2, what it must show, 1; R002-16, -18, -19, -21, R004-01."""
    register(portal)
    desk = portal.sign_in(SANNE).open("/servicedesk").follow("Openbaar Onderwijs Hoofddorp")
    desk.sees("Gekozen uit het register van DUO").press("Akkoord").sees("is vastgelegd")

    eva, daan = an_invited_signatory(portal, EVA), an_invited_signatory(portal, DAAN)
    assert set(eva.open(REPORT).missing()) == {TAKES_PART, MEMBER, TERMS}
    eva.sees("heeft nog niet verklaard", "3 van 6")

    eva.follow("Begin met de bestuursverklaring").press("Beginnen")
    assert eva.follow("Welke scholen vallen hieronder?").values()["schools"][:2] == ["15JN00", "16NN00"]
    eva.press("Opslaan en verder").press("Opslaan en verder")
    eva.choose("collective", "no").press("Opslaan en verder").press("Opslaan en verder").sees("Kijk uw antwoorden na")
    assert eva_is_told(eva, "is begonnen, maar nog niet klaar")
    eva.open(f"/zaken/{portal.case('board_declaration')}/nakijken").press("Klaarzetten om te tekenen")
    assert eva_is_told(eva, "wordt klaargezet")
    portal.work()
    assert eva_is_told(eva, "getekend door 0 van 2. Nog nodig: ")

    reads_and_signs(portal, eva, EVA).sees("Uw handtekening is vastgelegd", "wacht nog op andere handtekeningen")
    assert eva_is_told(eva, "getekend door 1 van 2. Nog nodig: Daan Smit")
    assert eva.missing()[TAKES_PART] == "Daan Smit"
    reads_and_signs(portal, daan, DAAN).sees("Alle handtekeningen zijn er. Het besluit is van kracht.")
    assert set(eva.open(REPORT).missing()) == {TERMS}

    eva.open("/organisaties").follow("Basisschool De Bosrank").follow("Mensen en rollen").sees(
        "U nodigt uit namens Basisschool De Bosrank"
    )
    eva.fill(name=LOTTE.name, email=LOTTE.email).choose("role", "reader").press("Uitnodigen").sees("is uitgenodigd")
    lotte = an_account_by_mail(portal, LOTTE)
    assert lotte.open(REPORT).status == 403
    assert lotte.missing() == {TERMS: "uzelf"}

    lotte.press("Lees de voorwaarden")
    lotte.choose("confirmed", *every_clause(lotte)).press("Opslaan en verder")
    lotte.choose("group", "school").press("Opslaan en verder")
    lotte.fill(name=LOTTE.name).press("Ik ga akkoord").sees("De rapporten staan voor u open")
    assert lotte.status == 200
    lotte.sees("Basisschool De Bosrank", "Fundamenteel niveau (1F)", "Streefniveau (1S/2F)")


def register(portal: Portal) -> None:
    """Eva registers the board, step by step as the pages ask."""
    eva = portal.browser().open("/inschrijven").fill(email=EVA.email).press("Mail mij de link").sees("Kijk in uw mail")
    eva.open(portal.mailed_link(EVA.email, "Ga verder")).follow("Wie schrijft u in?")
    eva.choose("kind", "board").press("Opslaan en verder")
    eva.fill(q=NUMBER).press("Zoeken").choose("party", f"board:{NUMBER}").press("Opslaan en verder")
    assert eva.values()["board_number"] == [NUMBER]
    eva.sees("uit het register van DUO").fill(name="Openbaar Onderwijs Hoofddorp", street="Stationsplein 1")
    eva.fill(postcode="2132ab", kvk="12345678").press("Opslaan en verder")
    eva.fill(name=EVA.name, function=EVA.function).press("Opslaan en verder")
    eva.choose("self", "yes").choose("mode", "jointly").choose("basis", "trade_register").upload("evidence", A_PDF)
    eva.fill(others__0__name=DAAN.name, others__0__function=DAAN.function, others__0__email=DAAN.email)
    eva.choose("together", "2").press("Opslaan en verder")
    eva.fill(people__0__name="Fleur Vos", people__0__email="fleur@hoorn.example")
    eva.choose("people-0-roles", "financial_contact").press("Opslaan en verder")
    eva.choose("channel", "email").fill(address="geld@hoorn.example").choose("office", "no").press("Opslaan en verder")
    eva.choose("pupil_system", "parnassys").choose("year_classes", "yes").press("Opslaan en verder")
    eva.sees("Kijk uw antwoorden na", "2132 AB", "uittreksel.pdf").press("Inschrijving versturen")
    eva.sees("Ontvangen: Inschrijving", "De servicedesk beoordeelt")


def an_account_by_mail(portal: Portal, someone: Someone) -> Browser:
    """Somebody follows the invitation from the mail and chooses a password."""
    browser = portal.browser().open(portal.mailed_link(someone.email, "Uitnodiging")).sees(someone.email)
    browser.fill(function=someone.function, password=PASSWORD, password_confirm=PASSWORD)
    return browser.press("Account maken")


def an_invited_signatory(portal: Portal, someone: Someone) -> Browser:
    """The same, with the second factor that a signatory needs."""
    browser = an_account_by_mail(portal, someone).sees("Dit is eerst nodig")
    key = "".join(next(iter(browser.all("code"))).itertext())
    return browser.fill(code=portal.code_of_key(key)).press("App koppelen").sees("Uw app is gekoppeld")


def eva_is_told(eva: Browser, sentence: str) -> bool:
    """Whether the gate says this about why the school does not take part yet."""
    assert TAKES_PART in eva.open(REPORT).missing()
    return sentence in eva.text


def reads_and_signs(portal: Portal, browser: Browser, someone: Someone) -> Browser:
    browser.open("/").sees("Te tekenen").follow("Lees en teken").sees("De Bosrank", "gezamenlijk bevoegd")
    return browser.fill(typed_name=someone.name, code=portal.code(someone)).press("Teken nu")


def every_clause(browser: Browser) -> list[str]:
    return [each.get("value", "") for each in browser.all("input") if each.get("name") == "confirmed"]
