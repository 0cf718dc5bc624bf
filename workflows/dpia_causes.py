"""From the answers of an assessment to the facts that decide, with every cause behind them."""

from workflows.dpia_cause import Cause, answered
from workflows.dpia_deciding import Advice, Facts, Timing
from workflows.dpia_facts import CORE, Outcome, Verdict
from workflows.dpia_measures import critical_measures, other_measures, risks_left
from workflows.dpia_use import Use, rows
from workflows.dpia_within import no_agreement, outside_model, sides_compared
from workflows.vocabulary import Sentence


def causes(use: Use) -> tuple[Facts, tuple[Cause, ...]]:
    """The facts that decide on a use that takes neither exit, and every cause behind them."""
    outside = list(outside_model(use))
    sides = list(sides_compared(use))
    worse = use.riskier_sides if use.counts("comparison") else frozenset()
    critical, failing = critical_measures(use)
    other_open = list(other_measures(use))
    high, risks = risks_left(use)
    agreement = [] if use.around.agreement or not use.counts("subject") else [no_agreement()]
    advice, advised = _advice(use)
    facts = Facts(
        timing=Timing.LATE if use.in_use else Timing.NEW,
        outside=bool(outside),
        core_worse=bool(worse & CORE),
        others_worse=min(2, len(worse - CORE)),
        differs=bool(sides),
        critical=critical,
        others_open=bool(other_open),
        high=high,
        no_agreement=bool(agreement),
        advice=advice,
    )
    found = (*outside, *sides, *failing, *risks, *agreement, *advised, *other_open)
    return facts, found


def unanswered_conditions(use: Use) -> tuple[str, ...]:
    """The conditions of the FG, by number, that nobody has answered."""
    replies = use.said("reply.conditions", {})
    given = rows(use.said("advice.conditions"))
    return tuple(number for number, _ in given if replies.get(number, {}).get("taken") is None)


def _advice(use: Use) -> tuple[Advice, list[Cause]]:
    if not use.counts("advice"):
        return Advice.POSITIVE, []
    place = "advice.verdict"
    said = use.said(place)
    if not said and use.partial:
        return Advice.POSITIVE, []
    if not said:
        text = "De FG heeft nog niet geadviseerd."
        return Advice.CONDITIONAL_OPEN, [Cause(Outcome.MEASURES_FIRST, text, place)]
    if said == Verdict.POSITIVE:
        return Advice.POSITIVE, []
    if said == Verdict.NEGATIVE:
        weighs = Cause(Outcome.ADJUSTED, "De FG adviseert negatief.", place)
        if str(use.said("reply.words", "")).strip():
            return Advice.NEGATIVE, [weighs]
        text, way = "U hebt nog niet geantwoord op het negatieve advies van de FG.", "Als u de FG antwoordt"
        change = answered("reply.words", "antwoord")
        return Advice.NEGATIVE_OPEN, [Cause(Outcome.MEASURES_FIRST, text, place, way, change), weighs]
    weighs = Cause(Outcome.ADJUSTED, "De FG adviseert positief onder voorwaarden.", place)
    waiting = []
    for number in unanswered_conditions(use):
        about = {"number": number}
        text_of: Sentence = ("U hebt nog niet geantwoord op voorwaarde %(number)s van de FG.", about)
        way_of: Sentence = ("Als u antwoordt op voorwaarde %(number)s van de FG", about)
        change = answered(f"reply.conditions.{number}", {"taken": True})
        waiting.append(Cause(Outcome.MEASURES_FIRST, text_of, f"advice.conditions.{number}", way_of, change))
    return (Advice.CONDITIONAL_OPEN if waiting else Advice.CONDITIONAL), [*waiting, weighs]
