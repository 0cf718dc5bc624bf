"""The decision rule itself: from the few facts that decide to exactly one outcome, the first match winning."""

from dataclasses import dataclass
from enum import IntEnum

from workflows.dpia_facts import Outcome
from workflows.dpia_need import NeedKind

WEIGHT = {
    Outcome.NOT_REQUIRED: 0,
    Outcome.COMPLIANCE_CHECK: 1,
    Outcome.REUSE: 2,
    Outcome.ADJUSTED: 3,
    Outcome.MEASURES_FIRST: 4,
    Outcome.PRIOR_CONSULTATION: 5,
    Outcome.OWN_DPIA: 6,
}
"""The outcomes from light to heavy: no answer that is worse leads to a lighter one."""


class Timing(IntEnum):
    """When use began, as far as that decides."""

    UNCHANGED = 0
    """in use, analysed before, and nothing changed since"""
    NEW = 1
    LATE = 2
    """in use, and yet to be analysed as it is now"""


class Critical(IntEnum):
    """How the worst of the critical measures stands."""

    DONE = 0
    REPLACED = 1
    """and accepted as its equal"""
    PLANNED = 2
    FAILED = 3
    """refused, planned too late, said not to apply to what is in use, or replaced and not accepted"""


class High(IntEnum):
    """Whether a high risk is left."""

    NONE = 0
    LOWERED = 1
    """until measures that are still planned have been carried out"""
    STAYS = 2


class Advice(IntEnum):
    """What the FG advised, and whether the board answered it where that is asked."""

    POSITIVE = 0
    CONDITIONAL = 1
    NEGATIVE = 2
    CONDITIONAL_OPEN = 3
    NEGATIVE_OPEN = 4


@dataclass(frozen=True)
class Facts:
    """All that decides; of each fact a larger value is a worse answer (see decision note 19)."""

    need: NeedKind = NeedKind.REQUIRED
    timing: Timing = Timing.NEW
    outside: bool = False
    """Whether the use falls outside the model: its standing, its version, its modules or its licence conditions."""
    core_worse: bool = False
    """Whether a core side holds more risk than the model describes."""
    others_worse: int = 0
    """How many of the other sides do; two stands for two or more."""
    differs: bool = False
    """Whether any side is neither the same nor narrower."""
    critical: Critical = Critical.DONE
    others_open: bool = False
    """Whether another measure is not carried out as the model asks, or one of the board's own is still to come."""
    high: High = High.NONE
    no_agreement: bool = False
    advice: Advice = Advice.POSITIVE


def outcome_of(facts: Facts) -> Outcome:
    """The one outcome of these facts: the two exits, then the rule of workflows.md section 4."""
    if facts.need == NeedKind.NOT_REQUIRED:
        return Outcome.NOT_REQUIRED
    if facts.timing == Timing.UNCHANGED:
        return Outcome.COMPLIANCE_CHECK
    if facts.outside or facts.core_worse or facts.others_worse >= 2 or facts.critical == Critical.FAILED:
        return Outcome.OWN_DPIA
    if facts.high == High.STAYS:
        return Outcome.PRIOR_CONSULTATION
    unanswered = facts.advice in (Advice.CONDITIONAL_OPEN, Advice.NEGATIVE_OPEN)
    if facts.critical == Critical.PLANNED or facts.high == High.LOWERED or unanswered or facts.no_agreement:
        return Outcome.MEASURES_FIRST
    if (
        facts.differs
        or facts.others_worse
        or facts.critical == Critical.REPLACED
        or facts.others_open
        or facts.advice != Advice.POSITIVE
    ):
        return Outcome.ADJUSTED
    return Outcome.REUSE
