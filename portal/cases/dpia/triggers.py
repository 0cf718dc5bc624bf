"""Once a day: what happened to decisions that count, so that they are looked at again, and which of them are over."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force, telling, waiting
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.cases.catalogue import ENDED
from portal.cases.dpia import anew, courses, decided, reopening
from portal.cases.dpia.carrying import Kind
from portal.cases.dpia.reopening import GRACE, SAID_BY_HAND
from portal.cases.dpia.reopening_tables import DpiaTrigger
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case
from portal.database import act, reader
from portal.offers import publications
from portal.offers.tables import Publication, Withdrawal
from portal.parties import memberships
from portal.record import ledger, rounds
from portal.wording import mark
from workflows.vocabulary import Role

ASKED_BEFORE = dt.timedelta(days=60)
"""So long before its review day a decision is looked at again."""
ENDS = (Kind.REVIEW, Kind.NEW_VERSION, Kind.WITHDRAWN)
"""What ends a decision by itself, when nobody looked at it in time."""
OVER = mark("Niet meer geldig: het besluit over de DPIA van %(product)s")
GONE = mark("Ingetrokken model: %(title)s %(reference)s")


@dataclass(frozen=True)
class Happened:
    """What happened to a decision: noted once for each `about`."""

    kind: Kind
    about: str
    due_on: dt.date
    """By when the board looks at it again."""
    ends_on: dt.date | None = None
    """The first day on which the decision says nothing any more, where that is so."""
    words: str = ""
    on: dt.date | None = None


def look_at_all() -> int:
    """Go past every decision that counts and every open case; says at how many something was done. Each is an act."""
    decisions = list(reader.scalars(decided.counting()))
    withdrawn = select(Withdrawal.publication_id)
    open_ones = select(Case.id).where(
        Case.workflow.in_(tuple(courses.COURSES)), Case.state.not_in(ENDED), Case.publication_id.in_(withdrawn)
    )
    cases = list(reader.scalars(open_ones))
    reader.rollback()
    return rounds.each(decisions, _look) + rounds.each(cases, _tell_of_withdrawal)


def happened(session: Session, decision: DpiaDecision) -> Iterator[Happened]:
    """Everything that happened until today to a decision that counts."""
    today = clock.today()
    if decision.review_on:
        day = dt.date.fromisoformat(decision.review_on)
        if day - ASKED_BEFORE <= today:
            yield Happened(Kind.REVIEW, decision.review_on, day, day + GRACE + dt.timedelta(days=1), on=day)
    if decision.publication is not None:
        yield from _of_the_model(session, decision.publication)
    announced = (
        select(SubprocessorAnswer)
        .join(SubprocessorNotice)
        .where(
            SubprocessorAnswer.board_id == decision.organisation_id,
            SubprocessorNotice.product_id == decision.product_id,
            SubprocessorNotice.withdrawn_at.is_(None),
            SubprocessorNotice.announced_at > decision.decided_at,
        )
        .order_by(SubprocessorNotice.announced_at)
    )
    for answer in session.scalars(announced):
        due = max(clock.day_of(answer.begins_at), clock.day_of(answer.notice.announced_at) + GRACE)
        yield Happened(Kind.SUBPROCESSOR, str(answer.notice_id), due, words=answer.notice.name)


def _of_the_model(session: Session, pinned: Publication) -> Iterator[Happened]:
    """A newer version that took effect, and the withdrawal of the one that was decided by."""
    now = clock.now()
    for each in publications.versions(session, pinned.product_id, publications.DPIA_MODEL):
        if pinned.since < each.since <= now and session.get(Withdrawal, each.id) is None:
            last = max(publications.last_day_of_grace(each), clock.day_of(each.since) + GRACE)
            yield Happened(Kind.NEW_VERSION, str(each.id), last, last + dt.timedelta(days=1), each.version)
            break
    withdrawal = session.get(Withdrawal, pinned.id)
    if withdrawal is not None and withdrawal.at <= now:
        last = clock.day_of(withdrawal.at) + GRACE
        yield Happened(Kind.WITHDRAWN, str(pinned.id), last, last + dt.timedelta(days=1), withdrawal.why)


def _look(decision_id: uuid.UUID) -> bool:
    with act() as session:
        decision = session.get_one(DpiaDecision, decision_id)
        if decision.ended_at is not None:
            return False
        found, known = list(happened(session, decision)), _known(session, decision)
        over = next((each for each in found if (each.kind, each.about) in known and _is_over(each)), None)
        if over is not None:
            _end(session, decision, known[over.kind, over.about])
            return True
        is_so = {(each.kind, each.about) for each in found}
        still = [each for key, each in known.items() if key in is_so or each.kind in SAID_BY_HAND]
        again = [reopening.look_into(session, each) for each in still]
        new = [each for each in found if (each.kind, each.about) not in known]
        for each in new:
            reopening.note(
                session,
                decision,
                each.kind,
                about=each.about,
                words=each.words,
                on=each.on,
                due_on=max(each.due_on, clock.today()),
            )
        return bool(new) or any(again)


def _known(session: Session, decision: DpiaDecision) -> dict[tuple[str, str], DpiaTrigger]:
    return {(each.kind, each.about): each for each in anew.of_decision(session, decision.case_id)}


def _is_over(each: Happened) -> bool:
    return each.kind in ENDS and each.ends_on is not None and each.ends_on <= clock.today()


def _end(session: Session, decision: DpiaDecision, trigger: DpiaTrigger) -> None:
    """The board did not look at it in time: it holds for nobody any more."""
    now = clock.now()
    rows = in_force.holding_or_coming(session, decision.case.workflow, at=now, case_id=decision.case_id)
    in_force.end(session, rows, at=now)
    decided.end([decision], at=now, because=trigger.kind)
    ledger.append(
        session,
        act="end_dpia",
        subject=f"case:{decision.case_id}",
        on_behalf_of=decision.organisation_id,
        because=trigger.kind,
        ended=[str(decision.case_id)],
        at=now.isoformat(),
    )
    roles = (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.FG, Role.SIGNATORY)
    people = {each.person.id: each.person for each in memberships.roles_of(session, decision.organisation_id, *roles)}
    for person in people.values():
        telling.tell(
            session,
            decision.case,
            telling.Recipient.of(person),
            kind="dpia_over",
            key=f"dpia_over:{decision.case_id}",
            subject=OVER,
            product=decision.product.title,
            organisation=decision.organisation.name,
            cause=anew.cause(trigger),
        )


def _tell_of_withdrawal(case_id: uuid.UUID) -> bool:
    """Mail whoever takes part in an open case that its model is withdrawn, once."""
    with act() as session:
        case = session.get_one(Case, case_id)
        withdrawal = session.get(Withdrawal, case.publication_id)
        if withdrawal is None or case.state in ENDED:
            return False
        told = [
            telling.tell(
                session,
                case,
                each,
                kind="dpia_model_withdrawn",
                key=f"dpia_model_withdrawn:{case.id}:{withdrawal.publication_id}",
                subject=GONE,
                why=withdrawal.why,
            )
            for each in waiting.everyone(session, case)
        ]
        return any(told)
