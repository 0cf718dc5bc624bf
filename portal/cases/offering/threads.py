"""Questions to the supplier: the remarks of a case that the supplier reads too, and which wait for an answer."""

import uuid

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.cases.tables import Case, Comment


def shared(case: Case) -> list[Comment]:
    """What the supplier reads of the conversation, oldest first."""
    return [each for each in case.comments if each.shared]


def unanswered(case: Case) -> list[Comment]:
    """The questions to the supplier that wait for its answer, oldest first."""
    said = shared(case)
    answers = [each for each in said if each.organisation_id is not None]
    return [each for each in said if _is_open(each) and not any(_answers(answer, each) for answer in answers)]


def waits_for_supplier(case_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """The condition on a case that a question to the supplier waits for its answer; the same as `unanswered`."""
    question, answer = aliased(Comment), aliased(Comment)
    answered = exists().where(
        answer.case_id == question.case_id,
        answer.step == question.step,
        answer.question == question.question,
        answer.organisation_id.is_not(None),
        answer.at >= question.at,
    )
    return exists().where(
        question.case_id == case_id,
        question.shared,
        question.organisation_id.is_(None),
        question.settled_at.is_(None),
        ~answered,
    )


def _is_open(question: Comment) -> bool:
    return question.organisation_id is None and question.settled_at is None


def _answers(answer: Comment, question: Comment) -> bool:
    same = (answer.step, answer.question) == (question.step, question.question)
    return same and answer.at >= question.at
