"""An agreement as who assesses and who offers it see it, in a real browser: every stop is looked at, at two widths."""

import json
import uuid

import pytest

from portal.cases import starting
from portal.database import reader
from portal.offers.tables import Product
from tests.agreements import EXAMPLE, a_stage, a_version, case_of, judged, offer, prepared, published
from tests.builders import IRIS, NOOR, OURS, PRODUCT, THEIRS, Portal
from tests.chromium import Visit
from tests.staged import AtStage, apart
from tests.test_two_sides import SAM

pytestmark = pytest.mark.browser


def ready_to_assess(portal: Portal) -> uuid.UUID:
    """A version that deviates from the example waits for Noor; the other board began it by itself."""
    a_stage(portal)
    portal.later(days=1)
    said = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    said["clauses"][1]["text"] = "Deze overeenkomst geldt een jaar."
    a_version(
        portal,
        "2027-01",
        model="Modelovereenkomst van de sector, versie 4.0",
        deviations=[{"clause": "breach", "what": "Wij melden binnen 36 uur.", "why": "Ons team is klein."}],
        clauses=said["clauses"],
        parameters=said["parameters"] | {"breach_hours": "36"},
    )
    offer(portal, OURS, version="2027-01")
    case_id = case_of(portal, version="2027-01")
    prepared(portal, case_id)
    judged(portal, case_id)
    iris, theirs = portal.visitor(IRIS), portal.organisation(THEIRS)
    with portal.opened():
        product = reader.query(Product).filter_by(name=PRODUCT).one().id
        starting.start("processor_agreement", by=iris, organisation_id=theirs, product_id=product)
    return case_id


def unfolded(visit: Visit, text: str) -> Visit:
    visit.page.locator("summary").filter(has_text=text).click()
    return visit.shown(f"unfolded-{text[-12:].strip().lower()}")


def test_who_assesses_reads_all_of_it_and_who_offers_sees_who_began_by_itself(at_stage: AtStage) -> None:
    at = at_stage("registered")
    case_id = apart(lambda: ready_to_assess(at.portal))
    noor = at.visit(NOOR).open(f"/zaken/{case_id}").follow("Lees de hele tekst, met beide bijlagen")
    unfolded(noor, "Afwijkingen van het model").sees("Wij melden binnen 36 uur.", "Ons team is klein.")
    noor.open(f"/zaken/{case_id}/safety")
    unfolded(noor, "Wat de tekst hierover zegt: Afwijkingen").sees("een jaar.")
    offered = apart(lambda: published(at.portal, "2027-01"))
    sam = at.visit(SAM).open(f"/aanbod/{offered}").sees("wordt beoordeeld", "zelf begonnen", "XLSX")
    sam.open(f"/leverancier/{PRODUCT}/overeenkomsten").sees("Versie 2027-01 vooraf tekenen")
    sam.follow("Versie 2027-01 vooraf tekenen").sees("Vooraf tekenen")
