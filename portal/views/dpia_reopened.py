"""What the page of an assessment says about looking at it again: why, from what, and in which case."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask import url_for

from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.dpia import anew, courses, reopening
from portal.cases.dpia.reopening_tables import DpiaTrigger
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, CaseState
from portal.database import reader


def of(case: Case, visitor: Visitor) -> dict[str, Any] | None:
    """Of a reopened case why it is there; of a decided one what happened since. None where there is nothing to say."""
    if courses.of(case) is None:
        return None
    said = anew.triggers_of(reader(), case)
    earlier = said[0].decision.case if said else None
    open_steps = workflow_of(case).open_steps(access.answers_of(case)) if case.state == CaseState.DRAFT else ()
    decision = reader.get(DpiaDecision, case.id)
    since = anew.of_decision(reader(), case.id) if decision is not None else []
    under_way = next((each for each in since if each.case is not None and each.case.state not in ENDED), None)
    holds = decision is not None and decision.ended_at is None
    return {
        "causes": [anew.cause(each) for each in said],
        "from": earlier.reference if earlier else "",
        "from_url": url_for("cases.show", case_id=earlier.id) if earlier else "",
        "due": _first_day(said),
        "left": sum(not each.advises and each.name != "decision" for each in open_steps),
        "since": [anew.cause(each) for each in since] if holds else [],
        "since_due": _first_day(since) if holds else None,
        "into": under_way.case.reference if under_way and under_way.case else "",
        "into_url": url_for("cases.show", case_id=under_way.case_id) if under_way else "",
        "say_url": url_for("dpia_reopening.say_so", case_id=case.id)
        if holds and reopening.may_say(case, visitor)
        else "",
        "is_draft": case.state == CaseState.DRAFT,
    }


def _first_day(triggers: Iterable[DpiaTrigger]) -> dt.date | None:
    return min((dt.date.fromisoformat(each.due_on) for each in triggers if each.due_on), default=None)
