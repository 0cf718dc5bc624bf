"""A new sub-processor: announced by the supplier, told to every board with an agreement, reminded, taken back."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.agreements import beside, bound
from portal.cases.agreements.subprocessor_mails import ANNOUNCES, mail_board, subject, was_told
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.database import act, reader
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.agreements.agreement import faults_of_row
from portal.offers.agreements.annexes import LEAFLET
from portal.offers.sections import Row
from portal.offers.tables import Product
from portal.record import jobs, ledger
from portal.wording import day, say
from workflows.vocabulary import Role

TELL = "subprocessor"
"""The work of telling boards about a notice."""
AT_ONCE = 100
"""So many boards are told in one act, so that nobody waits long for the lock."""
REMINDED_BEFORE = dt.timedelta(days=7)
LONGEST_AHEAD = dt.timedelta(days=730)
ANSWERS = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.SIGNATORY)
"""Who speaks for a board about sub-processors."""
[SECTION] = [each for each in LEAFLET if each.name == "subprocessors"]


@dataclass(frozen=True)
class Reach:
    """Whom an announcement of today would reach, and from which day the sub-processor could then take part."""

    boards: int
    earliest: dt.date


def may_announce(visitor: Visitor, product: Product, *, session: Session | None = None) -> bool:
    """Whether this visitor speaks for the supplier of the product: its own people, or the service desk for them."""
    if access.is_service_desk(visitor, session=session):
        return True
    return bool(access.roles_at(visitor, product.supplier_id, session=session) & ANNOUNCES)


def reach(session: Session, product_id: uuid.UUID) -> Reach:
    """By each board's own agreement: the longest time to object or to be told decides for the day."""
    found = bound.about(session, product_id, at=clock.now())
    return Reach(len(found), clock.today() + dt.timedelta(days=max(map(_longest, found), default=0)))


def announce(product_id: uuid.UUID, row: Row, *, effective_on: dt.date | None, by: Visitor) -> uuid.UUID:
    """Announce one; each board with an agreement gets the time that its own version gives. Pressing twice is once."""
    with act() as session:
        product = session.get(Product, product_id)
        if product is None or by.person_id is None or not may_announce(by, product, session=session):
            raise NotFoundError
        faults = _faults(row, effective_on, reach(session, product_id))
        if faults or effective_on is None:
            raise InvalidError("Nog niet alles is goed ingevuld.", faults)
        effective_at = clock.start_of(effective_on)
        if same := _same(session, product, row, effective_at):
            return same.id
        notice = SubprocessorNotice(
            product_id=product.id,
            organisation_id=product.supplier_id,
            effective_at=effective_at,
            announced_by=by.person_id,
            **{column.name: row.get(column.name, "") for column in SECTION.columns},
        )
        notice.answers = [_clock(each, notice) for each in bound.about(session, product_id, at=clock.now())]
        session.add(notice)
        session.flush()
        ledger.append(
            session,
            act="announce",
            subject=subject(notice.id),
            actor=by.person_id,
            on_behalf_of=product.supplier_id,
            product=str(product.id),
            content=content_digest(notice),
            effective=effective_at.isoformat(),
            boards=len(notice.answers),
            clocks=clocks_digest(notice.answers),
        )
        jobs.ask(session, TELL, f"{TELL}:{notice.id}:announced", notice=str(notice.id))
        return notice.id


def catch_up(session: Session, agreed: bound.Bound, product_id: uuid.UUID, text: beside.Text) -> None:
    """A board that comes to agree after an announcement gets its own time, whole, from today on; and is mailed.

    Inside the act that puts its agreement in force. What the board was told before it is not told again.
    """
    for notice in beside.announced(session, product_id):
        if not text.lacks(notice) or session.get(SubprocessorAnswer, (notice.id, agreed.board_id)) is not None:
            continue
        answer = _clock(agreed, notice)
        answer.notice_id = notice.id
        session.add(answer)
        session.flush()
        ledger.append(
            session,
            act="give_time",
            subject=subject(notice.id),
            on_behalf_of=notice.organisation_id,
            board=str(agreed.board_id),
            clocks=clocks_digest([answer]),
        )
        mail_board(session, answer, kind="subprocessor")


def withdraw(notice_id: uuid.UUID, *, by: Visitor) -> None:
    """Take an announcement back before it takes effect: no board has to do anything any more."""
    with act() as session:
        notice = session.get(SubprocessorNotice, notice_id)
        if notice is None or not may_announce(by, notice.product, session=session):
            raise NotFoundError
        if notice.withdrawn_at is not None:
            return
        if notice.effective_at <= clock.now():
            raise RefusedError("Deze subverwerker is al begonnen. De aankondiging kan niet meer worden ingetrokken.")
        notice.withdrawn_at, notice.withdrawn_by = clock.now(), by.person_id
        ledger.append(
            session,
            act="withdraw_notice",
            subject=subject(notice.id),
            actor=by.person_id,
            on_behalf_of=notice.organisation_id,
        )
        jobs.ask(session, TELL, f"{TELL}:{notice.id}:withdrawn", notice=str(notice.id))


def tell(notice_id: uuid.UUID) -> None:
    """Mail every board about a notice as it is now; what was told before is not told again."""
    boards = list(reader.scalars(select(SubprocessorAnswer.board_id).where(SubprocessorAnswer.notice_id == notice_id)))
    reader.rollback()
    for start in range(0, len(boards), AT_ONCE):
        with act() as session:
            notice = session.get_one(SubprocessorNotice, notice_id)
            for board_id in boards[start : start + AT_ONCE]:
                answer = session.get_one(SubprocessorAnswer, (notice_id, board_id))
                if notice.withdrawn_at is None:
                    mail_board(session, answer, kind="subprocessor")
                elif was_told(session, answer):  # of what nobody heard, nobody hears that it is gone
                    mail_board(session, answer, kind="subprocessor_withdrawn")


def remind_all() -> int:
    """A week before the time to object is over, who said nothing is reminded, once; says how many boards that were."""
    soon = clock.start_of(clock.today() + REMINDED_BEFORE + dt.timedelta(days=1))
    open_ones = (
        select(SubprocessorAnswer)
        .join(SubprocessorNotice)
        .where(SubprocessorAnswer.answer == "", SubprocessorNotice.withdrawn_at.is_(None))
        .where(SubprocessorAnswer.closes_at > clock.now(), SubprocessorAnswer.closes_at <= soon)
    )
    with act() as session:
        return sum(mail_board(session, each, kind="subprocessor_reminder") for each in session.scalars(open_ones))


def content_digest(notice: SubprocessorNotice) -> str:
    """SHA-256 of what was announced, so that the ledger can tell a change without the words."""
    return _sha256([getattr(notice, column.name) for column in SECTION.columns])


def clocks_digest(answers: Iterable[SubprocessorAnswer]) -> str:
    """The same of which boards were given how much time by which agreement."""
    given = (
        (
            str(each.board_id),
            str(each.agreement_id),
            each.consent,
            each.closes_at.isoformat(),
            each.begins_at.isoformat(),
        )
        for each in answers
    )
    return _sha256(sorted(given))


def _sha256(values: object) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def _clock(each: bound.Bound, notice: SubprocessorNotice) -> SubprocessorAnswer:
    """The time of one board: whole days in Amsterdam after the day on which it is told, the last one included."""
    last = clock.today() + dt.timedelta(days=each.days("objection_days"))
    earliest = clock.today() + dt.timedelta(days=_longest(each))
    return SubprocessorAnswer(
        board_id=each.board_id,
        agreement_id=each.agreement_id,
        consent=each.parameters["consent"],
        closes_at=clock.start_of(last + dt.timedelta(days=1)),
        begins_at=max(notice.effective_at, clock.start_of(earliest)),
    )


def _longest(each: bound.Bound) -> int:
    """The days before a sub-processor can begin: to be told, or to object, whichever is longer."""
    return max(each.days("notice_days"), each.days("objection_days"))


def _same(session: Session, product: Product, row: Row, effective_at: dt.datetime) -> SubprocessorNotice | None:
    """The same announcement, made before."""
    return session.scalar(
        select(SubprocessorNotice).where(
            SubprocessorNotice.product_id == product.id,
            SubprocessorNotice.effective_at == effective_at,
            SubprocessorNotice.withdrawn_at.is_(None),
            *(getattr(SubprocessorNotice, column.name) == row.get(column.name, "") for column in SECTION.columns),
        )
    )


def _faults(row: Row, effective_on: dt.date | None, reached: Reach) -> dict[str, str]:
    faults = dict(faults_of_row(SECTION, row))
    if row.get("in_eea") == "no" and not row.get("basis"):
        faults["basis"] = say("Buiten de EER hoort hier de grond voor doorgifte.")
    if effective_on is None:
        faults["effective"] = say("Vul een datum in, bijvoorbeeld 1 8 2027.")
    elif effective_on < reached.earliest:
        faults["effective"] = say(
            "Uw overeenkomsten geven besturen meer tijd. De eerste dag die kan, is %(day)s.",
            day=day(reached.earliest, weekday=True),
        )
    elif effective_on > clock.today() + LONGEST_AHEAD:
        faults["effective"] = say("Deze datum ligt meer dan twee jaar vooruit. Kijk het jaartal na.")
    return faults
