"""A DPIA made elsewhere is looked at again like the reuse of a model: with what was recorded, and a new file."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases import access, in_force
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, InForce
from portal.database import reader
from tests.builders import A_PDF, ANN, BAS, NOOR, OTHER_SCHOOL, SCHOOL, TOM, Portal
from tests.dpia import LONG, filled, signed
from tests.test_dpia_gate import GATE
from tests.test_dpia_own import PRODUCT, about, advised, asked, begun, decided, made
from tests.test_dpia_reopened import REOPENED, announced, reopened, the_round, withdrawn
from workflows.dpia_own import WORKFLOW

__all__ = ["asked"]


@pytest.fixture
def own(asked: Portal) -> tuple[Portal, uuid.UUID]:
    """Our board recorded a DPIA of its own for a product that it uses; it is looked at again on 1 November 2028."""
    return asked, recorded(asked, in_use=True, start="2026-11-10")


def recorded(portal: Portal, **subject: Any) -> uuid.UUID:
    case_id = begun(portal)
    about(portal, case_id, schools=[SCHOOL, OTHER_SCHOOL], **subject)
    made(portal, case_id)
    return concluded(portal, case_id)


def concluded(portal: Portal, case_id: uuid.UUID, review_on: str = "2028-11-01") -> uuid.UUID:
    advised(portal, case_id)
    decided(portal, case_id, review_on=review_on)
    return signed(portal, case_id, ANN, BAS)


def holds(portal: Portal, case_id: uuid.UUID) -> bool:
    rows = select(InForce).where(InForce.case_id == case_id, InForce.kind == in_force.DPIA_OWN)
    return portal.ask(lambda: bool(list(reader.scalars(rows.where(*in_force.holds(clock.now()))))))


def open_steps(portal: Portal, case_id: uuid.UUID) -> list[str]:
    """The steps that still want an answer."""
    return portal.ask(
        lambda: [each.name for each in WORKFLOW.open_steps(access.answers_of(reader.get_one(Case, case_id)))]
    )


def test_sixty_days_before_its_review_day_only_the_dpia_itself_is_asked_and_decided_anew(
    own: tuple[Portal, uuid.UUID],
) -> None:
    portal, first = own
    portal.sign_in(NOOR).open("/agenda").sees("opnieuw beoordelen")
    portal.later(days=640)
    assert the_round(portal) == 0
    portal.later(days=20)
    assert the_round(portal) == 1
    assert the_round(portal) == 0  # nothing is asked twice
    assert "De dag om opnieuw te beoordelen komt eraan" in portal.letter(NOOR.email, REOPENED)
    [again] = reopened(portal)
    assert open_steps(portal, again) == ["made", "advice", "decision"]
    noor = portal.sign_in(NOOR).open(f"/zaken/{again}")
    noor.sees("Eigen DPIA vastleggen", "De dag om opnieuw te beoordelen komt eraan", "Nog 1 stap vraagt een antwoord.")
    form = noor.open(f"/zaken/{again}/made").sees("uit uw besluit EDPIA-2026-00001")
    values = form.values()
    assert (values["maker"], values["summary"], values["made_on-day"]) == (["Bureau Voorbeeld"], [LONG], [""])
    form.press("Opslaan en verder")
    assert set(form.faults()) == {"made_on", "file"}

    form.upload("file", A_PDF, "dpia-2028.pdf")
    filled(form, {"made_on": "2028-09-01"}).press("Opslaan en verder")
    assert holds(portal, first)
    concluded(portal, again, review_on="2030-11-01")
    assert holds(portal, again)
    assert not holds(portal, first)
    said = portal.document(again).facts["dpia"]
    assert said["again"]["earlier"] == "EDPIA-2026-00001"
    assert said["schools"] == [SCHOOL, OTHER_SCHOOL]
    assert said["is_late"] is False  # the first one was there before the use
    assert the_round(portal) == 0
    assert portal.findings() == ()


def test_it_ends_when_nobody_looked_in_time(own: tuple[Portal, uuid.UUID]) -> None:
    portal, first = own
    portal.later(days=660)
    the_round(portal)
    portal.later(days=150)
    the_round(portal)
    assert holds(portal, first) is False
    assert portal.ask(lambda: reader.get_one(DpiaDecision, first).ended_because) == "review"
    assert "geldt niet meer" in portal.letter(NOOR.email, "Niet meer geldig")
    portal.sign_in(TOM).open(GATE).sees("De poort is nog dicht", "is begonnen, maar nog niet af")
    assert portal.findings() == ()


@pytest.mark.parametrize(
    ("kind", "words", "asked_anew"),
    [
        ("module", "sinds 1 december 2026 een ander onderdeel", ["made"]),
        ("use", "Het gebruik is sinds 1 december 2026 veranderd", ["subject", "made"]),
        ("breach", "Op 1 december 2026 was er een datalek", ["made"]),
        ("by_hand", "Het bestuur wil opnieuw beoordelen", ["made"]),
    ],
)
def test_the_board_says_itself_that_something_changed(
    own: tuple[Portal, uuid.UUID], kind: str, words: str, asked_anew: list[str]
) -> None:
    portal, first = own
    noor = portal.later(days=70).sign_in(NOOR).open(f"/zaken/{first}").follow("Er is iets veranderd")
    noor.choose("kind", kind).fill(words="Zo is het nu.", on__day="1", on__month="12", on__year="2026").press(REOPENED)
    noor.sees(words)
    [again] = reopened(portal)
    assert open_steps(portal, again) == [*asked_anew, "advice", "decision"]
    assert holds(portal, first)
    portal.work()
    assert words in portal.letter(NOOR.email, REOPENED)


def test_a_new_subprocessor_opens_it_and_a_new_version_of_a_model_does_not(own: tuple[Portal, uuid.UUID]) -> None:
    portal, _ = own
    portal.later(days=70)
    announced(portal)
    assert the_round(portal) == 1
    [again] = reopened(portal)
    portal.sign_in(NOOR).open(f"/zaken/{again}").sees("De leverancier neemt een nieuwe subverwerker: Snelpost SpA.")


def test_use_that_was_still_to_begin_is_asked_about(asked: Portal) -> None:
    first = recorded(asked)
    asked.later(days=660)
    the_round(asked)
    [again] = reopened(asked)
    assert open_steps(asked, again)[:2] == ["subject", "made"]
    assert asked.sign_in(NOOR).open(f"/zaken/{again}/subject").values()["product"] == [PRODUCT]
    assert holds(asked, first)


def test_a_second_trigger_asks_again_what_was_answered_and_what_came_to_nothing_is_new_again(
    own: tuple[Portal, uuid.UUID],
) -> None:
    portal, first = own
    portal.later(days=660)
    the_round(portal)
    [again] = reopened(portal)
    form = portal.sign_in(NOOR).open(f"/zaken/{again}/made").upload("file", A_PDF, "dpia-2028.pdf")
    filled(form, {"made_on": "2028-09-01"}).press("Opslaan en verder")
    noor = portal.later(hours=1).sign_in(NOOR).open(f"/zaken/{first}/opnieuw-beoordelen")
    noor.choose("kind", "breach").fill(words="Een laptop.", on__day="1", on__month="9", on__year="2028").press(REOPENED)
    assert reopened(portal) == [again]
    assert open_steps(portal, again) == ["made", "advice", "decision"]
    assert portal.sign_in(NOOR).open(f"/zaken/{again}/made").values()["made_on-year"] == ["2028"]
    withdrawn(portal, again)
    assert the_round(portal.later(days=1)) == 1
    [other] = reopened(portal)
    portal.sign_in(NOOR).open(f"/zaken/{other}").sees("was er een datalek", "De dag om opnieuw te beoordelen")
