"""What the FG asked and the board took over is not forgotten when the same schools are assessed again."""

import uuid

import pytest

from portal.cases.dpia import measures
from portal.cases.dpia.tables import DpiaMeasure
from portal.database import reader
from portal.outcomes.dpia import settle
from tests.builders import A_PDF, ANN, BAS, EVA, FEMKE, NOOR, OURS, Portal, a_role, submit
from tests.dpia import (
    LONG,
    a_stage,
    advised,
    answer,
    assessment,
    decided,
    filled,
    in_days,
    replied,
    signed,
)
from tests.test_dpia_own import begun, case_of
from tests.test_dpia_reopened import a_new_version, breach, reopened, the_round, waiting_for_measures
from workflows.vocabulary import Role

GUESTS, YEARLY = "Zet gasten uit op alle scholen.", "Meet elk jaar hoe het gaat."
SECTION = "Wat de FG eerder vroeg"


@pytest.fixture
def board(registered: Portal) -> Portal:
    return a_stage(registered)


@pytest.fixture
def first(board: Portal) -> uuid.UUID:
    """Our board reuses the model; of two conditions of the FG it took over the first."""
    case_id = assessment(board)
    advised(board, case_id, "conditional", conditions=[GUESTS, YEARLY])
    replied(board, case_id, True, False)
    return concluded(board, case_id)


def concluded(portal: Portal, case_id: uuid.UUID) -> uuid.UUID:
    decided(portal, case_id)
    return signed(portal, case_id, ANN, BAS)


def measures_of(portal: Portal, case_id: uuid.UUID) -> dict[str, str]:
    rows = portal.ask(lambda: reader.query(DpiaMeasure).filter_by(case_id=case_id).all())
    return {each.thing: each.text for each in rows}


def carried_out(portal: Portal, case_id: uuid.UUID, thing: str = "condition-1") -> None:
    """Eva shows that a measure is done, and Noor accepts that."""
    ours = portal.organisation(OURS)
    a_role(portal, EVA, ours, Role.ADMINISTRATOR)
    eva, noor = portal.visitor(EVA), portal.visitor(NOOR)
    row = portal.ask(lambda: reader.query(DpiaMeasure).filter_by(case_id=case_id, thing=thing).one())
    with portal.later(seconds=1).opened():
        measures.hand_in(row.id, ours, text="Gasten staan uit.", file=None, by=eva)
        reader.expire_all()
        seen = measures.version_of(reader.get_one(DpiaMeasure, row.id))
        reader.rollback()
        measures.accept(row.id, ours, seen=seen, by=noor, settle=settle)


def test_author_and_fg_see_what_was_asked_and_what_is_open_is_a_measure_of_the_next(
    board: Portal, first: uuid.UUID
) -> None:
    breach(board.later(days=30), first)
    [again] = reopened(board)
    noor = board.sign_in(NOOR).open(f"/zaken/{again}").sees(SECTION, GUESTS, "Overgenomen, nog niet uitgevoerd.")
    noor.sees(YEARLY, "Niet overgenomen: Dat doen wij al.")
    own = noor.open(f"/zaken/{again}/measures").sees(SECTION).values()
    assert (own["own-0-text"], own["own-0-owner"]) == ([GUESTS], ["Tom de Wit"])
    answer(board, again, "measures", {})
    answer(board, again, "risks", {})
    board.sign_in(FEMKE).open(f"/zaken/{again}/advice").sees(SECTION, GUESTS, YEARLY)
    advised(board, again)
    board.sign_in(ANN).open(f"/zaken/{again}/tot-nu-toe").sees(SECTION, GUESTS)
    concluded(board, again)
    assert measures_of(board, again) == {"own-1": GUESTS}
    said = board.document(again).facts["dpia"]
    assert [row[1] for row in said["earlier_conditions"]["rows"]] == [GUESTS, YEARLY]
    assert said["outcome"] == "adjusted"
    assert board.findings() == ()


def test_what_was_carried_out_is_told_and_owed_no_more(board: Portal, first: uuid.UUID) -> None:
    carried_out(board.later(days=5), first)
    breach(board.later(days=30), first)
    [again] = reopened(board)
    board.sign_in(NOOR).open(f"/zaken/{again}").sees("Overgenomen en uitgevoerd.", "Gasten staan uit.")
    answer(board, again, "measures", {})
    answer(board, again, "risks", {})
    advised(board, again)
    concluded(board, again)
    assert measures_of(board, again) == {}


def test_a_new_assessment_that_says_nothing_of_it_still_owes_it_and_so_does_the_one_after(
    board: Portal, first: uuid.UUID
) -> None:
    board.later(days=1)
    for days in (90, 120):
        case_id = assessment(board, subject={"start": in_days(days)})
        board.sign_in(FEMKE).open(f"/zaken/{case_id}/advice").sees(SECTION, GUESTS)
        advised(board, case_id)
        concluded(board, case_id)
        assert measures_of(board, case_id) == {"earlier-1": GUESTS}
        board.later(days=1)
    board.sign_in(NOOR).open(f"/organisaties/{board.organisation(OURS)}/maatregelen?state=open").sees(GUESTS)
    assert board.findings() == ()


def test_it_travels_where_nothing_is_asked_about_measures(board: Portal, first: uuid.UUID) -> None:
    """In use, and nothing changed: no assessment is needed, and what was owed stays."""
    timing = {"earlier": True, "earlier_kind": "dpia", "earlier_on": "2026-11-01", "changed": False}
    board.later(days=80)
    case_id = assessment(board, until="timing", in_use=True, timing={**timing, "why": "Er is niets veranderd."})
    advised(board, case_id)
    concluded(board, case_id)
    assert board.document(case_id).facts["dpia"]["outcome"] == "compliance_check"
    assert measures_of(board, case_id) == {"earlier-1": GUESTS}


def test_a_dpia_made_elsewhere_owes_it_as_well(board: Portal, first: uuid.UUID) -> None:
    board.later(days=1)
    case_id = begun(board)
    answer(board, case_id, "subject", {"product": ["resultatenmonitor"], "schools": ["03KF00"], "in_use": False})
    noor = board.later(seconds=1).sign_in(NOOR).open(f"/zaken/{case_id}/made").sees(SECTION, GUESTS)
    noor.upload("file", A_PDF, "dpia.pdf")
    said = {"maker": "Bureau Voorbeeld", "made_on": "2026-11-02", "summary": LONG, "high": False}
    filled(noor, said).press("Opslaan en verder")
    assert case_of(noor) == case_id
    words = {"verdict": "positive", "words": f"Ik adviseer. {LONG}"}
    answer(board, case_id, "advice", words, by=FEMKE)
    answer(board, case_id, "decision", {"review_on": "2028-11-01"}, by=ANN)
    submit(board, case_id, board.visitor(ANN))
    board.work()
    signed(board, case_id, ANN, BAS)
    assert measures_of(board, case_id) == {"earlier-1": GUESTS}
    assert board.findings() == ()


def test_a_decision_that_waits_is_no_earlier_look_that_says_nothing_changed(board: Portal) -> None:
    waiting_for_measures(board)
    board.later(days=70)
    a_new_version(board)
    the_round(board)
    [again] = reopened(board)
    assert board.sign_in(NOOR).open(f"/zaken/{again}/timing").values()["changed"] == ["yes"]
