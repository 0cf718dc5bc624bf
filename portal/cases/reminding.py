"""Once a day: who must act is reminded on the workflow's schedule, and warned before a case lapses."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import telling, turning, waiting
from portal.cases.access import Visitor, find
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.tables import Case, CaseState
from portal.cases.telling import Recipient
from portal.cases.waiting import WARNED_BEFORE
from portal.database import act, reader
from portal.errors import NotFoundError
from portal.record import jobs, ledger, rounds
from portal.wording import day, mark, say

REMIND = "remind"
AT_HOUR = dt.time(7)
"""When people get their reminders, Dutch time."""
REMINDER = mark("Herinnering: %(title)s %(reference)s wacht op u")
NO_ANSWER = mark("Nog geen antwoord: %(title)s %(reference)s")
LAPSES_SOON = mark("Vervalt op %(lapses)s: %(title)s %(reference)s")


def remind_all() -> int:
    """Go past every open case; says at how many something was sent or ended. Each case is an act of its own."""
    open_ones = select(Case.id).where(Case.state.not_in((*ENDED, CaseState.PREPARING))).order_by(Case.moved_at)
    case_ids = list(reader.scalars(open_ones))
    reader.rollback()
    return rounds.each(case_ids, _remind)


def may_remind(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor, who may read the case, can have whoever must act reminded: not oneself, of a draft, and not
    where nobody is there to hear it.
    """
    if visitor.person_id is None or case.state == CaseState.DRAFT:
        return False
    return bool(waiting.names(case)) and bool(waiting.recipients(session or reader(), case))


def remind_now(case_id: uuid.UUID, *, by: Visitor) -> int:
    """Remind whoever must act at once, because somebody asks so; at most once a day. Says whom that concerns."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if not may_remind(case, by, session=session):
            raise NotFoundError
        found = waiting.recipients(session, case)
        key = f"nudge:{case.id}:{clock.today()}"
        new = [_mail(session, case, each, key=key, kind="reminder") for each in found]
        if any(new):
            ledger.append(session, act="remind", subject=f"case:{case.id}", actor=by.person_id)
        return len(found)


def ask(*, after: dt.date) -> None:
    """Ask for the round of the day after this one: each round asks for the next."""
    jobs.ask_daily(REMIND, after=after, at=AT_HOUR)


def _remind(case_id: uuid.UUID) -> bool:
    seen = reader.get_one(Case, case_id)
    due = _due(seen) or ("escalate" if waiting.overdue_step(seen) else "")
    reader.rollback()
    if not due:
        return False
    with act() as session:
        case = session.get_one(Case, case_id)
        due = _due(case)  # once more: it may have moved meanwhile
        escalated = due != "lapse" and _escalate(session, case)
        if due == "lapse":
            turning.lapse(session, case)
        elif due:
            if due == "warn":
                case.warned_at = clock.now()
            for each in waiting.recipients(session, case):
                kind = "lapses_soon" if due == "warn" else "reminder"
                _mail(session, case, each, key=f"{due}:{case.id}:{case.moved_at:%Y%m%d%H%M%S}", kind=kind)
    return bool(due) or escalated


def _escalate(session: Session, case: Case) -> bool:
    """Tell who can do something about it that a step stays unanswered; once, until somebody answers."""
    step = waiting.overdue_step(case)
    if step is None:
        return False
    told = [
        telling.tell(
            session,
            case,
            each,
            kind="escalated",
            key=f"escalate:{case.id}:{step.name}:{case.moved_at:%Y%m%d%H%M%S}",
            subject=NO_ANSWER,
            step=say(step.title),
            who=", ".join(waiting.names(case)),
            days=step.escalates_after,
        )
        for each in waiting.who_can_help(session, case)
    ]
    return any(told)


def _due(case: Case) -> str:
    """What is due today: "lapse", "warn", "remind3" (after so many days), or nothing."""
    if case.state in (*ENDED, CaseState.PREPARING):
        return ""
    lapses = waiting.lapses_on(case)
    assert lapses is not None
    if waiting.is_warned(case):
        return "lapse" if clock.today() >= lapses else ""
    if clock.today() >= lapses - WARNED_BEFORE:
        return "warn"  # nothing lapses unannounced, however long the portal stood still
    waited = (clock.today() - clock.day_of(case.moved_at)).days
    passed = [days for days in workflow_of(case).reminders if waited >= days]
    return f"remind{max(passed)}" if passed else ""


def _mail(session: Session, case: Case, to: Recipient, *, key: str, kind: str) -> bool:
    lapses, expected = waiting.lapses_on(case), waiting.expected_on(case)
    assert lapses is not None
    assert expected is not None
    return telling.tell(
        session,
        case,
        to,
        kind=kind,
        key=key,
        subject=LAPSES_SOON if kind == "lapses_soon" else REMINDER,
        since=day(clock.day_of(case.moved_at), weekday=True),
        expected=day(expected, weekday=True),
        lapses=day(lapses, weekday=True),
    )
