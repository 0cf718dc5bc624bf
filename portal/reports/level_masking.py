"""What may be shown of the reference levels of one year, next to a school card of the same pupils.

DUO publishes three numbers for each of three subjects and masks the small ones; the Inspectorate publishes of the
same pupils how many there were and, over the three subjects together, which share reached 1F and which 1S/2F. Who
has both can count back more than either gives away. No database here; whole numbers of pupils.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.reports.masking import Cell, FewerThanFive, Known, Missing, Total, Withheld, protect, together, total

Groups = tuple[tuple[Cell, ...], ...]
Pair = tuple[int, int]


@dataclass(frozen=True)
class CardYear:
    """What the Inspectorate tells of a year: the pupils, and over three subjects how often below 1F and at 1S/2F."""

    pupils: int
    below: int
    target: int


@dataclass(frozen=True)
class ShownYear:
    """The levels of three subjects as they may be shown."""

    levels: Groups
    hidden: tuple[Total, ...]
    """For each subject what its withheld levels are together."""
    pupils: Total


def shown_year(groups: Groups, tested: CardYear | None) -> ShownYear:
    """Below 1F, 1F and 1S/2F of each subject, with as much withheld as it takes that no masked number follows.

    What the Inspectorate tells counts only where it can be about the same pupils.
    """
    whole = _pupils(groups)
    known = tested if tested and whole.low <= tested.pupils <= (whole.high or tested.pupils) else None
    published = known.pupils if known else None
    shown = protect(groups, published=published)
    while known and (place := _given_away(shown, known)) is not None:
        shown = (*shown[:place], (Withheld(),) * len(shown[place]), *shown[place + 1 :])
    hidden = tuple(together(shown, place, published=published) for place in range(len(shown)))
    return ShownYear(shown, hidden, Total(published, published) if published is not None else _pupils(shown))


def _pupils(groups: Groups) -> Total:
    """The pupils of the year: what all subjects leave possible, since the same pupils did them all."""
    totals = [each for each in map(total, groups) if not each.missing]
    highs = [each.high for each in totals if each.high is not None]
    return Total(max((each.low for each in totals), default=0), min(highs) if highs else None)


def _given_away(groups: Groups, known: CardYear) -> int | None:
    """The first subject with a masked number that has one value left, in every world that fits what is known."""
    if any(isinstance(each, Missing) for cells in groups for each in cells):
        return None
    worlds = [_worlds(cells, known.pupils) for cells in groups]
    for place, cells in enumerate(groups):
        mine, others = worlds[place], [world for at, world in enumerate(worlds) if at != place]
        if mine is None or not any(isinstance(each, FewerThanFive) for each in cells):
            continue
        left = [pair for pair in mine if _fits((known.below - pair[0], known.target - pair[1]), others, known.pupils)]
        for at, each in enumerate(cells):
            values = {(below, known.pupils - below - target, target)[at] for below, target in left}
            if isinstance(each, FewerThanFive) and len(values) == 1:
                return place
    return None


def _worlds(cells: Sequence[Cell], pupils: int) -> set[Pair] | None:
    """How many can be below 1F and at the target in one subject; None where all is withheld, and anything can be."""
    if all(isinstance(each, Withheld) for each in cells):
        return None
    below, fundamental, target = cells
    return {
        (low, high)
        for low in _values(below, pupils)
        for high in _values(target, pupils)
        if pupils - low - high in _values(fundamental, pupils)
    }


def _values(each: Cell, pupils: int) -> range:
    match each:
        case Known(number):
            return range(number, number + 1)
        case FewerThanFive():
            return range(1, 5)
        case _:
            return range(pupils + 1)


def _fits(rest: Pair, others: Sequence[set[Pair] | None], pupils: int) -> bool:
    """Whether the other subjects can come to this together."""
    if min(rest) < 0:
        return False
    if not others:
        return rest == (0, 0)
    first, *more = sorted(others, key=lambda world: world is None)
    if first is None:  # then they all are
        return sum(rest) <= pupils * len(others)
    return any(_fits(each, more, pupils) for each in _rests(rest, first))


def _rests(rest: Pair, world: set[Pair]) -> Iterator[Pair]:
    for below, target in world:
        yield rest[0] - below, rest[1] - target
