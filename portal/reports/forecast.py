"""A forecast of pupils by cohort, and of the teachers they ask: a model of this portal, no official estimate.

**Pupils.** Whoever is 6 on 1 October is 7 a year later. So the pupils of age a next year are those of age a - 1 now,
times a survival ratio: the share that is still there, moves in counted. With one year of data those ratios cannot be
measured at a location; they are assumed. From 4 to 10 nobody leaves or comes (1.00). The three ratios after that are
those of all regular primary schools together on 1 October 2024, the older age divided by the younger: 0.86 from 10 to
11 and 0.15 from 11 to 12, because pupils go on to secondary education, and 0.06 from 12 to 13. The inflow of
4-year-olds is the same every year: the mean of the three youngest ages present (4, 5 and 6), unless it is given.

**Low, middle, high.** Low and high carry two margins, in percent: one on the inflow and one on every ratio. A masked
number ("<5") is 1 in low, 4 in high and 2.5 in the middle.

**Teachers.** Need = pupils ÷ ratio, in fte. Expansion demand = the need of a year less that of the year before;
replacement demand = the yearly outflow, in percent of the need of the year before. What they come to together is the
demand, or a surplus when it is below zero. Persons = fte ÷ part-time factor.

**Limits.** It knows no births, no houses that are built, no new school nearby and no pupil who moves; small schools
swing more than the margins say; after five years nothing of the first 4-year-olds was ever counted. Special education
takes in pupils of every age and is outside this model. It says nothing of who may teach what.

Units: pupils on 1 October, fte a school year, percentages 0 to 100. Every input has a range; outside it an
OutsideError says which input and which range.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

YEARS = 5
AGES = tuple(range(4, 14))
"""4 stands for 4 and younger, 13 for 13 and older."""
SURVIVAL = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.86, 0.15, 0.06)
"""From each age but the last to the next."""
_YOUNGEST = 3  # ages whose mean is the inflow
_MASKED = (1.0, 2.5, 4.0)


class OutsideError(ValueError):
    """An input outside its range; `name` says which."""

    def __init__(self, name: str, low: float, high: float) -> None:
        super().__init__(f"{name} lies between {low} and {high}")
        self.name, self.low, self.high = name, low, high


@dataclass(frozen=True)
class Range:
    """What an input may be, and what it is unless somebody says otherwise; None: worked out from the pupils."""

    low: float
    high: float
    default: float | None

    def check(self, name: str, value: float) -> float:
        """The value; raises OutsideError when it is no number of this range."""
        if not self.low <= value <= self.high:  # nor when it is not a number at all
            raise OutsideError(name, self.low, self.high)
        return value


RANGES: Mapping[str, Range] = MappingProxyType(
    {
        "inflow": Range(0, 500, None),  # 4-year-olds a year
        "inflow_margin": Range(0, 50, 10.0),  # percent
        "survival_margin": Range(0, 10, 1.0),  # percent
        "ratio": Range(5, 40, 17.0),  # pupils for each fte
        "outflow": Range(0, 30, 6.0),  # percent of the fte, each year
        "part_time": Range(0.2, 1, 0.7),  # fte for each person
        "margin": Range(0, 30, 5.0),  # percent, on the need for teachers
    }
)
MOST_PUPILS = 60_000  # of one age; the largest province has some 40,000


@dataclass(frozen=True)
class Span:
    """A number that is not certain; low <= middle <= high."""

    low: float
    middle: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.middle <= self.high:
            raise ValueError(f"no span: {self.low}, {self.middle}, {self.high}")

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.middle + other.middle, self.high + other.high)


ZERO = Span(0.0, 0.0, 0.0)


def certain(number: float) -> Span:
    """A number that was published."""
    return Span(number, number, number)


def fewer_than_five() -> Span:
    """A number that was masked as "<5"."""
    return Span(*_MASKED)


def added(spans: Iterable[Span]) -> Span:
    """What they come to together: the low numbers, the middle and the high."""
    return sum(spans, ZERO)


@dataclass(frozen=True)
class Assumptions:
    """What the forecast of pupils takes for true; raises OutsideError outside a range."""

    inflow: float | None = None
    """4-year-olds a year, 0 to 500; None: the mean of the three youngest ages."""
    inflow_margin: float = 10.0
    """Percent, 0 to 50."""
    survival_margin: float = 1.0
    """Percent, 0 to 10."""
    survival: tuple[float, ...] = SURVIVAL
    """From each age to the next, 0 to 1.5: above 1 where more pupils come than go."""

    def __post_init__(self) -> None:
        if self.inflow is not None:
            RANGES["inflow"].check("inflow", self.inflow)
        RANGES["inflow_margin"].check("inflow_margin", self.inflow_margin)
        RANGES["survival_margin"].check("survival_margin", self.survival_margin)
        if len(self.survival) != len(AGES) - 1:
            raise ValueError(f"{len(AGES) - 1} ratios are needed, not {len(self.survival)}")
        for ratio in self.survival:
            Range(0, 1.5, None).check("survival", ratio)


@dataclass(frozen=True)
class YearOfPupils:
    """The pupils of one 1 October, by age as in AGES."""

    year: int
    ages: tuple[Span, ...]

    @property
    def total(self) -> Span:
        """All ages together."""
        return added(self.ages)


@dataclass(frozen=True)
class Forecast:
    """The year that was counted and the five after it."""

    years: tuple[YearOfPupils, ...]
    inflow: Span
    """The 4-year-olds of each year that was not counted."""


def forecast(pupils: Sequence[Span], *, year: int, assumptions: Assumptions | None = None) -> Forecast:
    """Five years of pupils after a year of which they are known by age (as in AGES); see the model above.

    Raises OutsideError for more than 60,000 pupils of an age, and ValueError for another number of ages.
    """
    given = assumptions or Assumptions()
    if len(pupils) != len(AGES):
        raise ValueError(f"pupils of {len(AGES)} ages are needed, not {len(pupils)}")
    for age, span in zip(AGES, pupils, strict=True):
        Range(0, MOST_PUPILS, None).check(f"age {age}", span.high)
    inflow = _widened(_inflow(pupils, given), given.inflow_margin)
    years = [YearOfPupils(year, tuple(pupils))]
    for ahead in range(1, YEARS + 1):
        before = years[-1].ages
        moved = [_survived(span, ratio, given) for span, ratio in zip(before[:-1], given.survival, strict=True)]
        years.append(YearOfPupils(year + ahead, (inflow, *moved)))
    return Forecast(tuple(years), inflow)


def combined(forecasts: Sequence[Forecast]) -> Forecast:
    """The forecast of several locations together, of the same years; raises ValueError for none or other years."""
    if not forecasts or len({tuple(each.year for each in one.years) for one in forecasts}) != 1:
        raise ValueError("forecasts of the same years are needed")
    years = tuple(
        YearOfPupils(same[0].year, tuple(added(spans) for spans in zip(*(each.ages for each in same), strict=True)))
        for same in zip(*(one.years for one in forecasts), strict=True)
    )
    return Forecast(years, added(one.inflow for one in forecasts))


def _inflow(pupils: Sequence[Span], given: Assumptions) -> Span:
    if given.inflow is not None:
        return certain(given.inflow)
    youngest = added(pupils[:_YOUNGEST])
    return Span(youngest.low / _YOUNGEST, youngest.middle / _YOUNGEST, youngest.high / _YOUNGEST)


def _widened(span: Span, percent: float) -> Span:
    return Span(span.low * (1 - percent / 100), span.middle, span.high * (1 + percent / 100))


def _survived(span: Span, ratio: float, given: Assumptions) -> Span:
    stayed = Span(span.low * ratio, span.middle * ratio, span.high * ratio)
    return _widened(stayed, given.survival_margin)


@dataclass(frozen=True)
class Scenario:
    """What the forecast of teachers takes for true; raises OutsideError outside a range."""

    ratio: float = 17.0
    """Pupils for each fte, 5 to 40."""
    outflow: float = 6.0
    """Percent of the fte that leaves in a year, 0 to 30."""
    part_time: float = 0.7
    """Fte for each person, 0.2 to 1."""
    margin: float = 5.0
    """Percent around the need, 0 to 30."""

    def __post_init__(self) -> None:
        for name in ("ratio", "outflow", "part_time", "margin"):
            RANGES[name].check(name, getattr(self, name))


@dataclass(frozen=True)
class Change:
    """A number with its margins that may be below zero; low <= middle <= high."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class YearOfStaff:
    """What one year asks, in fte."""

    year: int
    need: Span
    expansion: Change
    """Below zero where the school shrinks."""
    replacement: Span
    demand: Span
    surplus: Span
    persons: Span
    """The demand in people."""


@dataclass(frozen=True)
class Staffing:
    """The need now, and what each of the years after it asks."""

    scenario: Scenario
    now: Span
    years: tuple[YearOfStaff, ...]
    demand: Span = field(default=ZERO)
    """Of all years together."""


def staffing(pupils: Forecast, scenario: Scenario | None = None) -> Staffing:
    """The teachers that a forecast of pupils asks; see the model above."""
    given = scenario or Scenario()
    paths = [
        [factor * getattr(year.total, side) / given.ratio for year in pupils.years]
        for side, factor in (("low", 1 - given.margin / 100), ("middle", 1.0), ("high", 1 + given.margin / 100))
    ]
    years = tuple(
        _staff_of(year.year, [(path[at], path[at + 1]) for path in paths], given)
        for at, year in enumerate(pupils.years[1:])
    )
    low, middle, high = (path[0] for path in paths)
    return Staffing(given, Span(low, middle, high), years, added(year.demand for year in years))


def _staff_of(year: int, needs: Sequence[tuple[float, float]], given: Scenario) -> YearOfStaff:
    """One year; `needs` holds the need of the year before and of this one, for low, middle and high."""
    expansion = [after - before for before, after in needs]
    replacement = [before * given.outflow / 100 for before, _ in needs]
    change = [one + other for one, other in zip(expansion, replacement, strict=True)]
    demand = _around([max(0.0, each) for each in change])
    return YearOfStaff(
        year=year,
        need=_around([after for _, after in needs]),
        expansion=Change(min(expansion), expansion[1], max(expansion)),
        replacement=_around(replacement),
        demand=demand,
        surplus=_around([max(0.0, -each) for each in change]),
        persons=Span(demand.low / given.part_time, demand.middle / given.part_time, demand.high / given.part_time),
    )


def _around(paths: Sequence[float]) -> Span:
    """The middle path with the least and the most of all: a lower school is not always the one that asks less."""
    return Span(min(paths), paths[1], max(paths))
