"""How large a risk is, and what is left of it once measures are carried out."""

from collections.abc import Iterable

from workflows.dpia_facts import Level, ModelMeasure

STEPS = (Level.LOW, Level.MEDIUM, Level.HIGH)


def level_of(chance: Level, impact: Level) -> Level:
    """The level in the matrix: up to low by medium is low; medium by high and high by high are high."""
    total = STEPS.index(chance) + STEPS.index(impact)
    return Level.LOW if total < 2 else Level.MEDIUM if total == 2 else Level.HIGH


def lowered(risk: str, chance: Level, impact: Level, measures: Iterable[ModelMeasure]) -> Level:
    """What is left of a risk once these measures are carried out; chance and impact never sink below low."""
    found = [each for measure in measures for each in measure.lowers if each.risk == risk]
    left = [
        STEPS[max(0, STEPS.index(chance) - sum(each.chance for each in found))],
        STEPS[max(0, STEPS.index(impact) - sum(each.impact for each in found))],
    ]
    return level_of(*left)
