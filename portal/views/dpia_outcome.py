"""What an assessment of a model DPIA comes to, as its pages show it: the outcome, why, and what would change it."""

from collections.abc import Container
from typing import Any

from flask import url_for

from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.catalogue import current, workflow_of
from portal.cases.dpia import assessed, courses, decided, owed, own, refusing
from portal.cases.dpia.outcomes import KINDS
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.dpia.words import MEANINGS
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.wording import say, sentence
from workflows.dpia_facts import Outcome
from workflows.dpia_reuse import Reason
from workflows.vocabulary import Answers, Step

MOST = 8
"""So many reasons are shown at once; the others are folded away."""


def panel(case: Case, visitor: Visitor, *, answers: Answers | None = None, is_tried: bool = False) -> dict[str, Any]:
    """What stands in the panel; none for a case about anything else.

    With answers: as it would be with those. `is_tried`: they stand on the screen and are not saved yet.
    """
    given = access.answers_of(case) if answers is None else answers
    judged = assessed.assessed_around(reader(), case, given)
    if judged is None or case.publication is None:
        return {"outcome": None, **_own(case)}
    found, around = judged
    missing = [say(each.title) for each in workflow_of(case).open_steps(given) if each.name in SAID_FIRST]
    made: dict[str, Any] = {
        "name": "",
        "is_tried": is_tried,
        "missing": missing,
        "gone": refusing.why_gone(around.standing, case.publication.version) if case.state == CaseState.DRAFT else "",
        "own_url": "",
    }
    if made["gone"]:
        made["own_url"] = _own_url(case, visitor)
    if found is None:
        return {"outcome": made, **_own(case)}
    steps = {each.place.partition(".")[0] for each in (*found.reasons, *found.late)}
    mine = {each for each in steps if _may_answer(case, each, visitor)}
    reasons = [_reason(case, each, mine) for each in found.reasons]
    return {
        **_own(case),
        "outcome": made
        | {
            "name": say(KINDS[found.outcome].title),
            "meaning": say(MEANINGS[found.outcome]),
            "kind": KINDS[found.outcome].status,
            "is_late": found.is_late,
            "late": [_reason(case, each, mine) for each in found.late],
            "own_url": _own_url(case, visitor) if _asks_for_its_own(case, found.outcome) else made["own_url"],
            "awaits_advice": any(each.advises for each in workflow_of(case).open_steps(given)),
            "reasons": reasons[:MOST],
            "more": reasons[MOST:],
            "ways": [{"text": sentence(each.text), "outcome": say(KINDS[each.outcome].title)} for each in found.ways],
        },
    }


def asked_before(case: Case, step: Step | None = None) -> dict[str, Any]:
    """Of an open assessment: what the FG asked at the decisions before, at the steps where that matters."""
    matters = step is None or bool(step.rests_on) or step.name in CARRIES_OUT
    if not matters or courses.of(case) is None or case.state != CaseState.DRAFT:
        return {"earlier_conditions": None}
    return {"earlier_conditions": owed.conditions(reader(), case)}


CARRIES_OUT = frozenset({"measures", "made"})


def _own(case: Case) -> dict[str, Any]:
    """Of a DPIA made elsewhere: that everything said so far can be read, and where its file is."""
    if case.workflow != own.WORKFLOW:
        return {"is_read": False, "own_file": ""}
    given = access.answers_of(case).get("made", {}).get("file")
    return {"is_read": True, "own_file": url_for("dpia.file", case_id=case.id) if given else ""}


SAID_FIRST = frozenset({"subject", "need", "timing", "comparison", "measures", "risks"})
"""What must be answered before anything can be said."""


def afterwards(case: Case) -> dict[str, Any] | None:
    """How a decision stands now: as it was taken, or as it became, with the measures that came of it."""
    decision = reader.get(DpiaDecision, case.id) if case.state == CaseState.DECIDED else None
    if decision is None:
        return None
    every = decided.measures_of(reader(), case.id)
    kind = KINDS[decision.outcome]
    return {
        "title": say(kind.title),
        "status": kind.status if decision.ended_at is None else "neutral",
        "became": decision.outcome != decided.facts_of(case).get("outcome"),
        "is_over": decision.ended_at is not None,
        "measures": len(every),
        "open": sum(each.accepted_at is None for each in every),
        "measures_url": url_for("dpia_measures.index", organisation_id=case.organisation_id, q=case.reference)
        if every
        else None,
    }


def _asks_for_its_own(case: Case, outcome: Outcome) -> bool:
    """Whether it was decided, and goes on with a DPIA of the board's own."""
    return case.state == CaseState.DECIDED and outcome in (Outcome.OWN_DPIA, Outcome.PRIOR_CONSULTATION)


def _own_url(case: Case, visitor: Visitor) -> str:
    """Where a DPIA of the board's own about this product is recorded, for who may; empty for anybody else."""
    if case.organisation_id is None or case.publication is None:
        return ""
    workflow = current(own.WORKFLOW)
    if not access.roles_at(visitor, case.organisation_id) & set(workflow.started_by):
        return ""
    what: dict[str, Any] = {"organisation": case.organisation_id, "product": case.publication.product.name}
    return url_for("cases.begin", workflow_name=workflow.name, **what)


def _may_answer(case: Case, step_name: str, visitor: Visitor) -> bool:
    step = workflow_of(case).step(step_name)
    return step is not None and access.may_answer(case, step, visitor)


def _reason(case: Case, reason: Reason, mine: Container[str]) -> dict[str, str]:
    """A reason, with the way to the answer that caused it: to its question where the step is mine, or to where it can
    be read.
    """
    step_name, *place = reason.place.split(".")
    step = workflow_of(case).step(step_name)
    if step_name in mine:
        anchor = "-".join(place)
        url = url_for("cases.answer", case_id=case.id, step_name=step_name, _anchor=anchor or None)
    else:
        url = url_for("dpia.so_far", case_id=case.id, _anchor=step_name)
    return {"text": sentence(reason.text), "url": url, "step": say(step.title) if step else ""}
