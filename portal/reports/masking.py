"""What may be shown beside what a publisher masked: totals, shares and tables that no one can count back from.

A publisher masks small numbers: DUO writes "<5" for 1 to 4, the Inspectorate "*" for a year that it does not show.
Three rules keep that so. A total with a masked part is a range. A percentage needs numbers that are all known. And
where the reader knows a total from elsewhere – the pupils of three subjects are the same pupils – one cell more is
withheld until no masked cell has only one value left. Whole numbers of pupils, 0 and up; no database here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FEWEST, MOST = 1, 4  # what "<5" stands for
SMALL = 10  # pupils: of a group below it, what is withheld would itself tell too much


@dataclass(frozen=True)
class Known:
    """A published number."""

    number: int


@dataclass(frozen=True)
class FewerThanFive:
    """Published as "<5": 1, 2, 3 or 4."""


@dataclass(frozen=True)
class Masked:
    """Published as "*": it can be any number."""


@dataclass(frozen=True)
class Missing:
    """Nothing was published; it counts for nothing, and who adds it up has to say so."""


@dataclass(frozen=True)
class Withheld:
    """A cell that we do not show, because it or a cell beside it could be counted back. Never alone in its group."""


Cell = Known | FewerThanFive | Masked | Missing | Withheld
Group = Sequence[Cell]


@dataclass(frozen=True)
class Total:
    """What cells add up to: exact when `low` is `high`; `high` is None without a bound; `missing` cells left out."""

    low: int
    high: int | None
    missing: int = 0

    @property
    def exact(self) -> int | None:
        """The number, if it may be known."""
        return self.low if self.low == self.high else None


def cell(text: str) -> Cell:
    """The cell that a published text stands for: "12", "<5", "*" or ""; raises ValueError for any other."""
    if text == "":
        return Missing()
    if text == "*":
        return Masked()
    if text == f"<{MOST + 1}":
        return FewerThanFive()
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"no published number of pupils: {text!r}")
    return Known(int(text))


def total(cells: Iterable[Cell]) -> Total:
    """What these cells add up to, from what the reader sees of them: a range as soon as one is not known."""
    low, high, missing = 0, 0, 0
    bounded = True
    for each in cells:
        if isinstance(each, Missing):
            missing += 1
            continue
        least, most = _bounds(each)
        low += least
        bounded = bounded and most is not None
        high += most or 0
    return Total(low, high if bounded else None, missing)


def share(part: Iterable[Cell], whole: Iterable[Cell]) -> Decimal | None:
    """The percentage (0 to 100, one decimal, half up) that the part is of the whole; None unless all of it is known.

    None as well when the whole is nobody. Raises ValueError when the part is more than the whole.
    """
    parts, wholes = list(part), list(whole)
    if not all(isinstance(each, Known) for each in (*parts, *wholes)):
        return None
    above, below = total(parts).low, total(wholes).low
    if above > below:
        raise ValueError(f"{above} is more than the whole of {below}")
    if below == 0:
        return None
    return (Decimal(100 * above) / below).quantize(Decimal("0.1"), ROUND_HALF_UP)


def protect(groups: Sequence[Group], *, published: int | None = None) -> tuple[tuple[Cell, ...], ...]:
    """The same cells, with few withheld, for groups of two and more cells that add up to one total, whatever it is.

    `published` is that total if the reader can know it from elsewhere. A group with one masked cell, or with a masked
    cell that has one value left, is withheld but for its last cell: then a reader knows what all before it are
    together and no more. Where the last cell is the masked one, or the group is small, all of it is withheld.
    Withholding one neighbour would not do, since a number that is not masked is 0 or at least 5. A group with a
    missing cell binds nothing and stays as it is.
    """
    if any(len(group) == 1 for group in groups):
        raise ValueError("a group of one cell is its own total")
    shown = [list(group) for group in groups]
    while (found := _gives_away(shown, published)) is not None:
        group, last = shown[found], len(shown[found]) - 1
        whole = not isinstance(group[last], Known) or last == 1 or _most(shown, published) < SMALL
        shown[found] = [Withheld() if whole or at < last else each for at, each in enumerate(group)]
    return tuple(tuple(group) for group in shown)


def together(groups: Sequence[Group], place: int, *, published: int | None = None) -> Total:
    """What the withheld cells of one of these groups are together, as far as all that is shown tells."""
    withheld = [at for at, each in enumerate(groups[place]) if isinstance(each, Withheld)]
    return _feasible(groups, published, place, withheld)


def _gives_away(groups: Sequence[Group], published: int | None) -> int | None:
    """The first group that gives a masked cell away: the only one of its group, or one that has one value left."""
    for place, group in enumerate(groups):
        hidden = [at for at, each in enumerate(group) if isinstance(each, FewerThanFive | Masked | Withheld)]
        if any(isinstance(each, Missing) for each in group):
            continue
        for at in hidden:
            if isinstance(group[at], Withheld):
                continue
            if len(hidden) == 1 or _feasible(groups, published, place, [at]).exact is not None:
                return place
    return None


def _most(groups: Sequence[Group], published: int | None) -> int:
    """The most that the groups can add up to, as far as anybody can tell; without a bound it is a large group."""
    most = _least([published, *(total(group).high for group in groups if Missing() not in group)])
    return SMALL if most is None else most


def _feasible(groups: Sequence[Group], published: int | None, place: int, chosen: Sequence[int]) -> Total:
    """The least and the most that these cells of a group are together, given everything that is shown."""
    group = groups[place]
    own = total(group[at] for at in chosen)
    others = total(each for at, each in enumerate(group) if at not in chosen)
    if others.missing or own.missing:
        return own
    binding = [each for each in map(total, groups) if not each.missing]
    if published is not None:
        binding.append(Total(published, published))
    low = own.low if others.high is None else max(own.low, max(each.low for each in binding) - others.high)
    most = _least(each.high for each in binding)
    return Total(low, _least([own.high, None if most is None else most - others.low]))


def _bounds(each: Cell) -> tuple[int, int | None]:
    match each:
        case Known(number):
            return number, number
        case FewerThanFive():
            return FEWEST, MOST
        case _:
            return 0, None


def _least(numbers: Iterable[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)
