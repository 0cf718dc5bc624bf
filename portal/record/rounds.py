"""Rounds past many things: what fails at one does not keep the others waiting, and is not forgotten either."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from portal.database import reader

T = TypeVar("T")
log = logging.getLogger("tekenpoort.rounds")


def each(things: Iterable[T], do: Callable[[T], int]) -> int:
    """Do it for each of them, and add up what it says; then raise the first fault there was, so that it is tried again.

    A database that does not answer ends the round at once: nothing after it would fare better.
    """
    total, faults = 0, []
    for thing in things:
        try:
            total += do(thing)
        except DBAPIError:
            raise
        except Exception as fault:  # whatever it is, the next one must not suffer
            reader.rollback()
            log.exception("the round goes on without %s", thing)
            faults.append(fault)
    if faults:
        raise faults[0]
    return total
