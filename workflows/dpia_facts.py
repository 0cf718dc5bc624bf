"""What the decision on reusing a model DPIA is made of: the model, and what a board answered about its own use.

Words of the DPIA itself (levels, choices, states, outcomes) are the values that answers and models are kept in.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DIMENSIONS = tuple(f"D{number}" for number in range(1, 13))
"""The twelve sides of a use, in the order of the form."""
CORE = frozenset({"D1", "D2", "D3", "D4", "D5", "D7", "D8", "D9", "D10"})
"""The sides of which one that differs for the worse is enough to need a DPIA of one's own."""


class Level(StrEnum):
    """How likely, how grave, or how large a risk is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Comparison(StrEnum):
    """How one's own use compares with the one that the model describes, on one side."""

    SAME = "same"
    NARROWER = "narrower"
    DIFFERENT = "different"
    """but no more risk"""
    RISKIER = "riskier"
    ABSENT = "absent"
    """not in the model at all"""


class MeasureState(StrEnum):
    """What a board does with a measure that the model asks for."""

    DONE = "done"
    PLANNED = "planned"
    REPLACED = "replaced"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


class Standing(StrEnum):
    """How a model stands at a moment."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What the FG advises."""

    POSITIVE = "positive"
    CONDITIONAL = "conditional"
    NEGATIVE = "negative"


class Outcome(StrEnum):
    """What is decided: exactly one."""

    REUSE = "reuse"
    ADJUSTED = "adjusted"
    """reuse with adjusted measures"""
    MEASURES_FIRST = "measures_first"
    OWN_DPIA = "own_dpia"
    PRIOR_CONSULTATION = "prior_consultation"
    COMPLIANCE_CHECK = "compliance_check"
    """in use already and nothing changed: no new DPIA"""
    NOT_REQUIRED = "not_required"
    """no DPIA is needed at all"""


@dataclass(frozen=True)
class Lowering:
    """By how many steps a measure lowers the chance or the impact of one risk (each 0 to 2)."""

    risk: str
    chance: int = 0
    impact: int = 0


@dataclass(frozen=True)
class ModelMeasure:
    """A measure that the model asks for."""

    id: str
    text: str
    critical: bool
    lowers: tuple[Lowering, ...] = ()
    modules: frozenset[str] = frozenset()
    """The modules it is about; none: the product as a whole."""


@dataclass(frozen=True)
class ModelRisk:
    """A risk that the model describes, before and after its measures."""

    id: str
    text: str
    chance: Level
    impact: Level
    chance_after: Level
    impact_after: Level


@dataclass(frozen=True)
class Model:
    """A model DPIA, as far as the decision looks at it."""

    version: str
    modules: frozenset[str]
    conditions: frozenset[str]
    """Its licence conditions, by id."""
    levels: Mapping[str, int]
    """Of each dimension how far the described use goes, 0 to 3."""
    risks: tuple[ModelRisk, ...]
    measures: tuple[ModelMeasure, ...]
    review_on: dt.date


@dataclass(frozen=True)
class Around:
    """What the portal knows besides the answers, at the moment of judging."""

    today: dt.date
    standing: Standing = Standing.CURRENT
    agreement: bool = False
    """Whether a processor agreement is in force for the product, or its board says so."""
    accepted: frozenset[str] = field(default_factory=frozenset)
    """The measures, conditions of the FG ("condition-1") and own measures ("own-1") whose evidence was accepted."""
