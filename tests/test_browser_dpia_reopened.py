"""A DPIA that is looked at again, in a real browser: why, and only what changed."""

import pytest

from tests.builders import NOOR
from tests.dpia import a_stage
from tests.looking import picture
from tests.staged import AtStage
from tests.test_dpia_reopened import a_decision, a_new_version, reopened, the_round

pytestmark = pytest.mark.browser


def test_what_changed_comes_first_with_what_was_said_before(at_stage: AtStage) -> None:
    at = at_stage("registered")
    decision = a_decision(a_stage(at.portal))
    at.portal.later(days=100)
    noor = at.visit(NOOR, width=390).open(f"/zaken/{decision}/opnieuw-beoordelen").sees("Er is iets veranderd")
    picture(noor.page, "reopen-phone")
    a_new_version(at.portal)
    the_round(at.portal)
    [case_id] = reopened(at.portal)
    noor = at.visit(NOOR).open(f"/zaken/{case_id}").sees("Aanleiding", "Nog 2 stappen vragen een antwoord.")
    picture(noor.page, "reopened")
    noor.open(f"/zaken/{case_id}/measures").sees("Veranderd in versie 2.0")
    picture(noor.page, "reopened-measures")
    noor.open(f"/zaken/{decision}").sees("Opnieuw bekijken vóór")
    picture(noor.page, "decision-reopened")
