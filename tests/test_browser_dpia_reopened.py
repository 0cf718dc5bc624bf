"""A DPIA that is looked at again, in a real browser: why, and only what changed."""

import pytest

from tests.builders import ANN, BAS, NOOR
from tests.dpia import a_stage, advised, assessment, decided, replied, signed
from tests.looking import picture
from tests.staged import AtStage
from tests.test_dpia_reopened import a_decision, a_new_version, breach, reopened, the_round

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


def test_what_the_fg_asked_before_stands_above_the_questions_and_fits_a_phone(at_stage: AtStage) -> None:
    at = at_stage("registered")
    board = a_stage(at.portal)
    first = assessment(board)
    advised(board, first, "conditional", conditions=["Zet gasten uit op alle scholen.", "Meet elk jaar hoe het gaat."])
    replied(board, first, True, False)
    decided(board, first)
    signed(board, first, ANN, BAS)
    breach(at.portal.later(days=30), first)
    [case_id] = reopened(at.portal)
    for width in (390, 1280):
        noor = at.visit(NOOR, width=width).open(f"/zaken/{case_id}").sees("Wat de FG eerder vroeg")
        picture(noor.page, f"earlier-conditions-{width}")
        noor.open(f"/zaken/{case_id}/measures").sees("Overgenomen, nog niet uitgevoerd.")
        picture(noor.page, f"earlier-conditions-measures-{width}")
