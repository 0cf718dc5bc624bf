"""What people say to each other about one question of a case, until it is settled."""

import uuid

from portal import clock
from portal.cases import telling, waiting
from portal.cases.access import Visitor, answers_of, find
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.tables import Case, Comment
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties.tables import Person
from portal.record import ledger
from portal.wording import mark, say

LONGEST = 2000


def may_comment(case: Case, visitor: Visitor) -> bool:
    """Whether this visitor, who may read the case, can say something about it: with an account, while it is open."""
    return visitor.person_id is not None and case.state not in ENDED and not workflow_of(case).one_sitting


def comment(case_id: uuid.UUID, *, step: str, question: str, words: str, by: Visitor) -> None:
    """Say something about one question; who answered it, and who must act now, are mailed."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        asked = next((each for each in workflow_of(case).path(answers_of(case)) if each.name == step), None)
        if asked is None or all(each.name != question for each in asked.questions):
            raise NotFoundError
        if not may_comment(case, by) or by.person_id is None:
            raise RefusedError("Deze zaak is afgelopen. U kunt er niets meer bij zeggen.")
        if not words:
            raise InvalidError("Schrijf uw opmerking.", {"words": say("Schrijf uw opmerking.")})
        if len(words) > LONGEST:
            raise InvalidError("Te lang.", {"words": say("Gebruik hooguit %(count)s tekens.", count=LONGEST)})
        if any(_same(each, step, question, words, by) for each in case.comments):
            return  # pressed twice
        made = Comment(case_id=case.id, step=step, question=question, person_id=by.person_id, words=words)
        case.comments.append(made)
        session.flush()
        ledger.append(session, act="comment", subject=f"case:{case.id}", actor=by.person_id, comment=str(made.id))
        author = session.get_one(Person, by.person_id)
        for each in waiting.everyone(session, case):
            if each.person_id in (None, by.person_id):
                continue
            telling.tell(
                session,
                case,
                each,
                kind="comment",
                key=f"comment:{made.id}",
                subject=mark("Opmerking van %(who)s bij %(reference)s"),
                link=("comments.show", {"case_id": str(case.id), "step_name": step}),
                who=author.name,
                question=next(q.label for q in asked.questions if q.name == question),
                words=words,
            )


def settle(case_id: uuid.UUID, comment_id: uuid.UUID, *, settled: bool, by: Visitor) -> None:
    """Say that a comment is settled, or that it is not after all."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        found = session.get(Comment, comment_id)
        if found is None or found.case_id != case.id or not may_comment(case, by):
            raise NotFoundError
        if (found.settled_at is not None) == settled:
            return
        found.settled_at = clock.now() if settled else None
        found.settled_by = by.person_id if settled else None
        what = "comment_settled" if settled else "comment_opened"
        ledger.append(session, act=what, subject=f"case:{case.id}", actor=by.person_id, comment=str(found.id))


def open_comments(case: Case) -> list[Comment]:
    """What has not been settled yet, oldest first."""
    return [each for each in case.comments if each.settled_at is None]


def _same(each: Comment, step: str, question: str, words: str, by: Visitor) -> bool:
    return (each.step, each.question, each.words, each.person_id) == (step, question, words, by.person_id) and (
        each.settled_at is None
    )
