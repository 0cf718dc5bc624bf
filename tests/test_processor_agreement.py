"""A processor agreement: published by a supplier, assessed and signed by a board, signed by the supplier, in force."""

import uuid

import pytest
from sqlalchemy import select

from portal.cases import starting
from portal.cases.tables import InForce
from portal.database import reader
from tests.builders import ANN, BAS, EVA, NOOR, OURS, SAM, Portal, a_role, sign, submit
from tests.suppliers import a_published_agreement, the_product
from workflows.processor_agreement import POINTS
from workflows.vocabulary import Role


@pytest.fixture
def offered(registered: Portal) -> Portal:
    """The example is published, the supplier can be bound by Sam, and the board has a privacy officer."""
    a_published_agreement(registered)
    a_role(registered, NOOR, registered.organisation(OURS), Role.PRIVACY_OFFICER)
    return registered


def an_agreement(portal: Portal, **judged: str) -> uuid.UUID:
    """Begun by Eva, judged by Noor (every point in order, but for these), sent on."""
    eva, noor = portal.visitor(EVA), portal.visitor(NOOR)
    product, board = the_product(portal), portal.organisation(OURS)
    with portal.opened():
        case_id = starting.start("processor_agreement", by=eva, organisation_id=board, product_id=product)
    browser = portal.sign_in(EVA).open(f"/zaken/{case_id}/scope").press("Opslaan en verder")
    browser.fill(privacy="Noor Kaya", privacy_email="noor@ons.example").press("Opslaan en verder")
    browser = portal.sign_in(NOOR)
    for name, points in (("content", POINTS[:6]), ("safety", POINTS[6:])):
        browser.open(f"/zaken/{case_id}/{name}")
        for point, _, _ in points:
            browser.choose(point, judged.get(point, "ok"))
        browser.press("Opslaan en verder")
        asked = [point for point, _, _ in points if point in judged]
        if asked:
            browser.fill(**{f"{point}_why": f"Omdat {point} aandacht vraagt." for point in asked})
            browser.press("Opslaan en verder")
    submit(portal, case_id, noor)
    portal.work()
    return case_id


def test_from_the_offer_to_in_force(offered: Portal) -> None:
    case_id = an_agreement(offered, retention="remark")
    facts = offered.document(case_id).facts
    assert [each["title"] for each in facts["annexes"]] == ["Bijlage 1: privacybijsluiter", "Bijlage 2: beveiliging"]
    for each in (ANN, BAS, SAM):
        sign(offered, case_id, each)
    offered.work()
    assert offered.state(case_id) == "decided"
    rows = offered.ask(lambda: reader.scalars(select(InForce).filter_by(kind="processor_agreement")).all())
    assert {each.version for each in rows} == {"2026-11"}
    assert len(rows) > 1
