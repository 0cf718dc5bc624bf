"""A processor agreement in a real browser: written, published, assessed and signed; by mouse, by keyboard alone, without JavaScript."""

import pytest

from tests.agreements import STEPS, case_of, offer
from tests.builders import ANN, BAS, EVA, NOOR, OURS, PRODUCT, SAM, Someone, a_role
from tests.chromium import FOCUS_SHOWS, ByKeyboard, Visit
from tests.conftest import Tell
from tests.staged import AtStage, Served, apart
from tests.suppliers import KIM, a_bound_supplier, a_published_agreement
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


HANDS = pytest.mark.parametrize(
    ("kind", "scripts", "width"),
    [(ByKeyboard, True, 1280), (Visit, False, 390)],
    ids=["by keyboard alone", "without JavaScript on a phone"],
)


@HANDS
def test_published_by_whoever_has_no_mouse_or_no_scripts(
    at_stage: AtStage, kind: type[Visit], scripts: bool, width: int, tell: Tell
) -> None:
    at = at_stage("in_force")
    a_bound_supplier(at.portal, SAM)
    kim = at.visit(KIM, kind=kind, scripts=scripts, width=width).open("/leverancier")
    around = [tabs_through(kim)]
    kim.follow("Onderwijsresultatenmonitor").press("Begin met de voorbeeldtekst")
    around += [tabs_through(kim)]
    kim.follow("Termijnen en keuzes").fill(row__0__breach_hours="0").press("Bewaren").sees("van 1 tot en met 48")
    around += [tabs_through(kim)]
    kim.fill(row__0__breach_hours="36").press("Bewaren en verder").follow("Overzicht van het concept")
    today = at.portal.moment.date()
    kim.follow("Bekijk het voorbeeld").fill(since__day=str(today.day), since__month=str(today.month))
    kim.fill(since__year=str(today.year)).press("Bekijk het gevolg")
    around += [tabs_through(kim)]
    kim.press("Publiceer versie 2026-11").sees("ligt vast", "uiterlijk 36 uur")
    kim.open(f"/aanbod/{version(at.portal).id}/aanbieden")
    around += [tabs_through(kim)]
    kim.choose("whom", "product").press("Bekijk wat er gebeurt").sees("Aanbieden aan 2 besturen?").press(
        "Ja, aanbieden"
    )
    at.work()
    kim.open(kim.page.url).sees("Klaar").follow("Naar de voortgang").sees("2 aangeboden")
    around += [tabs_through(kim)]
    tell("publish and offer an agreement, pages gone round with Tab", len(around), sum(around))


@HANDS
def test_assessed_and_signed_by_whoever_has_no_mouse_or_no_scripts(
    at_stage: AtStage, kind: type[Visit], scripts: bool, width: int, tell: Tell
) -> None:
    at = at_stage("in_force")
    an_offer_to_assess(at)
    case_id = case_of(at.portal)

    def visit(someone: Someone) -> Visit:
        return at.visit(someone, kind=kind, scripts=scripts, width=width)

    eva = visit(EVA).open(f"/zaken/{case_id}").follow("Voor welke scholen").press("Opslaan en verder")
    around = [tabs_through(eva)]
    eva.fill(privacy=NOOR.name, privacy_email=NOOR.email).press("Opslaan en verder")
    noor = visit(NOOR).open(f"/zaken/{case_id}")
    for name, points in STEPS:
        noor.open(f"/zaken/{case_id}/{name}")
        around += [tabs_through(noor)]
        noor.unfold("Wat de tekst hierover zegt")
        for point, _, _ in points:
            noor.choose(point, "ok")
        noor.press("Opslaan en verder")
    around += [tabs_through(noor)]
    noor.press("Klaarzetten om te tekenen")
    at.work()
    for someone in (ANN, BAS, SAM):
        signing = visit(someone).open(at.link(someone.email, "Te tekenen")).sees("Beoordeling door het bestuur")
        around += [tabs_through(signing)]
        signing.fill(typed_name=someone.name, code=at.portal.code(someone)).press("Teken nu").sees("vastgelegd")
        at.portal.later(minutes=1)
        at.work()
    assert at.portal.state(case_id) == "decided"
    tell("assess and sign an agreement, pages gone round with Tab", len(around), sum(around))


def an_offer_to_assess(at: Served) -> None:
    """The example is published and offered; Eva fills in, Noor assesses, Ann, Bas and Sam sign."""
    a_published_agreement(at.portal)
    a_role(at.portal, NOOR, at.portal.organisation(OURS), Role.PRIVACY_OFFICER)
    apart(offer, at.portal, OURS)


def tabs_through(visit: Visit) -> bool:
    """Tab comes past everything in the order of the page, shows where it is, and gets out at the end."""
    visit.page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0) }")
    stops: list[int] = []
    for _ in range(ByKeyboard.LONGEST_WAY):
        visit.page.keyboard.press("Tab")
        stop = visit.page.evaluate(WHERE)
        if stop < 0 or (stops and stop <= stops[0]):
            break
        assert visit.page.evaluate(FOCUS_SHOWS), f"focus cannot be seen on {visit.page.url}"
        stops.append(stop)
    else:
        raise AssertionError(f"Tab does not get out of {visit.page.url}")
    assert stops == sorted(set(stops)), f"Tab jumps on {visit.page.url}: {stops}"
    return len(stops) > 5


WHERE = "() => document.activeElement === document.body ? -1 : [...document.querySelectorAll('*')].indexOf(document.activeElement)"
"""Which element of the page has the focus, counted from its beginning; -1 where none has."""
