"""The portal's own processor agreement is one of the agreements: of a product without reports that the operator supplies."""

import pytest
from sqlalchemy import select

from portal.cases.tables import Case
from portal.database import reader
from portal.offers.tables import Product
from portal.parties.tables import Organisation
from tests.agreements import judged
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, NOOR, OURS, SAM, SANNE, SCHOOL, TOM, Portal, a_role, sign, submit
from tests.suppliers import bound
from workflows.vocabulary import Party, Role

NAME = "tekenpoort"


def made(portal: Portal) -> Browser:
    """The service desk makes the product; without reports nothing about a gate is asked."""
    desk = portal.sign_in(SANNE).open("/servicedesk/producten").follow("Nieuw product")
    desk.fill(title="Tekenpoort", name=NAME, supplier="Servicedesk", contact="vragen@portaal.example")
    desk.filled["has_reports"] = []  # type: ignore[assignment]
    return desk.press("Opslaan").sees("Tekenpoort is gemaakt", "Servicedesk")


@pytest.fixture
def published(in_force: Portal) -> Portal:
    made(in_force).follow("Versies en concepten").press("Begin met de voorbeeldtekst").sees("Tekenpoort")
    desk = in_force.sign_in(SANNE).open(f"/leverancier/{NAME}/overeenkomsten").follow("Verwerkersovereenkomst voor dit")
    today = in_force.moment.date()
    desk.follow("Bekijk het voorbeeld").fill(grace_days="0")
    desk.fill(**{"since-day": str(today.day), "since-month": str(today.month), "since-year": str(today.year)})
    desk.press("Bekijk het gevolg").press("Publiceer versie 2026-11").sees("ligt vast")
    operator = in_force.ask(lambda: reader.execute(select(Organisation.id).filter_by(kind=Party.OPERATOR)).scalar_one())
    bound(in_force, operator, SAM)
    a_role(in_force, NOOR, in_force.organisation(OURS), Role.PRIVACY_OFFICER)
    return in_force


def test_every_board_is_offered_it_and_it_is_signed_as_any_other(published: Portal) -> None:
    desk = published.sign_in(SANNE).open(f"/leverancier/{NAME}/overeenkomsten").follow("Aanbieden en volgen")
    desk.follow("Aanbieden aan besturen").choose("whom", "product").press("Bekijk wat er gebeurt")
    desk.sees("Aanbieden aan 2 besturen?").press("Ja, aanbieden")
    published.work()
    board = published.organisation(OURS)
    query = select(Case.id).filter_by(workflow="processor_agreement", organisation_id=board)
    case_id = published.ask(lambda: reader.execute(query).scalar_one())
    eva = published.sign_in(EVA).open(f"/zaken/{case_id}/scope").press("Opslaan en verder")
    eva.fill(privacy=NOOR.name, privacy_email=NOOR.email).press("Opslaan en verder")
    judged(published, case_id)
    submit(published, case_id, published.visitor(NOOR))
    published.work()
    for each in (ANN, BAS, SAM):
        sign(published, case_id, each)
    published.work()
    assert published.state(case_id) == "decided"
    eva.open(f"/organisaties/{board}/overeenkomsten").sees("Tekenpoort", "Servicedesk", "van kracht")
    assert published.findings() == ()


def test_it_has_no_gate_and_is_nothing_that_a_school_chooses(published: Portal) -> None:
    tom = published.sign_in(TOM).open("/rapporten").sees_not("Tekenpoort,")
    assert tom.open(f"/rapporten/{NAME}/{SCHOOL}").status == 404
    assert tom.open(f"/rapporten/{NAME}/{SCHOOL}/poort").status == 404
    product = published.ask(lambda: reader.query(Product).filter_by(name=NAME).one())
    assert (product.has_reports, product.conditions) == (False, [])
