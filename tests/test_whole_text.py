"""Who works on an agreement reads all of it: the clauses, both annexes, and where it deviates from a model."""

import io
import json

import pytest
from pypdf import PdfReader

from tests.agreements import EXAMPLE, a_stage, a_version, case_of, judged, offer, prepared, published, ready_to_sign
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, IRIS, NOOR, OURS, Portal, Someone, sign
from tests.suppliers import KIM, a_published_agreement
from tests.test_presigning import beforehand
from tests.test_two_sides import SAM

LINK = "Lees de hele tekst, met beide bijlagen"
WHOLE = (
    "Waarover deze overeenkomst gaat",
    "Vastlegging",
    "Bijlage 1",
    "Subverwerkers",
    "Bijlage 2",
    "Hoe zwaar de beveiliging moet zijn",
)


@pytest.fixture
def stage(registered: Portal) -> Portal:
    portal = a_stage(registered)
    offer(portal, OURS)
    return portal


def text_of(portal: Portal, someone: Someone, *, version: str = "2026-11") -> Browser:
    return portal.sign_in(someone).open(f"/zaken/{case_of(portal, version=version)}/tekst")


def clauses(**other: str) -> list[dict[str, object]]:
    """The clauses of the example; these say something else, by id."""
    said = json.loads(EXAMPLE.read_text(encoding="utf-8"))["clauses"]
    return [{**each, "text": other.get(each["id"], each["text"])} for each in said]


# --- The whole text ----------------------------------------------------------------------------------------------


def test_who_prepares_and_who_assesses_reads_all_of_it_one_press_away(stage: Portal) -> None:
    case_id = case_of(stage)
    prepared(stage, case_id)
    stage.sign_in(EVA).open(f"/zaken/{case_id}").follow(LINK).sees(*WHOLE)
    noor = stage.sign_in(NOOR)
    for page in ("content", "content/opmerkingen"):
        noor.open(f"/zaken/{case_id}/{page}").follow(LINK).sees(*WHOLE)


def test_as_a_pdf_each_page_says_that_it_is_there_to_be_read(stage: Portal) -> None:
    page = text_of(stage, NOOR).follow("Opslaan als PDF, ter inzage")
    assert page.response.mimetype == "application/pdf"
    pages = [each.extract_text() for each in PdfReader(io.BytesIO(page.response.data)).pages]
    assert len(pages) > 4 and all("TER INZAGE" in each for each in pages)
    assert "Voorbeeldhosting" in "".join(pages) and "Plaats voor de handtekening" not in "".join(pages)


def test_a_signatory_reads_the_whole_document_beside_the_button(stage: Portal) -> None:
    ready_to_sign(stage, case_of(stage), retention="remark")
    page = stage.sign_in(ANN).open(f"/zaken/{case_of(stage)}").follow("Lees en teken")
    page.sees(*WHOLE, "Omdat retention aandacht vraagt.", "Uw handtekening")


def test_who_signs_beforehand_for_the_supplier_reads_the_text_to_which_it_is_bound(registered: Portal) -> None:
    a_published_agreement(registered)
    case_id = beforehand(registered, signed=False)
    registered.sign_in(SAM).open(f"/zaken/{case_id}").follow("Lees en teken").sees(*WHOLE)
    registered.sign_in(KIM).open(f"/zaken/{case_id}").follow(LINK).sees(*WHOLE)
    sign(registered, case_id, SAM)
    registered.work()
    stop = beforehand(registered, "stop", signed=False)
    registered.sign_in(SAM).open(f"/zaken/{stop}").follow("Lees en teken").sees_not("Waarover deze overeenkomst gaat")


def test_nobody_else_reads_a_text_through_a_case(stage: Portal) -> None:
    case_id = case_of(stage)
    for someone in (IRIS, SAM):  # a draft is the board's own
        browser = stage.sign_in(someone)
        for address in (f"/zaken/{case_id}/tekst", f"/zaken/{case_id}/tekst.pdf"):
            assert browser.open(address).status == 404, someone.name
    stage.browser().open(f"/zaken/{case_id}/tekst").sees("Inloggen")
    ready_to_sign(stage, case_id)
    stage.sign_in(SAM).open(f"/zaken/{case_id}").follow(LINK).sees(*WHOLE)


def test_a_case_about_no_agreement_has_no_such_page(in_force: Portal) -> None:
    case_id = in_force.case("board_declaration")
    assert in_force.sign_in(ANN).open(f"/zaken/{case_id}/tekst").status == 404
    in_force.sign_in(ANN).open(f"/zaken/{case_id}").sees_not(LINK)


def test_a_board_with_an_earlier_version_sees_what_changed_since(stage: Portal) -> None:
    ready_to_sign(stage, case_of(stage))
    for each in (ANN, BAS, SAM):
        sign(stage, case_of(stage), each)
    text_of(stage, NOOR).sees_not("die nu voor u geldt")
    stage.later(days=1)
    a_version(stage, "2027-01", grace_days=30, clauses=clauses(duration="Deze overeenkomst geldt een jaar."))
    offer(stage, OURS, version="2027-01")
    page = text_of(stage, NOOR, version="2027-01").follow("Wat er veranderde sinds versie 2026-11")
    page.sees("[toegevoegd: een jaar.]", "Gewijzigd")


# --- Where it deviates -------------------------------------------------------------------------------------------


def assessed(portal: Portal, version: str) -> Browser:
    """What Noor reads at the point of the deviations."""
    offer(portal, OURS, version=version)
    case_id = case_of(portal, version=version)
    prepared(portal, case_id)
    judged(portal, case_id)
    return portal.sign_in(NOOR).open(f"/zaken/{case_id}/safety")


def test_what_the_supplier_says_deviates_and_what_anybody_can_compare_stand_at_the_point(stage: Portal) -> None:
    stage.later(days=1)
    a_version(
        stage,
        "2027-01",
        model="Modelovereenkomst van de sector, versie 4.0",
        deviations=[{"clause": "breach", "what": "Wij melden binnen 36 uur.", "why": "Ons team is klein."}],
        clauses=clauses(duration="Deze overeenkomst geldt een jaar."),
        parameters=json.loads(EXAMPLE.read_text(encoding="utf-8"))["parameters"] | {"breach_hours": "36"},
    )
    page = assessed(stage, "2027-01")
    page.sees("Deze overeenkomst volgt: Modelovereenkomst van de sector, versie 4.0", "Wij melden binnen 36 uur.")
    page.sees("Ons team is klein.", "[toegevoegd: een jaar.]", "Termijnen en keuzes")
    page.sees("Een datalek melden binnen (uren) [vervallen: 24] [toegevoegd: 36]")


def test_a_text_that_is_the_example_says_so_and_one_of_its_own_is_to_be_read_whole(stage: Portal) -> None:
    text_of(stage, NOOR).sees(
        "De leverancier noemt geen model", "noemt geen afwijkingen", "gelijk aan de voorbeeldtekst"
    )
    stage.later(days=1)
    own = [{**each, "id": f"own_{each['id']}"} for each in clauses()]
    a_version(stage, "2027-01", clauses=own)
    offer(stage, OURS, version="2027-01")
    text_of(stage, NOOR, version="2027-01").sees("De leverancier schreef een eigen tekst.")


# --- What a copy costs -------------------------------------------------------------------------------------------


def test_who_asks_for_copies_without_end_is_asked_to_wait(stage: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stage.app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setattr("portal.documents.copies.pdf", lambda *_args, **_named: b"%PDF-1.7")
    noor, address = stage.sign_in(NOOR), f"/zaken/{case_of(stage)}/tekst.pdf"
    assert [noor.open(address).status for _ in range(21)] == [200] * 20 + [429]
    noor.sees("U hebt dit te vaak geprobeerd. Wacht een kwartier")
    assert noor.open(f"/overeenkomsten/{published(stage)}").status == 200
    assert stage.sign_in(EVA).open(address).status == 200, "each person has their own"
