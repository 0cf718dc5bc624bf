"""An assessment of a model DPIA, written step by step: what it comes to, and what it cannot say."""

import pytest

from tests.builders import Portal
from tests.dpia import (
    a_stage,
    advised,
    assessment,
    decided,
    judgement,
)
from workflows.dpia_facts import Outcome


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
