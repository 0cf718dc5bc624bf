"""What a supplier says that a board signed elsewhere: it opens nothing until the board says so itself."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from portal.cases.agreements.tables import SignedElsewhere
from portal.database import reader
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, IRIS, NOOR, OURS, PRODUCT, TOM, Portal, Someone, a_role
from tests.dossiers import a_dossier, checked, codes, opened, with_json
from tests.suppliers import KIM, a_published_agreement, the_supplier
from tests.test_agreement_gate import GATE, MISSING, asked
from tests.test_signed_elsewhere import taken_in
from workflows.vocabulary import Role

__all__ = ["asked"]
CURRENT = [OURS, PRODUCT, "2026-11", "2025-03-10", "2025-04-01", "", "ons.pdf"]
TO_CONFIRM = "Klopt dit? Een overeenkomst over Onderwijsresultatenmonitor die elders is getekend"


@pytest.fixture
def claimed(asked: Portal) -> Portal:
    """Kim of the supplier took in an agreement in the current version; nobody of the board said anything yet."""
    a_published_agreement(asked)
    a_role(asked, KIM, the_supplier(asked), Role.ADMINISTRATOR)
    taken_in(asked, CURRENT, someone=KIM).sees("1 overeenkomst is vastgelegd.", "nog niet bevestigd")
    return asked


def answering(portal: Portal, someone: Someone = NOOR) -> Browser:
    return portal.sign_in(someone).open("/").follow("Elders getekende overeenkomst")


def the_row(portal: Portal) -> SignedElsewhere:
    return portal.ask(lambda: reader.query(SignedElsewhere).one())


def test_a_supplier_alone_opens_no_gate_and_the_board_does_by_saying_yes(claimed: Portal) -> None:
    tom = claimed.sign_in(TOM).open(GATE).sees("moet nog zeggen of het de overeenkomst", "elders heeft getekend")
    assert tom.missing() == {MISSING: f"{ANN.name}, {BAS.name}"}
    tom.sees_not("Zeg of dit klopt")
    assert claimed.mails(NOOR.email).count(TO_CONFIRM) == 1
    claimed.sign_in(EVA).open(GATE).follow("Zeg of dit klopt").sees("Heeft uw bestuur deze overeenkomst getekend?")
    page = answering(claimed).sees("maandag 10 maart 2025", "ons.pdf")
    page.choose("answer", "yes").press("Vastleggen").sees("Zij telt vanaf nu mee.", "van kracht")
    claimed.sign_in(TOM).open(GATE).sees("De poort is open")
    claimed.sign_in(NOOR).open("/").sees_not("Elders getekende overeenkomst")
    assert claimed.findings("agreements") == ()


def test_pressed_twice_is_said_once_and_the_page_leads_on(claimed: Portal) -> None:
    page = answering(claimed).choose("answer", "yes")
    address, fields = page.would_send("Vastleggen")
    for _ in range(2):
        assert page.post(address, fields).status == 302
    assert claimed.count(Entry, act="confirm_elsewhere") == 1
    assert page.open(address).sees("van kracht").status == 200, "who comes back is led to the agreement"
    assert page.post(address, {**fields, "answer": "no", "why": "x"}).status == 409
    assert the_row(claimed).ended_at is None


def test_a_board_that_did_not_sign_says_what_is_wrong_and_the_supplier_reads_it(claimed: Portal) -> None:
    page = answering(claimed, ANN)
    assert list(page.press("Vastleggen").faults()) == ["answer"]
    assert list(page.choose("answer", "no").press("Vastleggen").faults()) == ["why"]
    page.choose("answer", "no").fill(why="Dit is het stuk van een ander bestuur.").press("Vastleggen")
    page.sees("De overeenkomst telt niet mee.")
    claimed.later(minutes=1)
    claimed.sign_in(KIM).open("/elders-getekend").sees("geëindigd", "Dit is het stuk van een ander bestuur.")
    assert MISSING in claimed.sign_in(TOM).open(GATE).missing()
    claimed.sign_in(NOOR).open("/").sees_not("Elders getekende overeenkomst")
    assert claimed.findings("agreements") == ()


def test_nobody_else_answers_for_the_board(claimed: Portal) -> None:
    address = answering(claimed).address
    theirs = address.replace(str(claimed.organisation(OURS)), str(the_supplier(claimed)))
    for someone in (TOM, IRIS, KIM):
        for each in (address, theirs):
            browser = claimed.sign_in(someone)
            assert browser.open(each).status == 404, (someone, each)
            assert browser.post(each, {"answer": "yes", "csrf_token": browser.token}).status == 404
    assert claimed.browser().open(address).address.startswith("/inloggen")
    assert the_row(claimed).confirmed_at is None


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_audit_and_the_dossier_know_who_said_so(claimed: Portal, confirmed: bool) -> None:
    if confirmed:
        answering(claimed).choose("answer", "yes").press("Vastleggen")
    eva = claimed.visitor(EVA).person_id
    dossier = opened(a_dossier(claimed, organisation_id=claimed.organisation(OURS)))
    assert checked(dossier).wrong == []
    forged = with_json(dossier.files, "dossier.json", lambda said: said["elsewhere"][0].update(confirmed_by=str(eva)))
    assert codes(checked(forged)) == {"elsewhere_rows"}

    def forge(session: Session) -> None:
        row = session.query(SignedElsewhere).one()
        row.confirmed_by, row.confirmed_at = eva, dt.datetime(2026, 11, 22, tzinfo=dt.UTC)

    claimed.do(forge)
    assert ["is door een ander bevestigd" in each.what for each in claimed.findings("agreements")] == [True]
