"""A forecast that is passed on is the one that was on the screen: with the numbers that somebody filled in."""

import csv
import io
import re
from urllib.parse import quote

import pytest

from portal.offers.tables import Product
from portal.reports.catalogue import REPORTS
from tests.browser import Browser
from tests.builders import ANN, OURS, PRODUCT, SCHOOL, TOM, Portal, accepted_terms
from tests.test_sharing import FOR_KIM, KIM, READY, WHY, only, outside, pages_of

STAFF = f"/rapporten/{PRODUCT}/{SCHOOL}/personeel"
BOARD = f"/rapporten/{PRODUCT}/bestuur/{OURS}/leerlingen"
USED = "Met deze getallen is gerekend"


@pytest.fixture
def forecasts(in_force: Portal) -> Portal:
    """Tom and Ann read every report."""
    in_force.do(lambda session: setattr(session.query(Product).one(), "reports", [each.name for each in REPORTS]))
    for each in (TOM, ANN):
        accepted_terms(in_force, each)
    return in_force


def table(page: Browser) -> str:
    """What is downloaded as text."""
    return page.follow("Download het bestand").response.data.decode("utf-8-sig")


def used(content: str) -> dict[str, str]:
    """The last table of a file: with which numbers the forecast was made."""
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    start = rows.index([USED]) + 2
    return dict(rows[start : rows.index([], start)])


def facts(page: Browser) -> str:
    """What stands in large letters: what is needed now, and what is new."""
    found = re.search(r"Nodig nu, in fte (.*?) Dat zijn ongeveer", page.text)
    assert found
    return found[1]


def test_what_was_filled_in_goes_along_and_stands_in_the_file(forecasts: Portal) -> None:
    page = forecasts.sign_in(TOM).open(f"{STAFF}?ratio=12&outflow=8,5")
    fte = facts(page)
    assert fte != facts(forecasts.sign_in(TOM).open(STAFF))
    form = page.follow("Downloaden of delen").sees("Met deze getallen", "Leerlingen per voltijdbaan 12", "8,5")
    made = form.choose("kind", "csv").fill(purpose=WHY).press(READY)
    address = made.address
    content = table(made)
    assert used(content)["Leerlingen per voltijdbaan"] == "12"
    assert used(content)["Vertrek van personeel per jaar, in procenten"] == "8,5"
    assert used(content)["Nieuwe leerlingen van 4 jaar per jaar"] == "het gemiddelde van de drie jongste leeftijden"
    assert "Het model weet niets van uw eigen formatie" in content
    back = forecasts.sign_in(TOM).open(address).follow("Naar het rapport")
    assert facts(back) == fte


def test_the_recipient_of_a_link_gets_those_numbers_and_the_chart(forecasts: Portal) -> None:
    form = forecasts.sign_in(TOM).open(f"{STAFF}?ratio=12").follow("Downloaden of delen")
    form.choose("whom", "another").choose("kind", "link").choose("group", "school")
    form.fill(**FOR_KIM, recipient_email=KIM.email).press(READY)
    assert only(forecasts).inputs == {"ratio": "12"}
    content = outside(forecasts).choose("read", "yes").press("Open het rapport").response.data
    text = " ".join("\n".join(pages_of(content)).split())
    assert f"{USED} Wat Waarde Leerlingen per voltijdbaan 12" in text
    assert "De lijn is het midden" in text and "2029-2030" in text


@pytest.mark.parametrize("wrong", ["nul", "0", "1e9", "99", "<script>", "=1+1", "12" * 40])
def test_what_cannot_be_used_does_not_go_along(forecasts: Portal, wrong: str) -> None:
    page = forecasts.sign_in(TOM).open(f"{STAFF}/delen?ratio={quote(wrong)}&page=3")
    page.choose("kind", "csv").fill(purpose=WHY).press(READY)
    assert only(forecasts).inputs == {}


def test_the_same_form_with_other_numbers_is_another_share(forecasts: Portal) -> None:
    form = forecasts.sign_in(TOM).open(f"{STAFF}/delen?ratio=12").choose("kind", "csv").fill(purpose=WHY)
    form.press(READY)
    assert only(forecasts).inputs == {"ratio": "12"}
    share_id = str(only(forecasts).id)
    again = forecasts.sign_in(TOM).open(f"{STAFF}/delen?ratio=14").choose("kind", "csv")
    again.fill(purpose=WHY, share_id=share_id).press(READY).sees("Dit is al gedeeld, met iets anders erin")


def test_a_report_without_a_forecast_keeps_no_numbers(forecasts: Portal) -> None:
    page = forecasts.sign_in(TOM).open(f"{STAFF.replace('personeel', 'schoolkaart')}/delen?ratio=12")
    assert "Met deze getallen" not in page.text
    page.choose("kind", "csv").fill(purpose=WHY).press(READY)
    assert only(forecasts).inputs == {}


def test_a_board_passes_on_its_own_forecast_too(forecasts: Portal) -> None:
    page = forecasts.sign_in(ANN).open(f"{BOARD}?survival_margin=9&inflow=30").follow("Downloaden of delen")
    content = table(page.choose("kind", "csv").fill(purpose=WHY).press(READY))
    assert used(content)["Marge op wie er blijft, in procenten"] == "9"
    assert only(forecasts).inputs == {"survival_margin": "9"}, "the inflow is a number of one school"
