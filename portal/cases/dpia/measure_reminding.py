"""Once a day: whoever sees to a measure is reminded before its day, on it, and each week after it."""

import datetime as dt
import uuid

from sqlalchemy import select

from portal import clock
from portal.cases.dpia import decided
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.database import act, reader
from portal.record import outbox, rounds
from portal.wording import day, mark, say

BEFORE = (14, 3, 0)
"""How many days before its day somebody is reminded."""
SOON = mark("Maatregel vóór %(due)s: %(product)s")
LATE = mark("Maatregel te laat: %(product)s")


def remind_all() -> int:
    """Go past every open measure of which no evidence was handed in; says how many mails are new."""
    waiting = select(DpiaMeasure.id).join(DpiaDecision)
    waiting = waiting.where(DpiaMeasure.accepted_at.is_(None), DpiaMeasure.handed_in_at.is_(None))
    found = list(reader.scalars(waiting.where(DpiaMeasure.due_on.is_not(None), DpiaDecision.ended_at.is_(None))))
    reader.rollback()
    return rounds.each(found, _remind)


def stage(due: dt.date, today: dt.date) -> str:
    """Which reminder is due: "14", "3", "0" (so many days before), "late1" (the first week after), or none yet."""
    left = (due - today).days
    if left < 0:
        return f"late{1 + (-left - 1) // 7}"
    near = [days for days in BEFORE if left <= days]
    return str(min(near)) if near else ""


def _remind(measure_id: uuid.UUID) -> int:
    with act() as session:
        measure = session.get_one(DpiaMeasure, measure_id)
        assert measure.due_on is not None
        due = dt.date.fromisoformat(measure.due_on)
        found = stage(due, clock.today())
        if not found or not measure.owner_email or not decided.still_about(session, measure.decision):
            return 0
        decision = measure.decision
        facts = {
            "product": decision.product.title,
            "organisation": decision.organisation.name,
            "measure": measure.text,
            "due": day(due, weekday=True),
            "reference": decision.case.reference,
        }
        is_late = found.startswith("late")
        new = outbox.put(
            session,
            key=f"measure:{measure.id}:{measure.due_on}:{found}:{measure.owner_email}"[:160],
            to=measure.owner_email,
            kind="measure_late" if is_late else "measure_due",
            subject=say(LATE if is_late else SOON, **facts),
            about=f"case:{decision.case_id}",
            link=(
                "dpia_measures.show",
                {"organisation_id": str(decision.organisation_id), "measure_id": str(measure.id)},
            ),
            name=measure.owner,
            **facts,
        )
        if new:
            measure.reminded_at = clock.now()
        return int(new)
