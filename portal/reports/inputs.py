"""What somebody fills in for a forecast: read, kept as typed, and refused with a sentence beside the field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.reports.figures import decimal
from portal.reports.forecast import RANGES, Assumptions, Scenario
from portal.wording import mark, say

PUPIL_INPUTS = ("inflow", "inflow_margin", "survival_margin")
STAFF_INPUTS = ("ratio", "outflow", "part_time", "margin")
_LABELS = {
    "inflow": mark("Nieuwe leerlingen van 4 jaar per jaar"),
    "inflow_margin": mark("Marge op de instroom, in procenten"),
    "survival_margin": mark("Marge op wie er blijft, in procenten"),
    "ratio": mark("Leerlingen per voltijdbaan"),
    "outflow": mark("Vertrek van personeel per jaar, in procenten"),
    "part_time": mark("Omvang van een gemiddelde baan (1 is voltijd)"),
    "margin": mark("Marge op de behoefte, in procenten"),
}
_LONGEST = 12


@dataclass(frozen=True)
class Input:
    """One field: its label, what stands in it, the range in words, and what is wrong with what was typed."""

    name: str
    label: str
    typed: str
    hint: str
    fault: str


def assumptions_from(typed: Mapping[str, str]) -> tuple[Assumptions, tuple[Input, ...]]:
    """The assumptions of a forecast of pupils; a field that is wrong counts as not filled in."""
    values, inputs = _read(typed, PUPIL_INPUTS)
    default = Assumptions()
    return (
        Assumptions(
            inflow=values.get("inflow"),
            inflow_margin=values.get("inflow_margin", default.inflow_margin),
            survival_margin=values.get("survival_margin", default.survival_margin),
        ),
        inputs,
    )


def scenario_from(typed: Mapping[str, str]) -> tuple[Scenario, tuple[Input, ...]]:
    """The scenario of a forecast of teachers; a field that is wrong counts as not filled in."""
    values, inputs = _read(typed, STAFF_INPUTS)
    default = Scenario()
    return (
        Scenario(
            ratio=values.get("ratio", default.ratio),
            outflow=values.get("outflow", default.outflow),
            part_time=values.get("part_time", default.part_time),
            margin=values.get("margin", default.margin),
        ),
        inputs,
    )


def without_inflow(typed: Mapping[str, str]) -> dict[str, str]:
    """The same for several schools together: the inflow is a number of one school, so it is worked out."""
    return {name: text for name, text in typed.items() if name != "inflow"}


def kept(typed: Mapping[str, str], fields: Iterable[Input]) -> dict[str, str]:
    """What was filled in at these fields as it goes along with a report; nothing of a field that is wrong."""
    return {each.name: each.typed for each in fields if typed.get(each.name, "").strip() and not each.fault}


def told(fields: Iterable[Input]) -> tuple[tuple[str, str], ...]:
    """With which numbers a forecast was made, in words: each label with what was used."""
    of_itself = say(mark("het gemiddelde van de drie jongste leeftijden"))
    return tuple((each.label, each.typed or of_itself) for each in fields)


def _read(typed: Mapping[str, str], names: tuple[str, ...]) -> tuple[dict[str, float], tuple[Input, ...]]:
    values: dict[str, float] = {}
    inputs = []
    for name in names:
        allowed = RANGES[name]
        text = typed.get(name, "").strip()
        low, high = decimal(Decimal(repr(allowed.low))), decimal(Decimal(repr(allowed.high)))
        fault = ""
        if text:
            number = _number(text)
            if number is not None and allowed.low <= number <= allowed.high:
                values[name] = number
            else:
                fault = say(mark("Vul een getal in van %(low)s tot en met %(high)s."), low=low, high=high)
        elif allowed.default is not None:
            text = decimal(Decimal(repr(allowed.default)))
        hint = say(mark("Van %(low)s tot en met %(high)s."), low=low, high=high)
        if allowed.default is None:
            hint = say(mark("%(hint)s Leeg: het gemiddelde van de drie jongste leeftijden."), hint=hint)
        inputs.append(Input(name, say(_LABELS[name]), text[:_LONGEST], hint, fault))
    return values, tuple(inputs)


def _number(text: str) -> float | None:
    plain = text.replace(",", ".")
    if len(text) > _LONGEST or not all(letter in "0123456789." for letter in plain):
        return None
    try:
        return float(plain)
    except ValueError:
        return None
