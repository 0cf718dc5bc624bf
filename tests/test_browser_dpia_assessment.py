"""An assessment of a model DPIA in a real browser: what it comes to changes while one answers."""

import pytest

from tests.builders import FEMKE, NOOR
from tests.dpia import a_stage, assessment
from tests.looking import picture
from tests.staged import AtStage
from workflows.dpia_facts import Outcome

pytestmark = pytest.mark.browser


def test_the_outcome_changes_while_one_answers_and_what_is_read_is_calm(at_stage: AtStage) -> None:
    at = at_stage("registered")
    a_stage(at.portal)
    case_id = assessment(at.portal)
    noor = at.visit(NOOR).open(f"/zaken/{case_id}").sees("Uitkomst", "Hergebruik")
    picture(noor.page, "case")
    noor.open(f"/zaken/{case_id}/measures").choose("measures-M2-state", "refused")
    noor.fill(measures__M2__why="Te duur voor wat het oplevert.").wait_for("Het is nog niet opgeslagen")
    noor.wait_for("Hergebruik met aangepaste maatregelen")
    picture(noor.page, "measures")
    noor.open(f"/zaken/{case_id}/subject").open(f"/zaken/{case_id}/comparison")
    picture(noor.page, "comparison")
    femke = at.visit(FEMKE, width=390).open(f"/zaken/{case_id}/advice").sees("Advies van de FG")
    picture(femke.page, "advice-phone")
    femke.follow("Lees alles tot nu toe").sees("Alles tot nu toe")
    picture(femke.page, "so-far-phone")


def test_a_heavy_outcome_says_why_without_scripts_on_a_phone(at_stage: AtStage) -> None:
    at = at_stage("registered")
    a_stage(at.portal)
    case_id = assessment(at.portal, Outcome.OWN_DPIA)
    noor = at.visit(NOOR, scripts=False, width=390).open(f"/zaken/{case_id}").sees("Eigen DPIA nodig", "Waarom")
    picture(noor.page, "own-phone")
    noor.follow("Bij de soorten persoonsgegevens")


@pytest.mark.parametrize("scripts", [True, False])
def test_what_an_answer_leads_to_is_asked_with_it(at_stage: AtStage, scripts: bool) -> None:
    """Issue 6, what it must show, 4: one request per step, without scripts as well."""
    at = at_stage("registered")
    a_stage(at.portal)
    case_id = assessment(at.portal, in_use=True, until="comparison")
    noor = at.visit(NOOR, scripts=scripts, width=1280 if scripts else 390).open(f"/zaken/{case_id}/timing")
    day = noor.page.locator("#earlier_on-fault, [name=earlier_on-day]").first
    noor.choose("earlier", "no")
    assert not day.is_visible()
    picture(noor.page, f"timing-no-{scripts}")
    noor.choose("earlier", "yes")
    assert day.is_visible()
    picture(noor.page, f"timing-yes-{scripts}")
    noor.press("Opslaan en verder").sees("Er kloppen nog 3 dingen niet")
    assert day.is_visible()
    noor.choose("earlier", "no").fill(why="Wij zien het voor het eerst.").press("Opslaan en verder")
    assert "/timing" not in noor.page.url
