"""What a board says of a new sub-processor: agreed, objected with a reason, and how an objection ends."""

import datetime as dt
import hashlib
import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.agreements import subprocessor_mails, subprocessors
from portal.cases.agreements.stands import DROPPED, UPHELD, Stand, stand
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.record import ledger
from portal.wording import mark, say

LONGEST = 2000


_over = mark("De tijd om bezwaar te maken is voorbij.")


def may_answer(visitor: Visitor, board_id: uuid.UUID, *, session: Session | None = None) -> bool:
    """Whether this visitor speaks for the board about sub-processors."""
    return bool(access.roles_at(visitor, board_id, session=session) & set(subprocessors.ANSWERS))


def may_agree(answer: SubprocessorAnswer, *, at: dt.datetime) -> bool:
    """Where every sub-processor asks a yes, that may also come late."""
    return stand(answer, at=at) in (Stand.OPEN, Stand.NO_CONSENT)


def may_object(answer: SubprocessorAnswer, *, at: dt.datetime) -> bool:
    """As long as the time lasts; who agreed may still think better of it."""
    return stand(answer, at=at) in (Stand.OPEN, Stand.AGREED) and at < answer.closes_at


def may_uphold(answer: SubprocessorAnswer, *, at: dt.datetime) -> bool:
    """When the supplier answered, or let the day come without an answer."""
    where = stand(answer, at=at)
    return where == Stand.ANSWERED or (where == Stand.OBJECTED and answer.begins_at <= at)


def agree(notice_id: uuid.UUID, board_id: uuid.UUID, *, by: Visitor) -> None:
    """Say yes; it need not be said where the agreement asks no yes. Pressing twice is once."""
    with act() as session:
        answer = _of_board(session, notice_id, board_id, by)
        if answer.answer == "agreed":
            return
        if not may_agree(answer, at=clock.now()):
            raise RefusedError(_over)
        answer.answer, answer.words = "agreed", ""
        answer.answered_by, answer.answered_at = by.person_id, clock.now()
        _note(session, "consent", answer, by, on_behalf_of=board_id)


def object_(notice_id: uuid.UUID, board_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    """Object, with a reason; the supplier is told. The same once more changes nothing."""
    with act() as session:
        answer = _of_board(session, notice_id, board_id, by)
        if answer.answer == "objected" and (answer.words == words or not words):
            return
        if not may_object(answer, at=clock.now()):
            raise RefusedError(_over if answer.answer != "objected" else mark("Uw bestuur maakte al bezwaar."))
        _check(words, say("Schrijf op waarom uw bestuur bezwaar maakt."))
        answer.answer, answer.words = "objected", words
        answer.answered_by, answer.answered_at = by.person_id, clock.now()
        _note(session, "object", answer, by, on_behalf_of=board_id, words=_sha256(words))
        key = f"objection:{notice_id}:{board_id}"
        subprocessor_mails.mail_supplier(session, answer, kind="objection", key=key)


def reply(notice_id: uuid.UUID, board_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    """The supplier answers an objection; the board is told, and closes it."""
    with act() as session:
        answer = found(session, notice_id, board_id)
        if by.person_id is None or not subprocessors.may_announce(by, answer.notice.product, session=session):
            raise NotFoundError
        if answer.reply == words and words:
            return
        if stand(answer, at=clock.now()) != Stand.OBJECTED:
            raise RefusedError("Er is geen bezwaar dat op een antwoord wacht.")
        _check(words, say("Schrijf uw antwoord."))
        answer.reply, answer.replied_by, answer.replied_at = words, by.person_id, clock.now()
        _note(session, "answer_objection", answer, by, on_behalf_of=answer.notice.organisation_id, words=_sha256(words))
        subprocessor_mails.mail_board(session, answer, kind="objection_answered")


def close(notice_id: uuid.UUID, board_id: uuid.UUID, *, outcome: str, by: Visitor) -> None:
    """The board drops its objection, or stays with it; that is final."""
    with act() as session:
        answer = _of_board(session, notice_id, board_id, by)
        if answer.outcome == outcome:
            return
        where, now = stand(answer, at=clock.now()), clock.now()
        if outcome not in (DROPPED, UPHELD) or where not in (Stand.OBJECTED, Stand.ANSWERED):
            raise RefusedError("Er is geen bezwaar dat openstaat.")
        if outcome == UPHELD and not may_uphold(answer, at=now):
            raise RefusedError("De leverancier heeft nog niet geantwoord. Wacht op het antwoord, of op de ingangsdag.")
        answer.outcome, answer.closed_by, answer.closed_at = outcome, by.person_id, now
        _note(session, "close_objection", answer, by, on_behalf_of=board_id, outcome=outcome)
        key = f"objection_closed:{notice_id}:{board_id}"
        subprocessor_mails.mail_supplier(session, answer, kind="objection_closed", key=key)


def found(session: Session, notice_id: uuid.UUID, board_id: uuid.UUID) -> SubprocessorAnswer:
    """What one board said of one notice."""
    answer = session.get(SubprocessorAnswer, (notice_id, board_id))
    if answer is None:
        raise NotFoundError
    return answer


def of_board(session: Session, board_id: uuid.UUID) -> list[SubprocessorAnswer]:
    """Every notice to one board, the newest first."""
    asked = (
        select(SubprocessorAnswer)
        .join(SubprocessorNotice)
        .where(SubprocessorAnswer.board_id == board_id)
        .options(
            selectinload(SubprocessorAnswer.notice).selectinload(SubprocessorNotice.product),
            selectinload(SubprocessorAnswer.notice).selectinload(SubprocessorNotice.supplier),
        )
    )
    return list(session.scalars(asked.order_by(SubprocessorNotice.announced_at.desc())))


def of_supplier(session: Session, supplier_id: uuid.UUID) -> list[SubprocessorNotice]:
    """Every notice of one supplier, the newest first."""
    asked = select(SubprocessorNotice).where(SubprocessorNotice.organisation_id == supplier_id)
    whole = asked.options(selectinload(SubprocessorNotice.product))
    return list(session.scalars(whole.order_by(SubprocessorNotice.announced_at.desc())))


def _of_board(session: Session, notice_id: uuid.UUID, board_id: uuid.UUID, by: Visitor) -> SubprocessorAnswer:
    answer = found(session, notice_id, board_id)
    if by.person_id is None or not may_answer(by, board_id, session=session):
        raise NotFoundError
    return answer


def _check(words: str, missing: str) -> None:
    if not words:
        raise InvalidError("Schrijf het op.", {"words": missing})
    if len(words) > LONGEST:
        raise InvalidError("Te lang.", {"words": say("Gebruik hooguit %(count)s tekens.", count=LONGEST)})


def _note(
    session: Session, what: str, answer: SubprocessorAnswer, by: Visitor, *, on_behalf_of: uuid.UUID, **more: str
) -> None:
    ledger.append(
        session,
        act=what,
        subject=subprocessor_mails.subject(answer.notice_id),
        actor=by.person_id,
        on_behalf_of=on_behalf_of,
        board=str(answer.board_id),
        **more,
    )


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


# --- What waits for whom -----------------------------------------------------------------------------------------


MOST_WAITING = 200
"""So many of a person's tasks are looked at; a list of tasks says that it is cut."""


def waiting_for(session: Session, visitor: Visitor, *, at: dt.datetime) -> list[tuple[SubprocessorAnswer, bool]]:
    """What waits for this (well known) visitor: to say something for a board, or (True) to answer for a supplier."""
    roles = visitor.known.roles if visitor.known else {}
    boards = [each for each, held in roles.items() if held & set(subprocessors.ANSWERS)]
    suppliers = [each for each, held in roles.items() if held & subprocessor_mails.ANNOUNCES]
    if not boards and not suppliers:
        return []
    said, replied = SubprocessorAnswer.answer, SubprocessorAnswer.replied_at.is_not(None)
    lasts = or_(SubprocessorAnswer.closes_at > at, SubprocessorAnswer.consent != "general")
    waits = or_((said == "") & lasts, (said == "objected") & replied)  # of what is over nothing takes up the room
    mine = SubprocessorAnswer.board_id.in_(boards) & waits
    theirs = SubprocessorNotice.organisation_id.in_(suppliers) & (said == "objected") & ~replied
    asked = (
        select(SubprocessorAnswer)
        .join(SubprocessorNotice)
        .where(SubprocessorNotice.withdrawn_at.is_(None), SubprocessorAnswer.outcome == "", or_(mine, theirs))
        .options(
            selectinload(SubprocessorAnswer.board),
            selectinload(SubprocessorAnswer.notice).selectinload(SubprocessorNotice.product),
        )
        .order_by(SubprocessorAnswer.closes_at)
        .limit(MOST_WAITING)
    )
    found = []
    for answer in session.scalars(asked):
        where = stand(answer, at=at)
        if answer.board_id in boards and where in (Stand.OPEN, Stand.NO_CONSENT, Stand.ANSWERED):
            found.append((answer, False))
        if answer.notice.organisation_id in suppliers and where == Stand.OBJECTED:
            found.append((answer, True))
    return found
