"""The Inspectorate's rules for the results of primary schools: average, signal value, verdict. Standard library only.

Source: Inspectie van het Onderwijs, "Toelichting leerresultaten primair onderwijs 2023-2024-2025", and the rules as
proven on all 6,205 rows of the file it belongs to (tests/test_results.py proves them again on every run).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

SUBJECTS = 3  # reading, language and arithmetic count together: three levels to reach for each pupil
YEARS = 3
FEWEST_PUPILS = 15  # in three years; with fewer the Inspectorate looks at five years
FEWEST_PUPILS_OF_A_YEAR = 5  # with fewer in any year all years are masked
LOWEST_WEIGHT, HIGHEST_WEIGHT = Decimal(20), Decimal(40)
MOST_PUPILS = 3000  # up to here a percentage with two decimals betrays the whole number behind it

SIGNAL_FUNDAMENTAL = Decimal(85)
SIGNAL_TARGET = {
    20: Decimal("68.3"), 21: Decimal("65.0"), 22: Decimal("61.9"), 23: Decimal("58.9"), 24: Decimal("56.2"),
    25: Decimal("53.8"), 26: Decimal("51.8"), 27: Decimal("50.1"), 28: Decimal("48.6"), 29: Decimal("47.1"),
    30: Decimal("45.5"), 31: Decimal("43.5"), 32: Decimal("41.2"), 33: Decimal("38.7"), 34: Decimal("36.3"),
    35: Decimal("34.3"), 36: Decimal("32.8"), 37: Decimal("32.0"), 38: Decimal("31.7"), 39: Decimal("30.3"),
}  # fmt: skip
"""By the whole number under the schoolweging."""
_HUNDREDTH = Decimal("0.01")


class Level(StrEnum):
    """The two indicators."""

    FUNDAMENTAL = "1F"
    TARGET = "1S/2F"


class Outcome(StrEnum):
    """What the Inspectorate says of an indicator."""

    ABOVE = "above"
    BELOW = "below"
    SMALL_SCHOOL = "small_school"
    TOO_LITTLE = "too_little"


class WeightOutsideError(ValueError):
    """A schoolweging outside the scale from 20 to 40."""


COUNTED = (Outcome.ABOVE, Outcome.BELOW)
"""Outcomes that stand on a number; of a small school, or one of which there is too little, no number is shown."""


@dataclass(frozen=True)
class Year:
    """One school year: percentages from 0 to 100 with two decimals, and the number of pupils tested.

    A masked year holds no numbers, and neither does a missing one; `masked` tells them apart.
    """

    label: str
    fundamental: Decimal | None = None
    target: Decimal | None = None
    pupils: int | None = None
    masked: bool = False

    @property
    def missing(self) -> bool:
        """Whether the Inspectorate has nothing of this year."""
        return self.pupils is None and not self.masked

    def percentage(self, level: Level) -> Decimal | None:
        """The share of the levels that was reached, 0 to 100."""
        return self.fundamental if level is Level.FUNDAMENTAL else self.target


def weight_floor(weight: Decimal) -> int:
    """The whole number under a schoolweging (20 to 40) that decides its norm; 40.00 falls in 39.

    Raises WeightOutsideError outside the scale.
    """
    if not LOWEST_WEIGHT <= weight <= HIGHEST_WEIGHT:
        raise WeightOutsideError(f"a schoolweging lies between 20 and 40, not at {weight}")
    return min(int(weight.to_integral_value(ROUND_FLOOR)), 39)


def category(weight: Decimal) -> str:
    """The Inspectorate's name for the schools of about this schoolweging (20 to 40), as "[31,32)"."""
    floor = weight_floor(weight)
    return f"[{floor},{floor + 1})"


def signal_value(level: Level, weight: Decimal) -> Decimal:
    """The percentage (0 to 100) that a school of this schoolweging (20 to 40) should reach over three years."""
    if level is Level.FUNDAMENTAL:
        return SIGNAL_FUNDAMENTAL
    return SIGNAL_TARGET[weight_floor(weight)]


def reached(percentage: Decimal, pupils: int) -> int:
    """How many levels were reached, of three for each pupil: the whole number that was rounded to this percentage.

    Percentage 0 to 100 with two decimals, pupils 1 to 3000; raises ValueError outside that.
    """
    if not 0 <= percentage <= 100 or not 0 < pupils <= MOST_PUPILS:
        raise ValueError(f"no school year has {percentage}% over {pupils} pupils")
    return int((percentage * pupils * SUBJECTS / 100).to_integral_value(ROUND_HALF_UP))


def share(levels: int, pupils: int) -> Decimal:
    """The percentage, rounded half up to two decimals, that so many levels are of three for each pupil."""
    return (Decimal(100) * levels / (SUBJECTS * pupils)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def average(years: Iterable[Year], level: Level) -> Decimal | None:
    """The average weighted by pupils over the years that are known, with two decimals; None if a year is masked.

    The Inspectorate averages before it rounds: from the rounded percentages alone one row in nine would differ by
    0.01. So this counts the levels that were reached, and divides once.
    """
    levels = total = 0
    for year in years:
        percentage = year.percentage(level)
        if year.masked:
            return None
        if percentage is not None and year.pupils:
            levels += reached(percentage, year.pupils)
            total += year.pupils
    return share(levels, total) if total else None


def outcome(years: Sequence[Year], *, average: Decimal | None, signal: Decimal | None, pupils: int | None) -> Outcome:
    """The verdict on one indicator.

    `average` and `signal` are percentages (0 to 100), `pupils` the number in three years, None where that is masked.
    A missing year or norm means too little; then a small school; then the average decides, and reaching the signal
    value exactly is enough.
    """
    if len(years) < YEARS or any(year.missing for year in years) or signal is None:
        return Outcome.TOO_LITTLE
    if pupils is None or pupils < FEWEST_PUPILS or average is None:
        return Outcome.SMALL_SCHOOL
    return Outcome.ABOVE if average >= signal else Outcome.BELOW


def weighted(schools: Iterable[tuple[Decimal, int]]) -> Decimal | None:
    """The average percentage of several schools, each weighted by its pupils, with two decimals; None for none."""
    total = Decimal(0)
    pupils = 0
    for percentage, count in schools:
        total += percentage * count
        pupils += count
    return (total / pupils).quantize(_HUNDREDTH, ROUND_HALF_UP) if pupils else None
