"""What people say to each other about one question of a case, until it is settled; a question to the supplier as well.

A remark stays with the organisation whose case it is, unless it is shared: then who signs as well reads it too, and
answers in the same place.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access, telling, things, waiting
from portal.cases.access import Visitor, answers_of, find
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.offering import suppliers, threads
from portal.cases.tables import Case, CaseState, Comment
from portal.cases.telling import Recipient
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties.tables import Membership, Person
from portal.record import ledger
from portal.wording import mark, say
from workflows.vocabulary import OfEach, Step

LONGEST = 2000
SAID = mark("Opmerking van %(who)s bij %(reference)s")
ASKED = mark("Vraag van %(organisation)s over %(title)s %(reference)s")
ANSWERED = mark("Antwoord van %(organisation)s bij %(reference)s")


def may_comment(case: Case, visitor: Visitor) -> bool:
    """Whether this visitor, who may read the case, can say something about it: with an account, while it is open."""
    return visitor.person_id is not None and case.state not in ENDED and not workflow_of(case).one_sitting


def may_ask_supplier(case: Case, visitor: Visitor) -> bool:
    """Whether this visitor can put a question to the supplier: from the side whose case it is, while it is open."""
    return (
        case.counterparty_id is not None and may_comment(case, visitor) and not suppliers.is_of_supplier(case, visitor)
    )


def visible(case: Case, visitor: Visitor) -> list[Comment]:
    """The remarks that this visitor reads: who comes from the supplier reads only what is shared."""
    return threads.shared(case) if suppliers.is_of_supplier(case, visitor) else list(case.comments)


def comment(
    case_id: uuid.UUID, *, step: str, question: str, words: str, by: Visitor, to_supplier: bool = False
) -> None:
    """Say something about one question, or ask it of the supplier; who is concerned is mailed."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        asked = _asked(case, step, question)
        if not may_comment(case, by) or by.person_id is None:
            raise RefusedError("Deze zaak is afgelopen. U kunt er niets meer bij zeggen.")
        if suppliers.is_of_supplier(case, by, session=session):
            _say(session, case, step, asked, words, by=by.person_id, speaks_for=case.counterparty_id)
            return
        if to_supplier and not may_ask_supplier(case, by):
            raise NotFoundError
        _say(session, case, step, asked, words, by=by.person_id, shared=to_supplier)


def reply(case_id: uuid.UUID, *, step: str, question: str, words: str, by: Visitor) -> None:
    """Answer a question that was put to the supplier: only where there is one, also while the rest is not sent yet."""
    with act() as session:
        case = session.get(Case, case_id)
        if case is None or by.person_id is None or not suppliers.speaks_at(case.counterparty_id, by, session=session):
            raise NotFoundError
        if all((each.step, each.question) != (step, question) for each in threads.shared(case)):
            raise NotFoundError
        if case.state in ENDED:
            raise RefusedError("Deze zaak is afgelopen. U kunt er niets meer bij zeggen.")
        asked = _asked(case, step, question)
        _say(session, case, step, asked, words, by=by.person_id, speaks_for=case.counterparty_id)


def settle(case_id: uuid.UUID, comment_id: uuid.UUID, *, settled: bool, by: Visitor) -> None:
    """Say that a comment is settled, or that it is not after all."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        found = session.get(Comment, comment_id)
        if found is None or found.case_id != case.id or not may_comment(case, by):
            raise NotFoundError
        if suppliers.is_of_supplier(case, by, session=session):
            raise NotFoundError  # whether a question is answered, is for who asked it
        if (found.settled_at is not None) == settled:
            return
        found.settled_at = clock.now() if settled else None
        found.settled_by = by.person_id if settled else None
        what = "comment_settled" if settled else "comment_opened"
        ledger.append(session, act=what, subject=f"case:{case.id}", actor=by.person_id, comment=str(found.id))


def open_comments(case: Case) -> list[Comment]:
    """What has not been settled yet, oldest first."""
    return [each for each in case.comments if each.settled_at is None]


@dataclass(frozen=True)
class Place:
    """What one can talk about: a question of a step, or one thing that it asks about ("measures.M1")."""

    name: str
    label: str


def _asked(case: Case, step: str, place: str) -> Place:
    asked = next((each for each in workflow_of(case).path(answers_of(case)) if each.name == step), None)
    found = next((each for each in places_of(case, asked) if each.name == place), None) if asked else None
    if found is None:
        raise NotFoundError
    return found


def places_of(case: Case, step: Step) -> list[Place]:
    """Everything at a step that one can talk about, each thing after the question that asks about it."""
    found: list[Place] = []
    known = things.of(case)
    for question in step.questions:
        found.append(Place(question.name, say(question.label)))
        if isinstance(question, OfEach):
            found += [Place(f"{question.name}.{each.id}", each.name) for each in known.get(question.of, ())]
    return found


def _say(
    session: Session,
    case: Case,
    step: str,
    place: Place,
    words: str,
    *,
    by: uuid.UUID,
    shared: bool = False,
    speaks_for: uuid.UUID | None = None,
) -> None:
    if not words:
        asked = say("Schrijf uw antwoord.") if speaks_for else say("Schrijf uw opmerking.")
        raise InvalidError(asked, {"words": asked})
    if len(words) > LONGEST:
        raise InvalidError("Te lang.", {"words": say("Gebruik hooguit %(count)s tekens.", count=LONGEST)})
    shared = shared or speaks_for is not None
    made = Comment(case_id=case.id, step=step, question=place.name, person_id=by, words=words, shared=shared)
    made.organisation_id = speaks_for
    if any(_same(each, made) for each in case.comments):
        return  # pressed twice
    case.comments.append(made)
    if shared and case.state == CaseState.DRAFT:
        case.moved_at = clock.now()  # it is the other side's turn now
    session.flush()
    ledger.append(
        session,
        act="comment",
        subject=f"case:{case.id}",
        actor=by,
        on_behalf_of=speaks_for,
        comment=str(made.id),
        shared=shared,
    )
    _tell(session, case, made, place.label)


def _tell(session: Session, case: Case, made: Comment, label: str) -> None:
    """Mail a remark to its side, a question to the supplier, and an answer to whose case it is."""
    author = session.get_one(Person, made.person_id)
    facts: dict[str, Any] = {"who": author.name, "question": label, "words": made.words}
    if made.shared and made.organisation_id is None:
        organisation = case.organisation.name if case.organisation else ""
        for each in suppliers.people(session, case):
            telling.tell(
                session, case, each, kind="question", key=f"comment:{made.id}", subject=ASKED,
                organisation=organisation, **facts,
            )  # fmt: skip
    kind, subject = "comment", SAID
    if made.organisation_id is not None and case.counterparty is not None:
        kind, subject = "answer", ANSWERED
        facts["organisation"] = case.counterparty.name
    for each in _own_people(session, case, made):
        if each.person_id not in (None, made.person_id):
            telling.tell(
                session, case, each, kind=kind, key=f"comment:{made.id}", subject=subject,
                link=("comments.show", {"case_id": str(case.id), "step_name": made.step}), **facts,
            )  # fmt: skip


def _own_people(session: Session, case: Case, made: Comment) -> list[Recipient]:
    """Who takes part in a case for whose it is, with who spoke about this question before."""
    spoke = [
        Recipient.of(each.person)
        for each in case.comments
        if (each.step, each.question) == (made.step, made.question) and each.organisation_id is None
    ]
    found = {each.email: each for each in [*waiting.everyone(session, case), *spoke] if each.link is None}
    if case.counterparty_id is None:
        return list(found.values())
    at = (Membership.organisation_id == case.counterparty_id, *Membership.held(clock.now()))
    of_supplier = set(session.scalars(select(Membership.person_id).where(*at)))
    return [
        each
        for each in found.values()
        if each.person_id not in of_supplier
        or (case.organisation_id and access.roles_at(Visitor(each.person_id), case.organisation_id, session=session))
    ]


def _same(one: Comment, other: Comment) -> bool:
    both = ((each.step, each.question, each.words, each.person_id, bool(each.shared)) for each in (one, other))
    return len(set(both)) == 1 and one.settled_at is None
