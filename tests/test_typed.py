"""Leaving a step half-way and coming back: what was typed is there, for nobody else, until it is saved or thrown away."""

import uuid

import pytest

from portal.cases import typed
from portal.cases.tables import StepAnswer, TypedStep
from portal.database import reader
from tests import dpia
from tests.browser import Browser
from tests.builders import ANN, EVA, IRIS, NOOR, Portal

HALF = "Een halve zin die nog niet"


@pytest.fixture
def half(registered: Portal) -> tuple[Portal, uuid.UUID]:
    """Noor is half-way the comparison."""
    portal = dpia.a_stage(registered)
    return portal, dpia.assessment(portal, until="need")


def at(portal: Portal, case_id: uuid.UUID, step: str = "comparison", someone: object = NOOR) -> Browser:
    return portal.sign_in(someone).open(f"/zaken/{case_id}/{step}")  # type: ignore[arg-type]


def kept(portal: Portal, case_id: uuid.UUID, **fields: str) -> Browser:
    """What the page sends by itself while somebody types."""
    noor = at(portal, case_id)
    return noor.post(f"/zaken/{case_id}/comparison/getypt", {"seen": "0", "shown": "basis sides local", **fields})


def test_what_was_typed_is_there_when_one_comes_back(half: tuple[Portal, uuid.UUID]) -> None:
    portal, case_id = half
    assert (
        kept(portal, case_id, **{"basis": HALF, "sides-D1-choice": "riskier", "sides-D1-why": "Ook zorg."}).status
        == 204
    )
    noor = at(portal, case_id).sees("Dit hebt u getypt en nog niet opgeslagen", HALF, "Ook zorg.")
    chosen = [
        each.get("value")
        for each in noor.all("input")
        if each.get("name") == "sides-D1-choice" and "checked" in each.attrib
    ]
    assert chosen == ["riskier"]
    assert portal.count(StepAnswer, case_id=case_id, step="comparison") == 0


def test_saving_it_or_throwing_it_away_ends_it(half: tuple[Portal, uuid.UUID]) -> None:
    portal, case_id = half
    kept(portal, case_id, basis=HALF)
    at(portal, case_id).press("Gooi het weg").sees_not(HALF)
    assert portal.count(TypedStep) == 0
    kept(portal, case_id, basis=HALF)
    dpia.answer(portal, case_id, "comparison", dpia.answers_for()["comparison"])
    assert portal.count(TypedStep) == 0
    at(portal, case_id).sees_not("nog niet opgeslagen")


def test_without_a_script_a_button_keeps_it(half: tuple[Portal, uuid.UUID]) -> None:
    portal, case_id = half
    noor = at(portal, case_id)
    noor.post(f"/zaken/{case_id}/comparison/getypt", {"basis": HALF, "later": "yes"})
    at(portal, case_id).sees(HALF)


def test_nobody_else_sees_it_and_a_colleague_who_saves_is_not_overwritten(half: tuple[Portal, uuid.UUID]) -> None:
    portal, case_id = half
    kept(portal, case_id, basis=HALF)
    at(portal, case_id, someone=ANN).sees_not(HALF)
    dpia.answer(portal, case_id, "comparison", dpia.answers_for()["comparison"], by=ANN)
    noor = dpia.filled(at(portal, case_id).sees(HALF), {**dpia.answers_for()["comparison"], "basis": HALF}).press(
        dpia.SAVE
    )
    assert noor.status == 409
    noor.sees("Een collega heeft deze stap intussen gewijzigd")


def test_who_may_not_answer_the_step_keeps_nothing(half: tuple[Portal, uuid.UUID]) -> None:
    portal, case_id = half
    here = f"/zaken/{case_id}/comparison/getypt"
    assert portal.sign_in(IRIS).open("/").post(here, {"basis": HALF}).status == 404
    assert portal.sign_in(EVA).open("/").post(here, {"basis": HALF}).status in (403, 409, 422, 400)
    assert portal.sign_in(NOOR).open("/").post(f"/zaken/{case_id}/advice/getypt", {"words": HALF}).status >= 400
    assert portal.sign_in(NOOR).open("/").post(here, {"basis": "x" * 600_000}).status >= 400
    assert portal.count(TypedStep) == 0


def test_what_was_left_lying_is_swept_away(half: tuple[Portal, uuid.UUID]) -> None:
    portal, case_id = half
    kept(portal, case_id, basis=HALF)
    assert portal.later(days=60).ask(typed.sweep) == 0
    assert portal.later(days=31).ask(typed.sweep) == 1
    assert portal.ask(lambda: reader.query(TypedStep).count()) == 0
