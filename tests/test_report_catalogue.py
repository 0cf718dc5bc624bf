"""Which reports there are, which of them a product opens, and that each stands behind the same gate."""

import pytest

from portal.database import reader
from portal.offers.tables import Product
from portal.reports import catalogue
from portal.reports.catalogue import About
from tests.builders import PRODUCT, SANNE, SCHOOL, TOM, Portal, accepted_terms

REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
DESK = f"/servicedesk/producten/{PRODUCT}"


def test_every_report_says_what_it_shows_and_for_whom() -> None:
    assert len({each.name for each in catalogue.REPORTS}) == len(catalogue.REPORTS)
    for each in catalogue.REPORTS:
        assert each.title and each.shows.endswith(".") and each.about and each.sectors
        assert not each.has_personal_data


def test_only_known_reports_open_and_in_their_own_order() -> None:
    names = ("nonsense", catalogue.TREND, catalogue.SCHOOL_CARD)
    assert [each.name for each in catalogue.opened(names, About.LOCATION)] == list(catalogue.AT_FIRST)
    assert catalogue.known(names) == list(catalogue.AT_FIRST)


def test_the_reports_of_a_school_stand_beside_each_other(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(REPORT).sees("Schoolkaart", "Bereikte niveaus").sees_not("Per schooljaar")
    tom.follow("Driejaarstrend").sees("Per schooljaar").sees_not("Signaleringswaarde:")
    assert tom.open(f"{REPORT}/nonsense").status == 404


@pytest.mark.parametrize(
    "report", [each.name for each in catalogue.opened([r.name for r in catalogue.REPORTS], About.LOCATION)]
)
@pytest.mark.row(13, "every report of a school")
def test_a_shut_gate_shuts_every_report_in_the_same_words(in_force: Portal, report: str) -> None:
    tom = in_force.sign_in(TOM).open(f"{REPORT}/{report}")
    assert tom.status == 403
    tom.sees("De poort is nog dicht", "U bent nog niet akkoord met de gebruiksvoorwaarden")


def test_the_operator_chooses_which_reports_a_product_opens(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    desk = in_force.sign_in(SANNE).open(f"{DESK}/wijzigen").choose("reports", catalogue.TREND).press("Opslaan")
    desk.sees("Rapporten van het portaal", "Driejaarstrend")
    assert in_force.ask(lambda: reader.query(Product).filter_by(name=PRODUCT).one().reports) == [catalogue.TREND]
    tom = in_force.sign_in(TOM).open(REPORT).sees("Per schooljaar")
    assert tom.open(f"{REPORT}/{catalogue.SCHOOL_CARD}").status == 404
    assert in_force.findings("offers") == ()


def test_a_product_that_opens_no_report_of_ours_shows_its_gate(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    in_force.sign_in(SANNE).open(f"{DESK}/wijzigen").choose("reports").press("Opslaan")
    tom = in_force.sign_in(TOM).open(REPORT).sees("De poort is open").sees_not("Open de schoolkaart")
    assert tom.status == 200
