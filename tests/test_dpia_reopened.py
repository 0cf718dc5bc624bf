"""A decision on a DPIA that is looked at again: why, with what was answered before, and until when the old one holds."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access, in_force, reminding
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.cases.dpia import triggers
from portal.cases.dpia.reopening_tables import DpiaTrigger
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, InForce
from portal.database import reader
from portal.offers.dpia import withdrawing
from portal.offers.tables import Product
from tests.builders import ANN, BAS, FEMKE, IRIS, NOOR, OTHER_SCHOOL, OURS, PRODUCT, SANNE, SCHOOL, Portal
from tests.dpia import (
    a_body,
    a_measure,
    a_model,
    a_stage,
    advised,
    answer,
    assessment,
    decided,
    done,
    in_days,
    signed,
)
from workflows.dpia_assessment import WORKFLOW, WRITTEN
from workflows.dpia_facts import Outcome

REOPENED = "Opnieuw beoordelen"


@pytest.fixture
def board(registered: Portal) -> Portal:
    return a_stage(registered)


@pytest.fixture
def decision(board: Portal) -> uuid.UUID:
    """Our board reuses the model; the use is to begin in sixty days."""
    return a_decision(board)


def a_decision(portal: Portal, case_id: uuid.UUID | None = None) -> uuid.UUID:
    case_id = case_id or assessment(portal)
    advised(portal, case_id)
    decided(portal, case_id)
    return signed(portal, case_id, ANN, BAS)


def a_new_version(portal: Portal) -> uuid.UUID:
    """One measure and one risk say something else."""
    body = a_body()
    body["measures"][0] = a_measure("M1", "Alleen de eigen leraar kan erbij.", critical=True, lowers=[("R1", 1, 1)])
    body["risks"][1]["text"] = "De gegevens zijn een week lang niet te lezen."
    return a_model(portal, "2.0", measures=body["measures"], risks=body["risks"])


def the_round(portal: Portal) -> int:
    """The daily round goes past, and its mail goes out."""
    with portal.opened():
        found = triggers.look_at_all()
    portal.work()
    return found


def reopened(portal: Portal) -> list[uuid.UUID]:
    """The cases in which decisions are looked at again, the first first."""
    asked = select(DpiaTrigger.case_id).where(DpiaTrigger.case_id.is_not(None)).distinct()
    return portal.ask(lambda: list(reader.scalars(select(Case.id).where(Case.id.in_(asked)).order_by(Case.started_at))))


def holds(portal: Portal, case_id: uuid.UUID) -> bool:
    asked = select(InForce).where(InForce.case_id == case_id, InForce.kind == in_force.DPIA_REUSE)
    return portal.ask(lambda: bool(list(reader.scalars(asked.where(*in_force.holds(clock.now()))))))


def open_steps(portal: Portal, case_id: uuid.UUID) -> list[str]:
    """The steps of the privacy officer that still want an answer."""

    def ask() -> list[str]:
        case = reader.get_one(Case, case_id)
        return [each.name for each in WORKFLOW.open_steps(access.answers_of(case)) if each.name in WRITTEN]

    return portal.ask(ask)


def test_a_new_version_with_one_measure_and_one_risk_asks_two_questions(board: Portal, decision: uuid.UUID) -> None:
    board.later(days=100)
    a_new_version(board)
    assert the_round(board) == 1
    assert the_round(board) == 0  # nothing is asked twice
    [case_id] = reopened(board)
    page = board.sign_in(NOOR).open(f"/zaken/{case_id}")
    page.sees("Er is een nieuwe versie van het model: 2.0.").sees("Nog 2 stappen vragen een antwoord.")
    assert "Nog 2 stappen" in page.text
    form = page.open(f"/zaken/{case_id}/measures")
    form.sees("Veranderd in versie 2.0").sees("Eerst stond hier: Alleen de leraar kan erbij.")
    said = {each.get("name"): each for each in form.all("textarea")}
    assert said["measures-M2-evidence"].text == "Gecontroleerd door de beheerder."
    assert not said["measures-M1-evidence"].text
    letter = board.letter(NOOR.email, REOPENED)
    assert "nieuwe versie van het model: 2.0" in letter
    assert holds(board, decision)

    answer(board, case_id, "measures", {"measures": {"M1": done("2027-01-05")}})
    risk: dict[str, Any] = {"applies": True, "chance": "low", "impact": "low", "why": "Zoals in het model."}
    answer(board, case_id, "risks", {"risks": {"R2": risk}})
    page.open(f"/zaken/{case_id}").sees("Alle vragen zijn beantwoord.")
    a_decision(board, case_id)
    assert holds(board, case_id)
    assert not holds(board, decision)
    assert the_round(board) == 0
    said = board.document(case_id).facts["dpia"]["again"]
    assert said["causes"] == ["Er is een nieuwe versie van het model: 2.0."]
    assert said["earlier"] == board.ask(lambda: reader.get_one(Case, decision).reference)
    assert board.findings() == ()


def test_a_version_after_that_joins_the_case_that_is_open(board: Portal, decision: uuid.UUID) -> None:
    board.later(days=100)
    a_new_version(board)
    the_round(board)
    [case_id] = reopened(board)
    answer(board, case_id, "measures", {"measures": {"M1": done("2027-01-05")}})
    board.later(days=10)
    risks = a_body()["risks"]
    risks[0]["text"] = "Een ander ziet de resultaten en deelt ze."
    a_model(board, "3.0", risks=risks, measures=a_body()["measures"])
    assert the_round(board) == 1
    assert reopened(board) == [case_id]
    assert open_steps(board, case_id) == ["measures", "risks"]
    board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("nieuwe versie van het model: 3.0.")
    assert board.ask(lambda: reader.get_one(Case, case_id).publication).version == "3.0"  # type: ignore[union-attr]
    assert board.findings() == ()


def test_its_review_day_stands_in_the_agenda(board: Portal, decision: uuid.UUID) -> None:
    board.sign_in(NOOR).open("/agenda").sees("opnieuw beoordelen")


def test_a_new_subprocessor_asks_again_about_the_processors(board: Portal, decision: uuid.UUID) -> None:
    board.later(days=70)
    announced(board)
    assert the_round(board) == 1
    [case_id] = reopened(board)
    board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("De leverancier neemt een nieuwe subverwerker: Snelpost SpA.")
    assert open_steps(board, case_id) == ["comparison"]
    form = board.sign_in(NOOR).open(f"/zaken/{case_id}/comparison").values()
    assert form["sides-D7-choice"] == ["same"]
    assert "sides-D8-choice" not in form


def announced(portal: Portal) -> None:
    """The supplier announced one to our board, which has an agreement of its own."""
    board = portal.organisation(OURS)

    def put(session: Session) -> None:
        product = session.scalars(select(Product).filter_by(name=PRODUCT)).one()
        who = portal.visitor(SANNE).person_id
        notice = SubprocessorNotice(
            product_id=product.id,
            organisation_id=product.supplier_id,
            name="Snelpost SpA",
            task="Berichten versturen",
            data="Naam",
            country="Italië",
            in_eea="yes",
            effective_at=clock.now() + dt.timedelta(days=40),
            announced_by=who,
        )
        notice.answers = [
            SubprocessorAnswer(
                board_id=board,
                agreement_id=uuid.uuid4(),
                consent="general",
                closes_at=clock.now() + dt.timedelta(days=30),
                begins_at=clock.now() + dt.timedelta(days=40),
            )
        ]
        session.add(notice)

    portal.do(put)


def test_a_model_withdrawn_is_mailed_and_the_decision_ends_after_ninety_days(
    board: Portal, decision: uuid.UUID
) -> None:
    board.later(days=10)
    model = board.ask(lambda: reader.get_one(Case, decision).publication_id)
    assert model is not None
    withdraw(board, model)
    assert the_round(board) == 1
    assert reopened(board) == []
    assert "geen model waarmee dat kan" in board.letter(NOOR.email, REOPENED)
    board.later(days=90)
    the_round(board)
    assert holds(board, decision)
    board.later(days=1)
    assert the_round(board) == 1
    assert not holds(board, decision)
    assert board.ask(lambda: reader.get_one(DpiaDecision, decision).ended_because) == "withdrawn"
    assert "geldt niet meer" in board.letter(FEMKE.email, "Niet meer geldig")
    assert the_round(board) == 0
    assert board.findings() == ()


def withdraw(portal: Portal, model: uuid.UUID) -> None:
    with portal.opened():
        withdrawing.withdraw(model, why="Er zat een fout in.", by=portal.visitor(SANNE).person_id)  # type: ignore[arg-type]


def waiting_for_measures(portal: Portal) -> uuid.UUID:
    """Our board decided that one measure comes first."""
    return a_decision(portal, assessment(portal, Outcome.MEASURES_FIRST))


def test_a_decision_that_waits_for_its_measures_hears_of_a_new_version_as_well(board: Portal) -> None:
    waits = waiting_for_measures(board)
    board.later(days=10)
    a_new_version(board)
    assert the_round(board) == 1
    [case_id] = reopened(board)
    assert "nieuwe versie van het model: 2.0" in board.letter(NOOR.email, REOPENED)
    assert open_steps(board, case_id) == ["measures", "risks"]
    board.sign_in(NOOR).open(f"/zaken/{waits}").sees("Opnieuw bekijken vóór", "nieuwe versie van het model: 2.0")
    assert board.findings() == ()


def test_a_decision_that_waits_for_its_measures_ends_when_its_model_is_withdrawn_and_nobody_looks(
    board: Portal,
) -> None:
    waits = waiting_for_measures(board)
    board.later(days=10)
    model = board.ask(lambda: reader.get_one(Case, waits).publication_id)
    assert model is not None
    withdraw(board, model)
    assert the_round(board) == 1
    assert "Het model is ingetrokken" in board.letter(NOOR.email, REOPENED)
    board.later(days=91)
    the_round(board)
    assert board.ask(lambda: reader.get_one(DpiaDecision, waits).ended_because) == "withdrawn"
    assert board.findings() == ()


def test_who_is_still_writing_hears_that_the_model_is_gone(board: Portal) -> None:
    case_id = assessment(board, until="need")
    model = board.ask(lambda: reader.get_one(Case, case_id).publication_id)
    assert model is not None
    withdraw(board, model)
    assert the_round(board) == 1
    assert "Er zat een fout in." in board.letter(NOOR.email, "Ingetrokken model")
    assert the_round(board) == 0


def test_sixty_days_before_its_review_day_the_board_says_whether_anything_changed(
    board: Portal, decision: uuid.UUID
) -> None:
    board.later(days=630)  # of the 700 until its review day
    assert the_round(board) == 0
    board.later(days=15)
    assert the_round(board) == 1
    [case_id] = reopened(board)
    assert open_steps(board, case_id) == ["subject"]  # and what that leads to
    board.sign_in(NOOR).open(f"/zaken/{decision}").sees("Opnieuw bekijken vóór")
    board.later(days=200)
    the_round(board)
    assert not holds(board, decision)


def test_a_board_says_itself_that_something_changed(board: Portal, decision: uuid.UUID) -> None:
    board.later(days=70)
    page = board.sign_in(NOOR).open(f"/zaken/{decision}").follow("Er is iets veranderd: opnieuw beoordelen")
    page.press(REOPENED)
    assert page.status == 422
    assert {"Kies wat er is veranderd.", "Schrijf op wat er is veranderd."} <= set(page.faults().values())
    page.choose("kind", "breach").fill(words="Een laptop was weg.", on__day="1", on__month="2", on__year="2027")
    page.press(REOPENED)
    page.sees("Op 1 februari 2027 was er een datalek: Een laptop was weg.")
    [case_id] = reopened(board)
    assert open_steps(board, case_id) == ["measures", "risks"]
    assert holds(board, decision)


def test_a_second_trigger_joins_the_case_that_is_open_and_an_advice_is_asked_again(
    board: Portal, decision: uuid.UUID
) -> None:
    board.later(days=100)
    a_new_version(board)
    the_round(board)
    [case_id] = reopened(board)
    answer(board, case_id, "measures", {"measures": {"M1": done("2027-01-05")}})
    risk: dict[str, Any] = {"applies": True, "chance": "low", "impact": "low", "why": "Zoals in het model."}
    answer(board, case_id, "risks", {"risks": {"R2": risk}})
    advised(board, case_id)
    page = board.later(hours=1).sign_in(NOOR).open(f"/zaken/{decision}/opnieuw-beoordelen")
    page.choose("kind", "breach").fill(words="Een laptop was weg.", on__day="1", on__month="2", on__year="2027")
    page.press(REOPENED)
    assert reopened(board) == [case_id]
    assert open_steps(board, case_id) == ["measures", "risks"]
    answer(board, case_id, "measures", {})
    answer(board, case_id, "risks", {})
    board.sign_in(FEMKE).open(f"/zaken/{case_id}").sees("Opnieuw beoordelen")


def withdrawn(portal: Portal, case_id: uuid.UUID) -> None:
    page = portal.later(seconds=1).sign_in(NOOR).open(f"/zaken/{case_id}").follow("Zaak intrekken")
    page.fill(words="Dit doen wij later.").press("Ja, intrekken")


def rejected(portal: Portal, case_id: uuid.UUID) -> None:
    page = portal.later(seconds=1).sign_in(ANN).open(f"/zaken/{case_id}").follow("Niet akkoord")
    page.fill(words="Dit willen wij niet.").press("Ja, ik ga niet akkoord")


def lapsed(portal: Portal, case_id: uuid.UUID) -> None:
    """After half a year its people are warned, and two weeks later it lapses."""
    for days in (181, 15):
        portal.later(days=days)
        with portal.opened():
            reminding.remind_all()
        portal.work()


@pytest.mark.parametrize(("came_to_nothing", "state"), [(withdrawn, "withdrawn"), (rejected, "declined")])
def test_what_happened_is_asked_again_where_its_case_came_to_nothing_and_the_end_still_comes(
    board: Portal, decision: uuid.UUID, came_to_nothing: Callable[[Portal, uuid.UUID], None], state: str
) -> None:
    board.later(days=100)
    a_new_version(board)
    the_round(board)
    [first] = reopened(board)
    came_to_nothing(board, first)
    assert board.state(first) == state
    assert the_round(board.later(days=1)) == 1
    [second] = reopened(board)
    assert second != first
    assert open_steps(board, second) == ["measures", "risks"]
    assert [each.startswith(REOPENED) for each in board.mails(NOOR.email)].count(True) == 2
    assert the_round(board) == 0
    came_to_nothing(board, second)
    board.later(days=200)
    the_round(board)
    assert not holds(board, decision)
    assert board.ask(lambda: reader.get_one(DpiaDecision, decision).ended_because) == "new_version"
    assert board.findings() == ()


def test_what_the_board_said_itself_is_asked_again_after_its_case_lapsed(board: Portal, decision: uuid.UUID) -> None:
    breach(board.later(days=70), decision)
    [first] = reopened(board)
    lapsed(board, first)
    assert board.state(first) == "lapsed"
    assert holds(board, decision)
    assert the_round(board) == 1
    [second] = reopened(board)
    assert second != first
    board.sign_in(NOOR).open(f"/zaken/{second}").sees("was er een datalek: Een laptop was weg.")


def breach(portal: Portal, decision: uuid.UUID) -> None:
    """Noor says on the page of a decision that there was one."""
    page = portal.later(seconds=1).sign_in(NOOR).open(f"/zaken/{decision}/opnieuw-beoordelen")
    page.choose("kind", "breach").fill(words="Een laptop was weg.", on__day="1", on__month="12", on__year="2026")
    page.press(REOPENED)


@pytest.mark.parametrize(
    ("schools", "joins"), [([OTHER_SCHOOL], False), ([SCHOOL, OTHER_SCHOOL], True), ([SCHOOL], True)]
)
def test_a_trigger_joins_a_draft_only_where_that_is_about_the_schools_of_the_decision(
    board: Portal, decision: uuid.UUID, schools: list[str], joins: bool
) -> None:
    board.later(days=10)
    draft = assessment(board, until="subject", subject={"schools": schools, "start": in_days(90)})
    a_new_version(board)
    assert the_round(board) == 1
    [case_id] = reopened(board)
    assert (case_id == draft) is joins
    page = board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("nieuwe versie van het model: 2.0")
    assert set(page.open(f"/zaken/{case_id}/subject").values()["schools"]) == set(schools if joins else [SCHOOL])
    assert board.ask(lambda: reader.get_one(Case, draft).publication).version == ("2.0" if joins else "1.0")  # type: ignore[union-attr]
    assert the_round(board) == 0


def test_while_another_case_about_the_same_schools_is_signed_it_waits_and_then_asks(
    board: Portal, decision: uuid.UUID
) -> None:
    board.later(days=10)
    other = assessment(board, subject={"start": in_days(90)})
    advised(board, other)
    decided(board, other)
    breach(board.later(days=10), decision)
    assert reopened(board) == []
    withdrawn(board, other)
    assert the_round(board) == 1
    [case_id] = reopened(board)
    board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("was er een datalek")


def test_only_the_schools_about_which_it_still_says_something_are_taken_over(board: Portal) -> None:
    first = a_decision(board, assessment(board, subject={"schools": [SCHOOL, OTHER_SCHOOL]}))
    board.later(days=1)
    a_decision(board, assessment(board, subject={"schools": [OTHER_SCHOOL], "start": in_days(90)}))
    breach(board.later(days=10), first)
    [case_id] = reopened(board)
    assert board.sign_in(NOOR).open(f"/zaken/{case_id}/subject").values()["schools"] == [SCHOOL]


def test_only_who_speaks_for_the_board_can_say_so(board: Portal, decision: uuid.UUID) -> None:
    for someone in (FEMKE, IRIS):
        page = board.sign_in(someone).open(f"/zaken/{decision}/opnieuw-beoordelen")
        assert page.status == 404
