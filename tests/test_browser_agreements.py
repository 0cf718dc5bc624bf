"""A processor agreement written and published in a real browser: every stop is looked at, at two widths."""

import pytest

from tests.builders import ANN, PRODUCT, a_role
from tests.staged import AtStage
from tests.test_publishing_agreements import SUUS, version
from tests.test_two_sides import the_supplier
from workflows.vocabulary import Role

pytestmark = pytest.mark.browser


def test_a_supplier_writes_and_publishes_and_a_board_reads_and_compares(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    a_role(at.portal, SUUS, the_supplier(at.portal), Role.ADMINISTRATOR)
    suus = at.visit(SUUS).open("/leverancier").follow("Onderwijsresultatenmonitor").sees("Nog niets")
    suus.press("Begin met een lege tekst").sees("ontbreekt").follow("Bepalingen").press("Bepaling toevoegen")
    suus.fill(row__1__heading="Datalekken", row__1__text="Binnen {breach_hours} uur.").press("Bewaren")
    suus.sees("Schrijf de tekst van bepaling 1").press("Weghalen: Bepaling 1").sees("Zet terug").press("Zet terug")
    suus.open(f"/leverancier/{PRODUCT}/overeenkomsten").press("Begin met de voorbeeldtekst")
    suus.sees("Dit is een voorbeeldtekst")
    suus.follow("Termijnen en keuzes").fill(row__0__breach_hours="900").press("Bewaren").sees("van 1 tot en met 48")
    suus.fill(row__0__breach_hours="24").press("Bewaren en verder").sees("Hier staat nog niets")
    suus.follow("Overzicht van het concept").follow("Maatregelen").follow("Overzicht van het concept")
    suus.follow("Bekijk het voorbeeld").fill(since__day="1", since__month="12", since__year="2026")
    suus.press("Bekijk het gevolg").press("Publiceer versie 2026-11").sees("ligt vast")
    suus.follow("Onderwijsresultatenmonitor").press("Begin met de laatste versie").follow("Titel en inleiding")
    suus.fill(row__0__version="2027-01").press("Bewaren").follow("Overzicht van het concept")
    suus.follow("Bij een datalek").fill(row__0__hours="12").press("Bewaren").follow("Overzicht van het concept")
    suus.follow("Bekijk het voorbeeld").fill(since__day="1", since__month="2", since__year="2027")
    suus.press("Bekijk het gevolg").press("Publiceer versie 2027-01")
    ann = at.visit(ANN).open(f"/overeenkomsten/{version(at.portal).id}").sees("gaat in op dinsdag 1 december")
    ann.follow("Versie 2027-01").sees("Van versie 2026-11 naar versie 2027-01", "Bij een datalek")
