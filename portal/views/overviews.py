"""What somebody asks of an overview, read from the address: a word, an order, a choice of each filter, a page."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import request

from portal.parties.spelling import clean

LONGEST_WORD = 100
LAST_PAGE = 100_000
NO_FILTERS: Mapping[str, Collection[str]] = {}


@dataclass(frozen=True)
class Wish:
    """How somebody wants to see an overview; what the address says wrongly counts as not said."""

    q: str
    sort: str
    descending: bool
    chosen: Mapping[str, str]
    page: int

    @property
    def order(self) -> tuple[str, str]:
        """The order, as the overview macro wants it."""
        return self.sort, "descending" if self.descending else "ascending"

    def offset(self, size: int) -> int:
        """How many rows stand before this page."""
        return (self.page - 1) * size


def wished(
    *, sorts: Collection[str], first: str, filters: Mapping[str, Collection[str]] = NO_FILTERS, prefix: str = ""
) -> Wish:
    """What the address asks, within these columns to sort by and these values of each filter.

    `first` is the order where none is asked: a column, or a column with a dash before it for descending.
    """
    asked = request.args.get(f"{prefix}sort", "")
    order = asked if asked.removeprefix("-") in sorts else first
    chosen = {name: request.args.get(name, "") for name in filters}
    return Wish(
        q=clean(request.args.get(f"{prefix}q"))[:LONGEST_WORD],
        sort=order.removeprefix("-"),
        descending=order.startswith("-"),
        chosen={name: value if value in filters[name] else "" for name, value in chosen.items()},
        page=_page(request.args.get(f"{prefix}page", "1")),
    )


def pages_of(total: int, size: int) -> int:
    """How many pages a number of rows takes; one when there are none."""
    return max(1, -(-total // size))


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if re.fullmatch(r"[0-9]{1,6}", text) else 1
