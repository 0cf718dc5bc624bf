"""What may be shown of the reference levels of one year, next to a school card of the same pupils.

DUO publishes three numbers for each of three subjects and masks the small ones; the Inspectorate publishes of the
same pupils how many there were and, over the three subjects together, which share reached 1F and which 1S/2F. Who
has both can count back more than either gives away. No database here; whole numbers of pupils.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

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
    if known:
        shown = _least_withheld(groups, shown, known)
    hidden = tuple(together(shown, place, published=published) for place in range(len(shown)))
    return ShownYear(shown, hidden, Total(published, published) if published is not None else _pupils(shown))


def _pupils(groups: Groups) -> Total:
    """The pupils of the year: what all subjects leave possible, since the same pupils did them all."""
    totals = [each for each in map(total, groups) if not each.missing]
    highs = [each.high for each in totals if each.high is not None]
    return Total(max((each.low for each in totals), default=0), min(highs) if highs else None)


def _least_withheld(groups: Groups, shown: Groups, known: CardYear) -> Groups:
    """What can be shown beside the card: with as few numbers withheld as it takes, in whichever subject.

    Where even nothing shown would not do, nothing is shown: what then follows, the card tells by itself.
    """
    if any(isinstance(each, Missing) for cells in shown for each in cells):
        return shown
    ways = sorted(product(*map(_ways, shown)), key=lambda way: sum(cells.count(Withheld()) for cells in way))
    return next((each for each in ways if not _given_away(groups, each, known)), ways[-1])


def _ways(cells: tuple[Cell, ...]) -> list[tuple[Cell, ...]]:
    """A subject as it is, with all but the last withheld, and withheld wholly."""
    none: tuple[Cell, ...] = (Withheld(),) * len(cells)
    some = [(*none[1:], cells[-1])] if isinstance(cells[-1], Known) else []
    return list(dict.fromkeys([cells, *some, none]))


def _given_away(groups: Groups, shown: Groups, known: CardYear) -> bool:
    """Whether a masked number, shown as such or withheld, has one value left."""
    worlds = [_worlds(cells, known.pupils) for cells in shown]
    for place, cells in enumerate(groups):
        others = [world for at, world in enumerate(worlds) if at != place]
        for at, each in enumerate(cells):
            if isinstance(each, FewerThanFive) and not _is_open(at, _every(worlds[place], known.pupils), others, known):
                return True
    return False


def _is_open(at: int, mine: Iterable[Pair], others: Sequence[set[Pair] | None], known: CardYear) -> bool:
    """Whether the number in this place can be one thing and another, in worlds that fit what is known."""
    first: int | None = None
    for below, target in mine:
        value = (below, known.pupils - below - target, target)[at]
        if value == first or not _fits((known.below - below, known.target - target), others, known.pupils):
            continue
        if first is not None:
            return True
        first = value
    return False


def _every(world: set[Pair] | None, pupils: int) -> Iterable[Pair]:
    """What can be in one subject; where all is withheld, anything that comes to these pupils."""
    if world is not None:
        return world
    return ((low, high) for low in range(pupils + 1) for high in range(pupils + 1 - low))


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
