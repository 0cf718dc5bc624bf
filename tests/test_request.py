"""Requests: one small procedure with a kind, answered by the supplier where it has somebody, else by the service desk."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from portal.cases import answering, assessing, starting
from portal.cases.tables import InForce
from portal.database import reader
from portal.offers.tables import Product
from tests.builders import (
    ANN,
    EVA,
    IRIS,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_role,
    all_is_well,
    submit,
)
from workflows.vocabulary import Role

SUUS = Someone("Suus Vos", "suus@leverancier.example", "Accountmanager")
DETAILS: dict[str, dict[str, Any]] = {
    "bespoke": {"schools": "12", "wish": "Een aanbod voor al onze scholen."},
    "quote": {"number": "300", "wish": "Tekenpakket."},
    "helpdesk": {"basis": "contract", "wish": "Inrichting."},
    "consultancy": {"wish": "Uitleg bij de resultaten."},
    "information": {"day": None, "people": "2", "wish": "Wat kost het?"},
    "webinar": {"title": "Resultaten lezen", "day": None, "people": "4"},
    "objection": {"declarations": [], "reason": "Wij horen bij een ander bestuur."},
}


def a_request(
    portal: Portal, kind: str, *, by: Someone = EVA, at: str = OURS, products: tuple[str, ...] = (), **other: Any
) -> uuid.UUID:
    """A request of this kind, sent."""
    visitor, organisation_id = portal.visitor(by), portal.organisation(at)
    steps: dict[str, dict[str, Any]] = {"kind": {"kind": kind}}
    if kind != "objection":
        steps["products"] = {"products": list(products)}
    steps[kind] = {**DETAILS[kind], **other}
    with portal.opened():
        case_id = starting.start("request", by=visitor, organisation_id=organisation_id)
        for step, values in steps.items():
            answering.answer(case_id, step, values, by=visitor, seen=0, follow=portal.follow)
    submit(portal, case_id, visitor)
    return case_id


def answered(portal: Portal, case_id: uuid.UUID, verdict: str, words: str, *, by: Someone = SANNE) -> None:
    visitor = portal.visitor(by)
    with portal.opened():
        assessing.assess(case_id, verdict=verdict, words=words, by=visitor, follow=portal.follow)
    portal.work()


def with_supplier(portal: Portal) -> None:
    """The product's supplier has an administrator."""
    supplier = portal.ask(lambda: reader.scalars(select(Product.supplier_id).filter_by(name=PRODUCT)).one())
    a_role(portal, SUUS, supplier, Role.ADMINISTRATOR)


@pytest.mark.parametrize("kind", ["bespoke", "quote", "helpdesk", "consultancy", "information", "webinar"])
def test_each_kind_is_answered_and_the_answer_is_mailed_and_kept(registered: Portal, kind: str) -> None:
    """R000-06, R002-14, R000-11, R000-12, R001-19, R002-36"""
    case_id = a_request(registered, kind)
    answered(registered, case_id, "accept", "Wij bellen u maandag. https://voorbeeld.example/kijk")
    assert registered.state(case_id) == "decided"
    assert "Wij bellen u maandag." in registered.letter(EVA.email, "Antwoord op uw zaak")
    assert registered.count(InForce, case_id=case_id) == 0
    document = registered.document(case_id)
    assert document.state == "complete"
    assert document.facts["assessments"][0]["text"].startswith("Wij bellen u maandag.")
    registered.sign_in(EVA).open(f"/zaken/{case_id}").sees("Wij bellen u maandag.")
    assert all_is_well(registered)


def test_a_product_with_somebody_at_its_supplier_is_answered_there(registered: Portal) -> None:
    with_supplier(registered)
    case_id = a_request(registered, "quote", products=(PRODUCT,))
    assert any(each.startswith("Te beoordelen: Verzoek") for each in registered.mails(SUUS.email))
    assert registered.sign_in(SANNE).open(f"/servicedesk/{case_id}").status == 404
    suus = registered.sign_in(SUUS).open(f"/zaken/{case_id}/oordeel").fill(words="Offerte volgt.").press("Akkoord")
    assert suus.status == 200
    assert registered.state(case_id) == "decided"
    letter = registered.letter(EVA.email, "Antwoord op uw zaak")
    assert "Offerte volgt." in letter
    assert "Voorbeeldleverancier" in letter


def test_a_suppliers_no_is_a_no(registered: Portal) -> None:
    with_supplier(registered)
    case_id = a_request(registered, "consultancy", products=(PRODUCT,))
    answered(registered, case_id, "refuse", "Dat bieden wij niet.", by=SUUS)
    assert registered.state(case_id) == "refused"
    assert "Dat bieden wij niet." in registered.letter(EVA.email, "Uw zaak")
    assert all_is_well(registered)


def test_a_question_goes_back_to_the_asker_who_sends_it_again(registered: Portal) -> None:
    case_id = a_request(registered, "helpdesk")
    answered(registered, case_id, "ask", "Voor welke school?")
    assert registered.state(case_id) == "draft"
    assert "Voor welke school?" in registered.letter(EVA.email, "Een vraag over uw zaak")
    submit(registered, case_id, registered.visitor(EVA))
    answered(registered, case_id, "accept", "Goed.")
    assert registered.state(case_id) == "decided"


def test_a_product_whose_supplier_has_nobody_is_answered_by_the_service_desk(registered: Portal) -> None:
    case_id = a_request(registered, "quote", products=(PRODUCT,))
    answered(registered, case_id, "accept", "Wij vragen het voor u.")
    assert registered.state(case_id) == "decided"


def test_a_product_named_on_a_branch_that_was_left_calls_nobody(in_force: Portal) -> None:
    """The supplier of a product that the asker no longer asks about has no say."""
    with_supplier(in_force)
    a_role(in_force, IRIS, in_force.organisation(SCHOOL), Role.READER)
    visitor, school = in_force.visitor(IRIS), in_force.organisation(SCHOOL)
    declared = str(in_force.case("board_declaration"))
    with in_force.opened():
        case_id = starting.start("request", by=visitor, organisation_id=school)
        for step, values, seen in (
            ("kind", {"kind": "quote"}, 0),
            ("products", {"products": [PRODUCT]}, 0),
            ("kind", {"kind": "objection"}, 1),
            ("objection", {"declarations": [declared], "reason": "Nee."}, 0),
        ):
            answering.answer(case_id, step, values, by=visitor, seen=seen, follow=in_force.follow)
    submit(in_force, case_id, visitor)
    assert not any(each.startswith("Te beoordelen") for each in in_force.mails(SUUS.email))
    answered(in_force, case_id, "accept", "Wij bespreken het met het bestuur.")
    assert in_force.state(case_id) == "decided"


def test_a_school_objects_to_a_declaration_through_the_pages(in_force: Portal) -> None:
    where = f"/zaken/begin/request?organisation={in_force.organisation(SCHOOL)}"
    tom = in_force.sign_in(TOM).open(where).press("Beginnen").follow("Wat wilt u vragen?")
    tom.choose("kind", "objection").press("Opslaan en verder")
    tom.sees("BV-2026-00001 van Stichting Voorbeeld 28849", "de verklaring die voor uw school geldt")
    tom.fill(reason="Wij vallen onder een ander bestuur.").press("Opslaan en verder").press("Verzoek versturen")
    case_id = in_force.case("request")
    desk = in_force.sign_in(SANNE).open(f"/servicedesk/{case_id}").sees("Wij vallen onder een ander bestuur.")
    desk.fill(words="Wij leggen het aan het bestuur voor.").press("Akkoord")
    assert "Wij leggen het aan het bestuur voor." in in_force.letter(TOM.email, "Antwoord op uw zaak")
    assert in_force.count(InForce, kind="board_declaration", until=None) == 3


@pytest.mark.parametrize(("kind", "at", "by"), [("bespoke", SCHOOL, TOM), ("objection", OURS, ANN)])
def test_a_kind_that_is_not_for_this_organisation_says_so(in_force: Portal, kind: str, at: str, by: Someone) -> None:
    """R000-06: a bespoke offer is the board's to ask."""
    where = f"/zaken/begin/request?organisation={in_force.organisation(at)}"
    browser = in_force.sign_in(by).open(where).press("Beginnen").follow("Wat wilt u vragen?")
    browser.choose("kind", kind).press("Opslaan en verder")
    assert "kind" in browser.faults()


def test_the_webinars_document_holds_the_tips(registered: Portal) -> None:
    """R002-36"""
    from portal.documents.text import as_page

    case_id = a_request(registered, "webinar")
    answered(registered, case_id, "accept", "https://voorbeeld.example/webinar")
    facts = registered.document(case_id).facts | {
        "operator": registered.settings.operator,
        "test_seal": True,
    }
    page = as_page("documents/request.html", facts)
    for tip in ("geluid", "app van Teams", "Edge", "Sluit het venster", "drie werkdagen", "Mail de servicedesk"):
        assert tip in page
    assert "https://voorbeeld.example/webinar" in page


def test_who_is_not_of_the_organisation_neither_asks_nor_reads(registered: Portal) -> None:
    case_id = a_request(registered, "webinar")
    iris = registered.sign_in(IRIS)
    assert iris.open(f"/zaken/{case_id}").status == 404
    assert iris.open(f"/zaken/begin/request?organisation={registered.organisation(OURS)}").status == 404
