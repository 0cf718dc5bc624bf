"""A model DPIA written in a real browser: by mouse, by keyboard alone, and without JavaScript on a phone."""

import pytest

from tests.chromium import Visit
from tests.conftest import Tell
from tests.staged import AtStage
from tests.suppliers import KIM, a_bound_supplier
from tests.test_browser_agreements import HANDS, tabs_through
from tests.test_dpia_models import BEGIN, HERE, models
from tests.test_two_sides import SAM

pytestmark = pytest.mark.browser


@HANDS
def test_a_model_is_written_and_published_by_whoever_has_no_mouse_or_no_scripts(
    at_stage: AtStage, kind: type[Visit], scripts: bool, width: int, tell: Tell
) -> None:
    at = at_stage("in_force")
    a_bound_supplier(at.portal, SAM)
    kim = at.visit(KIM, kind=kind, scripts=scripts, width=width).open(HERE).press(BEGIN)
    around = [tabs_through(kim)]
    kim.follow("Voorwaarden").press("Voorwaarde toevoegen").fill(row__2__text="De school zet het profiel uit.")
    kim.press("Weghalen: Voorwaarde C1").sees("Weggehaald: C1").press("Zet terug").sees("Voorwaarde C1")
    around += [tabs_through(kim)]
    kim.press("Bewaren en verder").fill(row__11__text=" ").press("Bewaren").sees("Schrijf de tekst op.")
    around += [tabs_through(kim)]
    kim.fill(row__11__text="Ouders lezen het op de website.").press("Bewaren en verder").press("Bewaren en verder")
    kim.press("Bewaren en verder").sees("Wat elke maatregel verlaagt").press("Risico toevoegen: M1")
    around += [tabs_through(kim)]
    kim.press("Weghalen: M1 verlaagt nog niets").press("Bewaren en terug naar het overzicht").sees("3 voorwaarden")
    today = at.portal.moment.date()
    kim.fill(since__day=str(today.day), since__month=str(today.month), since__year=str(today.year))
    kim.press("Bekijk het gevolg").press("Publiceer versie 2026-11").sees("ligt vast", "De school zet het profiel uit.")
    [made] = models(at.portal)
    assert [each["id"] for each in made.body["conditions"]] == ["C1", "C2", "C3"]
    tell("write and publish a model, pages gone round with Tab", len(around), sum(around))


def test_the_focus_goes_where_the_work_is(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    a_bound_supplier(at.portal, SAM)
    kim = at.visit(KIM).open(HERE).press(BEGIN).follow("Risico's")
    for button, place in (
        ("Risico toevoegen", "row-9"),
        ("Omhoog: Risico R10", "row-8"),
        ("Weghalen: Risico R1", "gone"),
        ("Zet terug", "row-0"),
    ):
        kim.press(button)
        kim.page.locator(f"#{place}:focus, #{place} :focus").wait_for()
    kim.press("Bewaren en verder").press("Bewaren en verder").press("Risico toevoegen: M2")
    kim.page.locator("#measure-1 .row:last-of-type select:focus").wait_for()
