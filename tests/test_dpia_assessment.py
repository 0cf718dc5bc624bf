"""An assessment of a model DPIA, written step by step: what it comes to, and what it cannot say."""

import uuid

import pytest

from portal.cases import moving
from portal.cases.tables import Case
from portal.database import reader
from portal.errors import RefusedError
from portal.offers.dpia import withdrawing
from tests.browser import words_of
from tests.builders import ANN, BAS, EVA, FEMKE, IRIS, NOOR, OURS, PRODUCT, SANNE, THEIRS, Portal, a_role, submit
from tests.dpia import (
    LONG,
    a_body,
    a_model,
    a_stage,
    advised,
    answer,
    answers_for,
    assessment,
    begun,
    decided,
    done,
    in_days,
    judgement,
    model_of,
    planned,
    signed,
)
from workflows.dpia_facts import Outcome
from workflows.vocabulary import Role


@pytest.fixture
def board(registered: Portal) -> Portal:
    return a_stage(registered)


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_is_reached_by_answering_the_questions(board: Portal, outcome: Outcome) -> None:
    case_id = assessment(board, outcome)
    advised(board, case_id)
    decided(board, case_id, sent=False)
    found = judgement(board, case_id)
    assert found is not None
    assert found.outcome is outcome
    assert found.reasons


# --- What it cannot say ------------------------------------------------------------------------------------------


def refused(
    portal: Portal, step: str, outcome: Outcome = Outcome.REUSE, *, in_use: bool = False, **values: object
) -> str:
    """What is said about a step with these answers, where everything before it is as usual."""
    answers = answers_for(outcome, in_use=in_use)
    before = list(answers)[: list(answers).index(step)]
    case_id = begun(portal)
    for name in before:
        if name != "timing" or in_use:
            answer(portal, case_id, name, answers[name])
    page = answer(portal, case_id, step, {**answers[step], **values})
    assert page.status == 422, page.text
    return " ".join(page.faults().values())


def test_use_cannot_begin_in_the_past_nor_have_begun_in_the_future(board: Portal) -> None:
    assert "Deze dag is al geweest" in refused(board, "subject", start="2026-11-22")
    assert "moet nog komen" in refused(board.later(days=1), "subject", in_use=True, start=in_days(30))


def test_a_critical_measure_is_carried_out_before_use_begins(board: Portal) -> None:
    said = refused(board, "measures", measures={"M1": planned(in_days(61)), "M2": done(), "M3": done()})
    assert "M1 is een kritieke maatregel" in said
    assert "voordat het gebruik begint" in said


def test_a_critical_measure_of_what_is_used_already_takes_three_months_at_the_most(board: Portal) -> None:
    late = {"M1": planned(in_days(100)), "M2": planned(in_days(400)), "M3": done()}
    said = refused(board, "measures", in_use=True, measures=late)
    assert "M1" in said
    assert "M2" not in said
    assert "binnen drie maanden" in said


def test_what_is_planned_is_still_to_come_and_what_is_done_has_been(board: Portal) -> None:
    wrong = {"M1": done(in_days(3)), "M2": planned(in_days(-3)), "M3": done()}
    said = refused(board, "measures", measures=wrong)
    assert "maar die dag moet nog komen" in said
    assert "een geplande dag die al geweest is" in said


def test_a_use_that_goes_further_is_not_the_same(board: Portal) -> None:
    sides = answers_for()["comparison"]["sides"]
    said = refused(board, "comparison", sides={**sides, "D2": {"choice": "same", "level": "3"}})
    assert "Kies dan niet gelijk of beperkter" in said


def test_more_risk_than_the_model_needs_a_risk_of_ones_own(board: Portal) -> None:
    assert "Soorten gegevens" in refused(board, "risks", Outcome.OWN_DPIA, own=[])


def test_a_decision_is_looked_at_again_within_three_years(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id)
    page = board.sign_in(ANN).open(f"/zaken/{case_id}/decision")
    assert page.values()["review_on-year"] == ["2028"]  # the model's own day, which comes first
    for days, sentence in ((0, "Deze dag is al geweest"), (1200, "Beoordeel uiterlijk over drie jaar opnieuw")):
        year, month, day = in_days(days).split("-")
        page.fill(review_on__year=year, review_on__month=month, review_on__day=day)
        page.choose("confirms", "read", "true", "measures", "again").press("Opslaan en verder")
        assert sentence in page.faults()["review_on"]


def test_with_a_model_that_a_newer_one_replaced_nothing_is_decided(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id)
    decided(board, case_id, sent=False)
    a_model(board.later(days=1), "2.0")
    with pytest.raises(RefusedError, match="nieuwere versie van dit model"):
        submit(board, case_id, board.visitor(ANN))
    board.sign_in(ANN).open(f"/zaken/{case_id}").sees("Er is een nieuwere versie van dit model.")


def withdrawn(portal: Portal, case_id: uuid.UUID) -> None:
    publication_id, desk = model_of(portal, case_id).id, portal.visitor(SANNE).person_id
    assert desk is not None
    with portal.later(seconds=1).opened():
        withdrawing.withdraw(publication_id, why="Er zat een fout in.", by=desk)


def test_with_a_withdrawn_model_nothing_begins_and_nothing_is_decided(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id)
    decided(board, case_id, sent=False)
    withdrawn(board, case_id)
    with pytest.raises(RefusedError, match="Dit model is ingetrokken"):
        submit(board, case_id, board.visitor(ANN))
    found = judgement(board, case_id)
    assert found is not None
    assert found.outcome is Outcome.OWN_DPIA
    a_role(board, EVA, board.organisation(THEIRS), Role.ADMINISTRATOR)
    with pytest.raises(RefusedError, match="Kies in de bibliotheek"):
        begun(board, by=EVA, board=THEIRS, model=model_of(board, case_id).id)


def test_a_model_withdrawn_between_two_signatures_changes_nothing_about_what_is_signed(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id)
    decided(board, case_id)
    signed(board, case_id, ANN)
    withdrawn(board, case_id)
    found = judgement(board, case_id)
    assert found is not None
    assert found.outcome is Outcome.REUSE
    signed(board, case_id, BAS)
    assert board.state(case_id) == "decided"


def test_the_organisation_leads_to_the_library(board: Portal) -> None:
    page = board.sign_in(NOOR).open(f"/organisaties/{board.organisation(OURS)}")
    page.follow("Hergebruik van een model-DPIA: kies een model").follow("Model-DPIA Resultatenmonitor")
    page.follow("Begin een beoordeling voor").sees("Hergebruik van een model-DPIA")


def test_what_was_answered_before_stands_ready_in_the_next_assessment(board: Portal) -> None:
    first = assessment(board)
    with_one_other = a_body()["measures"]
    with_one_other[0] = {**with_one_other[0], "text": "Alleen de leraar van de groep kan erbij."}
    a_model(board.later(days=1), "2.0", measures=with_one_other)
    case_id = begun(board)
    assert case_id != first
    page = board.sign_in(NOOR).open(f"/zaken/{case_id}/subject")
    assert page.values()["use"] == [LONG]
    page.sees("uit uw beoordeling DPIA-2026-00001").press("Opslaan en verder")
    for _ in ("need", "comparison"):
        page.press("Opslaan en verder")
    page.press("Opslaan en verder")
    assert set(page.faults()) == {"measures-M1-state"}


# --- What it comes to, while one answers -------------------------------------------------------------------------


def test_the_outcome_is_told_while_one_answers_and_nothing_is_kept(board: Portal) -> None:
    case_id = assessment(board)
    page = board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("Zo is het nu, als de FG het ermee eens is.")
    page.open(f"/zaken/{case_id}/measures")
    address, fields = (
        page.choose("measures-M2-state", "refused").fill(measures__M2__why="Te duur.").would_send("Opslaan")
    )
    page.post(f"{address}/uitkomst", fields)
    assert "Hergebruik met aangepaste maatregelen" in page.text
    assert "Het is nog niet opgeslagen" in page.text
    found = judgement(board, case_id)
    assert found is not None
    assert found.outcome is Outcome.REUSE
    advised(board, case_id)
    board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("U mag het model overnemen").sees_not("als de FG het ermee eens")


def test_what_must_be_answered_before_anything_can_be_said_stands_as_a_list(board: Portal) -> None:
    page = board.sign_in(NOOR).open(f"/zaken/{assessment(board, until='comparison')}")
    panel = next(each for each in page.all("section") if each.get("id") == "outcome")
    assert "Nodig zijn nog:" in words_of(panel)
    missing = [words_of(each) for each in panel.iter("li")]
    assert missing == ["Welke maatregelen neemt u?", "Welke risico's blijven er?"]


def test_a_half_filled_step_is_told_to_be_so(board: Portal) -> None:
    case_id = assessment(board, until="need")
    page = board.sign_in(NOOR).open(f"/zaken/{case_id}/comparison")
    address, fields = page.would_send("Opslaan")
    page.post(f"{address}/uitkomst", fields)
    assert "Er is nog te weinig ingevuld" in page.text
    assert "nog niet helemaal ingevuld" in page.text


def test_each_reason_leads_to_the_answer_that_caused_it(board: Portal) -> None:
    case_id = assessment(board, Outcome.OWN_DPIA)
    page = board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("Eigen DPIA nodig")
    links = [each.get("href", "") for each in page.all("a")]
    assert f"/zaken/{case_id}/comparison#sides-D4" in links


def test_everything_so_far_is_read_before_one_advises(board: Portal) -> None:
    case_id = assessment(board)
    page = board.sign_in(FEMKE).open(f"/zaken/{case_id}/advice").follow("Lees alles tot nu toe")
    page.sees("Besproken in de MR.", "Gecontroleerd door de beheerder.", "Wat hiervan doet u met het product?")
    page.sees("Zonder verwerkersovereenkomst kan het gebruik niet beginnen.")


def test_nobody_else_sees_what_it_comes_to(board: Portal) -> None:
    case_id = assessment(board, until="subject")
    stranger = board.browser(expects_fault=True)
    stranger.client = board.sign_in(IRIS).client
    for address in ("tot-nu-toe", "need/uitkomst"):
        stranger.send("POST" if "uitkomst" in address else "GET", f"/zaken/{case_id}/{address}")
        assert stranger.status in (400, 404)


def test_an_assessment_begins_on_the_page_of_its_procedure(board: Portal) -> None:
    page = board.sign_in(NOOR).open(
        f"/zaken/begin/dpia_reuse?organisation={board.organisation(OURS)}&product={PRODUCT}"
    )
    page.sees("Hergebruik van een model-DPIA").press("Beginnen").sees("Waarover gaat het?", "DPIA-2026-00001")


def test_the_service_desk_moves_an_assessment_to_a_newer_model_and_only_what_changed_is_asked(board: Portal) -> None:
    case_id = assessment(board)
    measures = a_body()["measures"]
    a_model(board.later(days=1), "2.0", measures=[{**measures[0], "text": "Anders."}, *measures[1:]])

    def planned_move() -> dict[str, str]:
        made = moving.plan(reader(), reader.get_one(Case, case_id), at=board.moment)
        return {each.name: each.fate for each in made.fates}

    assert {name for name, fate in board.ask(planned_move).items() if fate == moving.AGAIN} == {"measures"}
