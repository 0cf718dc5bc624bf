"""The decision on a DPIA in a real browser: its document, the register and the gate, on a phone and on a desk."""

import pytest
from sqlalchemy.orm import Session

from portal.offers.tables import Product
from tests.builders import NOOR, OURS, SCHOOL, TOM, accepted_terms
from tests.dpia_decisions import OUTCOMES, a_decision, a_model, reuse
from tests.looking import faults_of, picture
from tests.staged import AtStage
from tests.suppliers import the_product

pytestmark = pytest.mark.browser
LATE = reuse(subject={"in_use": True, "start": "2026-09-01"}, timing={"earlier": False, "why": "Er was nog niets."})


def test_document_register_and_gate_fit_and_can_be_read_by_all(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    accepted_terms(at.portal, TOM)
    product = the_product(at.portal)
    a_model(at.portal)
    first = a_decision(at.portal, OUTCOMES["measures_first"])
    a_decision(at.portal.later(minutes=5), LATE)

    def ask(session: Session) -> None:
        found = session.get_one(Product, product)
        found.conditions = [*found.conditions, "dpia"]

    at.portal.do(ask)
    document = at.portal.document(first).id
    board = at.portal.organisation(OURS)
    for someone, address, name in (
        (NOOR, f"/organisaties/{board}/dpia", "register"),
        (NOOR, f"/stukken/{document}", "document"),
        (TOM, f"/rapporten/resultatenmonitor/{SCHOOL}/poort", "gate"),
    ):
        visit = at.visit(someone).open(address)
        for width in (1280, 390):
            assert faults_of(visit.page, [width]) == [], name
            picture(visit.page, f"{name}-{width}")
