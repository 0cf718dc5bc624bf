"""The paper way out: a scan, put down by one of the service desk and confirmed by another; marked as such everywhere."""

import uuid
from typing import Any

import pytest

from portal.cases import on_paper
from portal.cases.tables import Case, Document, DocumentState, InForce, OnPaper, Reading, Signature
from portal.database import reader
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties.tables import Organisation
from tests.browser import Browser
from tests.builders import A_PDF, ANN, BAS, EVA, SANNE, Portal, Someone, a_role, all_is_well, sign
from workflows.vocabulary import Party, Role

TIM = Someone("Tim Visser", "tim@tekenpoort.example", "Servicedesk")
SCAN = A_PDF + b"\n"


@pytest.fixture
def desk(to_sign: Portal) -> Portal:
    """Our declaration waits for two signatures; at the service desk there are two people."""
    operator = to_sign.ask(lambda: reader.query(Organisation).filter_by(kind=Party.OPERATOR).one().id)
    a_role(to_sign, TIM, operator, Role.SERVICE_DESK)
    return to_sign


def declaration(portal: Portal) -> Document:
    return portal.document(portal.case("board_declaration"))


def put_down(portal: Portal, *people: Someone, by: Someone = SANNE, **other: Any) -> uuid.UUID:
    """The signed print of our declaration, put down."""
    document, visitor = declaration(portal), portal.visitor(by)
    named = [str(portal.visitor(each).person_id) for each in people or (ANN, BAS)]
    with portal.opened():
        values = {"scan": SCAN, "name": "scan.pdf", "why": "Geen telefoon.", "signed_on": portal.moment.date()}
        on_paper.put_down(document.id, people=named, stated=True, by=visitor, **(values | other))
    return document.id


def confirm(portal: Portal, document_id: uuid.UUID, by: Someone = TIM) -> None:
    visitor = portal.visitor(by)
    with portal.opened():
        on_paper.confirm(document_id, by=visitor, follow=portal.follow)


def on_paper_decided(portal: Portal) -> uuid.UUID:
    document_id = put_down(portal)
    confirm(portal.later(minutes=1), document_id)
    return portal.case("board_declaration")


# --- The way -----------------------------------------------------------------------------------------------------


def test_one_puts_the_scan_down_and_another_confirms_it(desk: Portal) -> None:
    document = declaration(desk)
    sanne = desk.sign_in(SANNE).open("/servicedesk/papier").follow(f"Bestuursverklaring {document.facts['reference']}")
    assert sanne.open(f"/servicedesk/papier/{document.id}.pdf").status == 200
    assert desk.count(Reading, form="pdf") == 1
    sanne.open(f"/servicedesk/papier/{document.id}")
    fill(desk, sanne).press("Leg vast en vraag een collega").sees("Een collega bevestigt hem")
    sanne.follow("Bestuursverklaring").sees("Een collega bevestigt").sees_not("Bevestig: op papier getekend")
    tim = (
        desk.sign_in(TIM)
        .open(f"/servicedesk/papier/{document.id}/bevestigen")
        .sees("Geen telefoon", ANN.name, BAS.name)
    )
    assert tim.open(f"/servicedesk/papier/{document.id}/scan.pdf").response.data == SCAN
    tim.open(f"/servicedesk/papier/{document.id}/bevestigen").press("Bevestig: op papier getekend")
    tim.sees("is op papier getekend")
    assert desk.state(desk.case("board_declaration")) == "decided"
    assert desk.count(InForce, kind="board_declaration") > 0
    assert desk.count(Signature) == 0
    assert all_is_well(desk)


def fill(portal: Portal, browser: Browser, **other: str) -> Browser:
    people = [str(portal.visitor(each).person_id) for each in (ANN, BAS)]
    today = portal.moment
    browser.choose("people", *people).choose("stated", "y").upload("scan", SCAN)
    return browser.fill(
        **{
            "why": "Geen telefoon.",
            "signed_on-day": str(today.day),
            "signed_on-month": str(today.month),
            "signed_on-year": str(today.year),
        }
        | other
    )


def test_a_fault_is_said_at_its_field_and_what_was_typed_stays(desk: Portal) -> None:
    document = declaration(desk)
    sanne = desk.sign_in(SANNE).open(f"/servicedesk/papier/{document.id}")
    fill(desk, sanne, **{"signed_on-year": "2031"}).choose("people", str(desk.visitor(ANN).person_id))
    sanne.press("Leg vast en vraag een collega")
    assert sanne.status == 422
    sanne.sees("kunnen de organisatie samen niet binden", "Kies een dag vanaf")
    assert sanne.values()["why"] == ["Geen telefoon."]
    assert desk.count(OnPaper) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scan", b"PK"),
        ("scan", b""),
        ("scan", A_PDF[:200]),
        ("scan", b"%PDF-" + bytes(10 * 2**20)),
        ("why", ""),
        ("signed_on", None),
    ],
)
def test_what_is_not_right_is_refused(desk: Portal, field: str, value: Any) -> None:
    with pytest.raises(InvalidError) as fault:
        put_down(desk, **{field: value})
    assert set(fault.value.fields) == {field}


def test_the_rule_must_be_met_by_those_on_the_scan_alone(desk: Portal) -> None:
    sign(desk, desk.case("board_declaration"), BAS)
    desk.work()
    with pytest.raises(InvalidError):
        put_down(desk, ANN)
    with pytest.raises(InvalidError):
        put_down(desk, ANN, EVA)
    confirm(desk, put_down(desk, ANN, BAS))
    assert not any(each.completes for each in declaration(desk).signatures)
    assert all_is_well(desk)


def test_nobody_confirms_what_they_put_down_themselves(desk: Portal) -> None:
    document_id = put_down(desk)
    with pytest.raises(RefusedError, match="zelf vastgelegd"):
        confirm(desk, document_id, SANNE)
    assert desk.state(desk.case("board_declaration")) == "signing"


@pytest.mark.parametrize("someone", [ANN, EVA])
def test_it_is_for_the_service_desk_alone(desk: Portal, someone: Someone) -> None:
    with pytest.raises(NotFoundError):
        put_down(desk, by=someone)
    assert desk.sign_in(someone).open(f"/servicedesk/papier/{declaration(desk).id}").status == 404


def test_a_scan_that_is_not_right_is_taken_back_and_signing_goes_on(desk: Portal) -> None:
    document_id = put_down(desk)
    tim = desk.sign_in(TIM).open(f"/servicedesk/papier/{document_id}/bevestigen").press("Haal de scan weg")
    tim.sees("wacht weer op handtekeningen")
    assert desk.count(OnPaper) == 0
    for each in (ANN, BAS):
        sign(desk, desk.case("board_declaration"), each)
    assert desk.state(desk.case("board_declaration")) == "decided"
    desk.work()
    assert all_is_well(desk)


def test_a_document_that_was_signed_meanwhile_is_not_decided_again(desk: Portal) -> None:
    document_id = put_down(desk)
    for each in (ANN, BAS):
        sign(desk, desk.case("board_declaration"), each)
    with pytest.raises(RefusedError, match="wacht niet"):
        confirm(desk, document_id)


# --- Marked everywhere -------------------------------------------------------------------------------------------


def test_every_place_says_that_it_is_paper(desk: Portal) -> None:
    case_id = on_paper_decided(desk)
    document = declaration(desk)
    assert document.state == DocumentState.PAPER
    ann = desk.sign_in(ANN).open(f"/zaken/{case_id}")
    ann.sees("Rond, op papier getekend", "Geen telefoon.", "Dit is geen elektronische handtekening")
    ann.sees(
        "Op papier getekend: door een tweede persoon bevestigd", "Op papier getekend: geen elektronische handtekening"
    )
    ann.open(f"/stukken/{document.id}").sees("Op papier getekend: geen elektronische handtekening")
    ann.open("/van-kracht").sees("(op papier getekend)")
    for address in ("/van-kracht.csv", "/zaken.csv"):
        assert "op papier getekend" in ann.open(address).response.get_data(as_text=True), address
    anybody = desk.browser().open(f"/verify/{document.code}")
    anybody.sees("op papier getekend", "geen elektronische handtekening", ANN.name).sees_not("Onveranderd en compleet")
    letter = desk.letter(BAS.email, "Op papier getekend")
    assert "Dit is geen elektronische handtekening" in letter


# --- The witness -------------------------------------------------------------------------------------------------


def forge(portal: Portal, **columns: Any) -> list[str]:
    def change(session: Any) -> None:
        row = session.query(OnPaper).one()
        for name, value in columns.items():
            setattr(row, name, value)

    portal.do(change)
    return [each.what for each in portal.findings()]


@pytest.mark.parametrize("column", ["scan", "people", "why", "signed_on", "entered_by", "confirmed_by", "authorities"])
def test_a_forged_row_is_named(desk: Portal, column: str) -> None:
    on_paper_decided(desk)
    values = {
        "scan": declaration(desk).certified,
        "people": [],
        "why": "x",
        "signed_on": "2026-11-22",
        "authorities": {},
    }
    who = desk.visitor(EVA).person_id
    assert any("papier" in each for each in forge(desk, **{column: values.get(column, who)}))


def test_a_case_decided_without_a_signature_or_a_scan_is_named(desk: Portal) -> None:
    on_paper_decided(desk)
    desk.do(lambda session: session.delete(session.query(OnPaper).one()))
    assert any("de scan is er niet" in each.what for each in desk.findings())


def test_paper_that_is_called_electronic_is_named(desk: Portal) -> None:
    case_id = on_paper_decided(desk)
    desk.do(lambda session: setattr(session.get_one(Case, case_id), "on_paper", False))
    assert any("heet op papier beslist en is het niet" in each.what for each in desk.findings())
    document_id = declaration(desk).id
    desk.do(lambda session: setattr(session.get_one(Document, document_id), "state", "complete"))
    assert any("heet op papier getekend en is het niet" in each.what for each in desk.findings())
