"""The one clock: moments in UTC, days in Amsterdam."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed moment", default=None)


def now() -> dt.datetime:
    """This moment, in UTC, to the microsecond."""
    return _fixed.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The day it is in Amsterdam."""
    return day_of(now())


def day_of(moment: dt.datetime) -> dt.date:
    """The day in Amsterdam on which a moment (with zone) falls."""
    return moment.astimezone(AMSTERDAM).date()


def start_of(day: dt.date) -> dt.datetime:
    """The moment at which a day begins: 00:00 in Amsterdam, given in UTC."""
    return dt.datetime.combine(day, dt.time(), tzinfo=AMSTERDAM).astimezone(dt.UTC)


def last_moment(day: dt.date) -> dt.datetime:
    """The last moment of a day in Amsterdam, given in UTC."""
    return start_of(day + dt.timedelta(days=1)) - dt.timedelta(microseconds=1)


@contextmanager
def standing_at(moment: dt.datetime) -> Iterator[None]:
    """Inside this block the clock stands still: to ask what held at another moment."""
    token = _fixed.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
