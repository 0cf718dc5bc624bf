"""What an assessment takes over from the one before it, and what is asked anew because something changed. Pure."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workflows.dpia_assessment import WORKFLOW, WRITTEN
from workflows.dpia_facts import MeasureState
from workflows.vocabulary import Answers, OfEach

Body = Mapping[str, Any]
Accepted = Mapping[str, Mapping[str, Any]]
"""Of each measure with evidence that was accepted: the day ("on") and what it shows ("evidence")."""


class Kind(StrEnum):
    """Why a decision is looked at again."""

    REVIEW = "review"
    """its review day comes"""
    NEW_VERSION = "new_version"
    """of the model"""
    WITHDRAWN = "withdrawn"
    """the model"""
    SUBPROCESSOR = "subprocessor"
    MODULE = "module"
    """the board uses another part of the product"""
    USE = "use"
    """the board uses it in another way"""
    BREACH = "breach"
    BY_HAND = "by_hand"


OPENS: Mapping[Kind, frozenset[str]] = {
    Kind.REVIEW: frozenset({"subject"}),
    Kind.NEW_VERSION: frozenset(),
    Kind.WITHDRAWN: frozenset(),
    Kind.SUBPROCESSOR: frozenset({"comparison.sides.D8"}),
    Kind.MODULE: frozenset({"subject", "comparison"}),
    Kind.USE: frozenset({"subject", "comparison", "risks"}),
    Kind.BREACH: frozenset({"measures", "risks"}),
    Kind.BY_HAND: frozenset({"subject"}),
}
"""What each of them asks again although the model says the same: a step, or one thing of a question."""
CHANGED = frozenset(Kind) - {Kind.REVIEW, Kind.BY_HAND}
"""After which it is no question any more whether anything changed."""
IN_USE_BEFORE = "timing"


@dataclass(frozen=True)
class Change:
    """A thing that the model says otherwise than before, or that was not in it."""

    now: str
    before: str = ""


@dataclass(frozen=True)
class Carried:
    """One step as it is taken over."""

    values: Mapping[str, Any]
    is_whole: bool
    """Whether nothing of it is asked: it is answered already, and can be changed."""
    asked: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)
    """By question, the things that must be answered anew."""


def about(answers: Answers, schools: Collection[str]) -> dict[str, Any]:
    """The same answers, about these schools alone: about the others something was decided since."""
    found: dict[str, Any] = {step: dict(values) for step, values in answers.items()}
    if "schools" in found.get("subject", {}):
        found["subject"]["schools"] = [each for each in found["subject"]["schools"] if each in schools]
    if found.get("comparison", {}).get("local"):
        found["comparison"]["local"] = [each for each in found["comparison"]["local"] if each["school"] in schools]
    return found


def changes(before: Body, now: Body) -> dict[str, dict[str, Change]]:
    """By part of the model (measures, risks…) what it says otherwise now, by id; what was left out is no question."""
    found: dict[str, dict[str, Change]] = {}
    for part in ("conditions", "dimensions", "risks", "measures"):
        old = {each["id"]: each for each in before.get(part, ())}
        for each in now.get(part, ()):
            if old.get(each["id"]) != each:
                said = old.get(each["id"], {}).get("text", "")
                found.setdefault(part, {})[each["id"]] = Change(each.get("text", ""), said)
    return found


def carried(
    answers: Answers,
    before: Body,
    now: Body,
    *,
    today: dt.date,
    opens: Collection[str] = (),
    decided_on: dt.date | None = None,
    decided_by: str = "",
    is_changed: bool = False,
    accepted: Accepted | None = None,
    owed: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Carried]:
    """The steps that the privacy officer wrote, as they stand in the next assessment.

    A step is whole where every thing that the model names now was answered about the same words. Advice, reply and
    decision are never taken over. `opens` are steps and things that are asked whatever the model says; `decided_by`
    names the earlier decision in words, and `is_changed` says that the risks may be others now. What is `owed` of the
    conditions of the FG becomes a measure of one's own.
    """
    differs = changes(before, now)
    given = _as_it_is_now(
        answers, today=today, decided_on=decided_on, why=decided_by, changed=is_changed or before != now
    )
    found: dict[str, Carried] = {}
    for step in WORKFLOW.steps:
        if step.name not in WRITTEN or step.name not in given:
            continue
        values = dict(given[step.name])
        asked: dict[str, dict[str, Change]] = {}
        for question in step.questions:
            if not isinstance(question, OfEach) or question.name not in values:
                continue
            said = values[question.name] or {}
            anew = dict(differs.get(question.of, {}))
            kept: dict[str, Any] = {}
            for thing in now.get(question.of, ()):
                id_, place = thing["id"], f"{step.name}.{question.name}.{thing['id']}"
                row = _still_true(said.get(id_), today, (accepted or {}).get(id_))
                if id_ in anew:
                    continue
                if row is None or place in opens:
                    anew[id_] = Change(thing.get("text", ""), thing.get("text", ""))
                else:
                    kept[id_] = row
            values[question.name] = kept
            if anew:
                asked[question.name] = anew
        if step.name == "subject":
            names = {each["id"] for each in now.get("modules", ())}
            stays = [each for each in values.get("modules", ()) if each in names]
            if not stays or _module_names(before, stays) != _module_names(now, stays):
                asked["modules"] = {}
            values["modules"] = stays
        if step.name == "measures":
            own = [_own(row, (accepted or {}).get(f"own-{n}")) for n, row in _numbered(values)]
            known = {row["text"] for row in own}
            values["own"] = [*own, *(dict(row) for row in owed if row["text"] not in known)]
        is_whole = not asked and step.name not in opens and not _says_too_little(step.name, values, today)
        found[step.name] = Carried(values, is_whole, asked)
    return found


def _as_it_is_now(
    answers: Answers, *, today: dt.date, decided_on: dt.date | None, why: str, changed: bool
) -> dict[str, Any]:
    """The same answers, where what was to come has come: use has begun, and was looked at before."""
    given: dict[str, Any] = {step: dict(values) for step, values in answers.items()}
    said = given.get("subject", {})
    if said and not said.get("in_use") and said.get("start") and dt.date.fromisoformat(said["start"]) < today:
        said["in_use"] = True
    if said.get("in_use") and decided_on is not None:
        timing = given.get(IN_USE_BEFORE, {})
        looked = {"earlier": True, "earlier_kind": "dpia", "earlier_on": decided_on.isoformat()}
        if changed:
            looked["changed"] = True
        given[IN_USE_BEFORE] = {"why": timing.get("why") or why, **looked}
    return given


def _still_true(row: Mapping[str, Any] | None, today: dt.date, accepted: Mapping[str, Any] | None) -> Any:
    """The answer about one thing; carried out where evidence was accepted, and none where its planned day is over."""
    if not row:
        return None
    if row.get("state") == MeasureState.PLANNED:
        if accepted:
            return {"state": MeasureState.DONE.value, "on": accepted["on"], "evidence": accepted["evidence"]}
        if dt.date.fromisoformat(row["on"]) < today:
            return None
    return dict(row)


def _numbered(values: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(values.get("own") or [], 1))


def _own(row: Mapping[str, Any], accepted: Mapping[str, Any] | None) -> dict[str, Any]:
    if accepted and not row.get("evidence"):
        return {**row, "on": accepted["on"], "evidence": accepted["evidence"]}
    return dict(row)


def _says_too_little(step: str, values: Mapping[str, Any], today: dt.date) -> bool:
    """Whether something must be said anew for its own sake."""
    if step == IN_USE_BEFORE:
        return (bool(values.get("earlier")) and "changed" not in values) or not values.get("why")
    if step == "measures":
        late = (row for row in values["own"] if not row.get("evidence"))
        return any(dt.date.fromisoformat(row["on"]) < today for row in late)
    return False


def _module_names(body: Body, ids: Collection[str]) -> list[str]:
    return [each["name"] for each in body.get("modules", ()) if each["id"] in ids]
