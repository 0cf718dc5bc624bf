"""A DPIA made elsewhere: recorded, advised on, decided, and then as good as the reuse of a model."""

import uuid
from typing import Any

import pytest

from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, InForce
from portal.database import reader
from portal.offers.tables import Product
from tests.browser import Browser
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    IRIS,
    NOOR,
    OTHER_SCHOOL,
    OURS,
    SCHOOL,
    TOM,
    Portal,
    a_role,
    accepted_terms,
    submit,
)
from tests.dpia import LONG, SAVE, answer, filled, signed
from tests.dpia_decisions import FG, OUTCOMES, a_decision, a_model
from tests.suppliers import the_product
from tests.test_dpia_gate import GATE, _ask_for_dpia
from workflows.vocabulary import Role

RECORD = "Leg uw eigen DPIA vast"
PRODUCT = "resultatenmonitor"


@pytest.fixture
def asked(in_force: Portal) -> Portal:
    """The product asks for a decision on its DPIA; Noor writes for our board, Floor is its FG, and there is no model."""
    accepted_terms(in_force, TOM)
    product_id, board = the_product(in_force), in_force.organisation(OURS)
    in_force.do(lambda session: _ask_for_dpia(session, session.get_one(Product, product_id)))
    a_role(in_force, NOOR, board, Role.PRIVACY_OFFICER)
    a_role(in_force, FG, board, Role.FG)
    return in_force


def begun(portal: Portal) -> uuid.UUID:
    """Noor begins from the register of DPIAs of our board."""
    noor = portal.sign_in(NOOR).open(f"/organisaties/{portal.organisation(OURS)}/dpia")
    noor.follow("Leg een eigen DPIA vast").press("Beginnen")
    return case_of(noor)


def case_of(browser: Browser) -> uuid.UUID:
    return uuid.UUID(browser.address.split("/zaken/")[1].split("/")[0])


def about(portal: Portal, case_id: uuid.UUID, **other: Any) -> Browser:
    values = {"product": [PRODUCT], "schools": [SCHOOL], "in_use": False, **other}
    return answer(portal, case_id, "subject", values)


def made(portal: Portal, case_id: uuid.UUID, **other: Any) -> Browser:
    """Noor gives the DPIA itself, with its file."""
    values = {"maker": "Bureau Voorbeeld", "made_on": "2026-11-02", "summary": LONG, "high": False, **other}
    noor = portal.later(seconds=1).sign_in(NOOR).open(f"/zaken/{case_id}/made").upload("file", A_PDF, "dpia.pdf")
    return filled(noor, values).press(SAVE)


def advised(portal: Portal, case_id: uuid.UUID, verdict: str = "positive", **more: str) -> Browser:
    return answer(portal, case_id, "advice", {"verdict": verdict, "words": f"Ik adviseer. {LONG}", **more}, by=FG)


def decided(portal: Portal, case_id: uuid.UUID, **more: str) -> Browser:
    """Ann decides, and has the document made."""
    page = answer(portal, case_id, "decision", {"review_on": "2028-11-01", **more}, by=ANN)
    if not page.faults():
        submit(portal, case_id, portal.visitor(ANN))
        portal.work()
    return page


def test_it_opens_the_gate_and_stands_in_the_register_and_the_audit_finds_nothing(asked: Portal) -> None:
    tom = asked.sign_in(TOM).open(GATE).sees("Het bestuur kan een eigen DPIA vastleggen").sees_not(RECORD)
    asked.sign_in(EVA).open(GATE).sees(RECORD)
    case_id = begun(asked)
    about(asked, case_id)
    tom.open(GATE).sees("is begonnen, maar nog niet af")
    assert not made(asked, case_id).faults()
    advised(asked, case_id)
    decided(asked, case_id)
    asked.sign_in(ANN).open(f"/zaken/{case_id}").follow("Lees en teken").sees("Eigen DPIA – Onderwijsresultatenmonitor")
    signed(asked, case_id, ANN, BAS)
    tom.open(GATE).sees("De poort is open", "Het bestuur heeft besloten over de DPIA").sees_not("Let op")
    noor = asked.sign_in(NOOR).open(f"/organisaties/{asked.organisation(OURS)}/dpia")
    noor.sees("1 besluit", "Eigen DPIA", "geen model", "van kracht", "1 november 2028", f"{ANN.name}, {BAS.name}")
    assert any("Onderwijsresultatenmonitor" in each for each in asked.mails(NOOR.email))
    with asked.opened():
        decision = reader.get_one(DpiaDecision, case_id)
        assert (decision.outcome, decision.publication_id, decision.is_late) == ("own", None, False)
        rows = reader.query(InForce).filter_by(case_id=case_id, kind="dpia_own", until=None).all()
        assert len(rows) == 2 and {each.product_id for each in rows} == {the_product(asked)}
    assert asked.findings() == ()


def test_it_follows_an_assessment_that_asks_for_it_with_its_product_and_schools(asked: Portal) -> None:
    a_model(asked)
    first = a_decision(asked, OUTCOMES["own_dpia"])
    asked.sign_in(TOM).open(GATE).sees("een eigen DPIA nodig")
    asked.sign_in(EVA).open(GATE).sees(RECORD)
    noor = asked.later(days=1).sign_in(NOOR).open(f"/zaken/{first}").follow(RECORD).press("Beginnen")
    case_id = case_of(noor)
    noor.open(f"/zaken/{case_id}/subject").sees("uit uw besluit", "het product waarmee u begon")
    assert noor.values()["product"] == [PRODUCT] and SCHOOL in noor.values()["schools"]
    filled(noor, {"in_use": True, "start": "2026-09-01"}).press(SAVE)
    made(asked, case_id)
    advised(asked, case_id)
    decided(asked, case_id)
    signed(asked, case_id, ANN, BAS)
    asked.sign_in(TOM).open(GATE).sees("De poort is open", "toen het product al in gebruik was")
    with asked.opened():
        assert reader.get_one(DpiaDecision, first).ended_at is not None
    assert asked.findings() == ()


def test_a_model_that_fits_later_takes_its_place(asked: Portal) -> None:
    a_model(asked)
    case_id = begun(asked)
    about(asked, case_id, schools=[SCHOOL, OTHER_SCHOOL])
    made(asked, case_id)
    advised(asked, case_id)
    decided(asked, case_id)
    signed(asked, case_id, ANN, BAS)
    second = a_decision(asked.later(days=1), OUTCOMES["reuse"])
    with asked.opened():
        assert {each.case_id for each in reader.query(InForce).filter_by(until=None).all()} >= {second}
        assert not reader.query(InForce).filter_by(case_id=case_id, until=None).all()
    assert asked.findings() == ()


def test_with_a_high_risk_left_the_supervisor_is_asked_first(asked: Portal) -> None:
    case_id = begun(asked)
    about(asked, case_id)
    page = made(asked, case_id, high=True, consulted=False)
    assert "Dan mag u het product nog niet gebruiken" in page.faults()["consulted"]
    page = made(asked, case_id, high=True, consulted=True, consulted_on="2026-12-24", answer="Het mag.")
    assert page.faults() == {"consulted_on": "Deze dag is nog niet geweest."}
    page = made(asked, case_id, high=True, consulted=True, consulted_on="2026-11-20", answer="Het mag, met regels.")
    assert not page.faults()
    advised(asked, case_id)
    decided(asked, case_id)
    asked.sign_in(ANN).open(f"/zaken/{case_id}").follow("Lees en teken").sees("Het mag, met regels.")


def test_against_the_advice_of_the_fg_two_sign_and_say_why(asked: Portal) -> None:
    case_id = begun(asked)
    about(asked, case_id)
    made(asked, case_id)
    advised(asked, case_id, "negative")
    ann = asked.later(seconds=1).sign_in(ANN).open(f"/zaken/{case_id}/decision")
    ann.sees("Wat doet u met het advies van de FG")
    decided(asked, case_id, motivation="Wij vinden het risico klein, en meten elk half jaar.")
    with asked.opened():
        assert reader.get_one(Case, case_id).state == "signing"
        assert asked.document(case_id).facts["dpia"]["advice"]["verdict"] == "negative"
    signed(asked, case_id, ANN)
    with asked.opened():
        assert reader.get_one(Case, case_id).state == "signing"
    signed(asked, case_id, BAS)
    assert asked.findings() == ()


def test_what_cannot_be_is_said_beside_the_question(asked: Portal) -> None:
    case_id = begun(asked)
    page = about(asked, case_id, in_use=True, start="2027-01-01")
    assert page.faults() == {"start": "Deze dag is nog niet geweest."}
    about(asked, case_id)
    assert set(made(asked, case_id, made_on="2026-12-24").faults()) == {"made_on"}
    assert "ten minste 100 tekens" in made(asked, case_id, summary="Kort.").faults()["summary"]
    made(asked, case_id)
    advised(asked, case_id, "conditional", conditions="Meet elk jaar.")
    page = decided(asked, case_id, review_on="2031-01-01", motivation="Dat doen wij.")
    assert "Beoordeel uiterlijk over drie jaar opnieuw" in page.faults()["review_on"]


def test_who_advises_and_who_decides_read_everything_and_the_file_itself(asked: Portal) -> None:
    case_id = begun(asked)
    about(asked, case_id)
    file = f"/zaken/{case_id}/eigen-dpia.pdf"
    assert asked.sign_in(NOOR).open(file).status == 404
    made(asked, case_id)
    floor = asked.sign_in(FG).open(f"/zaken/{case_id}/advice").sees("Lees de DPIA (PDF)")
    assert floor.open(file).response.data == A_PDF
    advised(asked, case_id, "conditional", conditions="Mijn eerste voorwaarde.")
    made(asked, case_id, maker="Een ander bureau")
    advised(asked, case_id)
    asked.sign_in(ANN).open(f"/zaken/{case_id}/tot-nu-toe").sees("Een ander bureau", "Mijn eerste voorwaarde.")
    decided(asked, case_id)
    bas = asked.sign_in(BAS).open(f"/zaken/{case_id}").sees("Lees de DPIA (PDF)")
    assert bas.open(file).status == 200
    for someone in (IRIS, TOM):
        assert asked.sign_in(someone).open(file).status == 404
    assert "/inloggen" in asked.browser().open(file).address


def test_only_who_writes_for_the_board_begins_and_the_author_does_not_advise(asked: Portal) -> None:
    case_id = begun(asked)
    about(asked, case_id)
    made(asked, case_id)
    assert asked.sign_in(IRIS).open(f"/zaken/{case_id}").status == 404
    board = asked.organisation(OURS)
    bas = asked.sign_in(BAS).open(f"/zaken/begin/dpia_own?organisation={board}").press("Beginnen")
    bas.sees("Deze procedure kan alleen worden gestart door")
    noor = asked.sign_in(NOOR).open(f"/zaken/{case_id}/advice")
    assert noor.status in (403, 409, 422)
