"""Whether a board may reuse a model DPIA: the one pure rule, its reasons, and what would change the outcome.

Answers and model become facts (`dpia_causes`), facts become one outcome (`dpia_deciding`). Nobody edits an outcome.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from workflows.dpia_cause import Cause
from workflows.dpia_causes import causes
from workflows.dpia_deciding import WEIGHT, Facts, Timing, outcome_of
from workflows.dpia_facts import DIMENSIONS, Around, Comparison, Level, Model, Outcome, Verdict
from workflows.dpia_need import NeedKind, needed
from workflows.dpia_use import Use, rows, side_name
from workflows.vocabulary import Answers, Sentence, day

AVG_APPLIES = dt.date(2018, 5, 25)
"""The first day on which a DPIA could be required."""


@dataclass(frozen=True)
class Reason:
    """Why the outcome is not lighter than `outcome`, and the answer ("comparison.sides.D4") that caused it."""

    outcome: Outcome
    text: Sentence
    place: str


@dataclass(frozen=True)
class Way:
    """What would make the outcome lighter ("Als u …"), and what it would be then."""

    text: Sentence
    outcome: Outcome


@dataclass(frozen=True)
class Judgement:
    """What is decided, why, and what would change it; the heaviest reasons come first."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    ways: tuple[Way, ...] = ()
    is_late: bool = False
    """Whether use began before the decision: told with it, and no lock."""
    late: tuple[Reason, ...] = ()
    residual: Mapping[str, Level] | None = None
    """What is left of each risk that applies, by its id; own risks as "own-1"."""


def exit_of(answers: Answers) -> Outcome | None:
    """The outcome of the two early exits: no DPIA needed, or in use and nothing changed since an earlier analysis."""
    if "need" in answers and needed(answers).kind == NeedKind.NOT_REQUIRED:
        return Outcome.NOT_REQUIRED
    subject, timing = answers.get("subject", {}), answers.get("timing", {})
    if not subject.get("in_use") or timing.get("changed") is not False or not timing.get("earlier"):
        return None
    began = day(subject["start"]) if subject.get("start") else None
    if timing.get("earlier_kind") == "dpia" or (began is not None and began < AVG_APPLIES):
        return Outcome.COMPLIANCE_CHECK
    return None


def judge(answers: Answers, model: Model, around: Around) -> Judgement:
    """The judgement on a whole assessment. What was not answered is taken at its worst."""
    return _judged(Use(answers, model, around))


def so_far(answers: Answers, model: Model, around: Around) -> Judgement | None:
    """What the answers come to until now, as if the FG agrees; None while too little is said.

    Enough is an early exit, a DPIA of one's own (nothing weighs more; no ways yet, since what it would be instead is
    not known), or sides, measures and risks all answered.
    """
    use = Use(answers, model, around, partial=True)
    found = _judged(use)
    if exit_of(answers) is not None or use.is_told():
        return found
    return replace(found, ways=()) if found.outcome is Outcome.OWN_DPIA else None


def facts_of(answers: Answers, model: Model, around: Around, *, partial: bool = False) -> Facts:
    """The facts that decide."""
    return _facts_and_causes(Use(answers, model, around, partial))[0]


def inconsistencies(answers: Answers, model: Model) -> dict[str, Sentence]:
    """What cannot be true together, by the place of the answer to change: a level that is higher than the model's yet
    "the same", or a side with more risk for which no risk was described.
    """
    found: dict[str, Sentence] = {}
    comparison = answers.get("comparison", {})
    sides = comparison.get("sides", {})
    narrow = (Comparison.SAME, Comparison.NARROWER)
    for side in DIMENSIONS:
        row = sides.get(side, {})
        level = row.get("level")
        if row.get("choice") in narrow and level and int(level) > model.levels.get(side, 3):
            text = "Uw niveau %(own)s is hoger dan niveau %(model)s van het model. Kies dan niet gelijk of beperkter."
            found[f"comparison.sides.{side}"] = (text, {"own": level, "model": model.levels.get(side, 3)})
    if "risks" in answers:
        described = {row.get("side") for _, row in rows(answers["risks"].get("own"))}
        local = [(row.get("side"), row.get("choice")) for _, row in rows(comparison.get("local"))]
        chosen = [*((side, row.get("choice")) for side, row in sides.items()), *local]
        worse = {side for side, choice in chosen if choice in (Comparison.RISKIER, Comparison.ABSENT)}
        missing = [side for side in DIMENSIONS if side in worse - described]
        if missing:
            text = "Beschrijf ook een eigen risico bij %(side)s (onderdeel %(number)s). Het model dekt die niet."
            found["risks.own"] = (text, {"side": side_name(missing[0]), "number": missing[0][1:]})
    return found


def needs_two(answers: Answers) -> bool:
    """Whether two must approve: the FG advised against it, or every condition of the FG was set aside."""
    advice, replies = answers.get("advice", {}), answers.get("reply", {}).get("conditions", {})
    if advice.get("verdict") == Verdict.CONDITIONAL:
        asked = [number for number, _ in rows(advice.get("conditions"))]
        return bool(asked) and all(replies.get(each, {}).get("taken") is False for each in asked)
    return advice.get("verdict") == Verdict.NEGATIVE


# --- Facts, reasons and ways --------------------------------------------------------------------------------------


def _facts_and_causes(use: Use) -> tuple[Facts, tuple[Cause, ...]]:
    """The facts, and the causes behind them: of an exit what leads to it, else what the rule weighs."""
    left = exit_of(use.answers)
    need = needed(use.answers)
    if left is Outcome.NOT_REQUIRED:
        found = tuple(Cause(left, text, place) for text, place in zip(need.reasons, need.places, strict=True))
        return Facts(need=need.kind), found
    if left is Outcome.COMPLIANCE_CHECK:
        text = "U gebruikt dit al, u hebt het eerder onderzocht, en de risico’s zijn niet veranderd."
        return Facts(need=need.kind, timing=Timing.UNCHANGED), (Cause(left, text, "timing.changed"),)
    facts, found = causes(use)
    return facts, found or _all_well(use)


def _all_well(use: Use) -> tuple[Cause, ...]:
    """Why nothing stands in the way."""
    texts = {
        "comparison": ("Uw gebruik is op elk onderdeel gelijk aan het model, of beperkter.", "comparison.sides"),
        "measures": ("U hebt elke maatregel van het model uitgevoerd.", "measures.measures"),
        "risks": ("Er blijft geen hoog risico over.", "risks.risks"),
        "advice": ("De FG adviseert positief.", "advice.verdict"),
    }
    said = [each for step, each in texts.items() if step in use.answers]
    return tuple(Cause(Outcome.REUSE, text, place) for text, place in said)


def _outcome(use: Use) -> Outcome:
    return outcome_of(_facts_and_causes(use)[0])


def _judged(use: Use) -> Judgement:
    facts, found = _facts_and_causes(use)
    outcome = outcome_of(facts)
    ordered = sorted(found, key=lambda each: -WEIGHT[each.outcome])
    left = exit_of(use.answers)
    late: tuple[Reason, ...] = ()
    if use.in_use and left is None:
        text = "U gebruikte dit al voordat hierover was besloten. Een DPIA hoort vóór het gebruik."
        late = (Reason(outcome, text, "subject.in_use"),)
    return Judgement(
        outcome,
        tuple(Reason(each.outcome, each.text, each.place) for each in ordered),
        _ways(use, outcome, ordered),
        bool(late),
        late,
        use.residual() if left is None and use.counts("risks") else {},
    )


def _ways(use: Use, outcome: Outcome, found: list[Cause]) -> tuple[Way, ...]:
    """What would make the outcome lighter, each asked of the rule again: one change, else all that it takes."""
    holding = [each for each in found if each.outcome is outcome and each.change]
    ways: list[Way] = []
    tried: list[Use] = []
    for each in holding:
        followed = _followed(use, [each])
        then = _outcome(followed)
        if WEIGHT[then] < WEIGHT[outcome] and followed not in tried:
            ways.append(Way(each.way, then))
            tried.append(followed)
    if not ways and len(holding) > 1:
        then = _outcome(_followed(use, holding))
        if WEIGHT[then] < WEIGHT[outcome]:
            text = "Als u alle punten oplost die nu tot deze uitkomst leiden (%(count)s)"
            ways.append(Way((text, {"count": len(holding)}), then))
    return tuple(ways)


def _followed(use: Use, changed: list[Cause]) -> Use:
    answers, around = use.answers, use.around
    for each in changed:
        if each.change:
            answers, around = each.change(answers, around)
    return Use(answers, use.model, around, use.partial)
