"""Where a board stands about a new sub-processor: from what was said and the clock alone, in Python and in SQL."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, literal, or_

from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.wording import mark

DROPPED, UPHELD = "dropped", "upheld"


class Stand(StrEnum):
    """Where one board stands."""

    OPEN = "open"
    AGREED = "agreed"
    SILENT = "silent"
    """its time is over, and its agreement takes that for no objection"""
    NO_CONSENT = "no_consent"
    """its time is over, and its agreement wants a yes"""
    OBJECTED = "objected"
    ANSWERED = "answered"
    """the supplier answered the objection"""
    DROPPED = "dropped"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"
    """the supplier took the announcement back"""


STANDS: Mapping[Stand, str] = {
    Stand.OPEN: mark("kan nog bezwaar maken"),
    Stand.AGREED: mark("akkoord"),
    Stand.SILENT: mark("geen bezwaar gemaakt"),
    Stand.NO_CONSENT: mark("geen toestemming"),
    Stand.OBJECTED: mark("bezwaar"),
    Stand.ANSWERED: mark("bezwaar beantwoord"),
    Stand.DROPPED: mark("bezwaar ingetrokken"),
    Stand.UPHELD: mark("blijft bij bezwaar"),
    Stand.WITHDRAWN: mark("aankondiging ingetrokken"),
}
ACCEPTED = (Stand.AGREED, Stand.SILENT, Stand.DROPPED)


def stand(answer: SubprocessorAnswer, *, at: dt.datetime) -> Stand:
    """Where a board stands at a moment, from what was said and the clock alone."""
    if answer.notice.withdrawn_at is not None and answer.notice.withdrawn_at <= at:
        return Stand.WITHDRAWN
    match answer.answer:
        case "agreed":
            return Stand.AGREED
        case "objected" if answer.outcome:
            return Stand(answer.outcome)
        case "objected":
            return Stand.ANSWERED if answer.replied_at else Stand.OBJECTED
    if at < answer.closes_at:
        return Stand.OPEN
    return Stand.SILENT if answer.consent == "general" else Stand.NO_CONSENT


def stands(*wanted: Stand, at: dt.datetime) -> ColumnElement[bool]:
    """The same as a condition on answers with their notices: that a board stands at one of these."""
    return or_(*(_conditions(at)[each] for each in wanted))


def stand_of(at: dt.datetime) -> ColumnElement[str]:
    """The same as a column."""
    return case(*((condition, literal(each.value)) for each, condition in _conditions(at).items()))


def _conditions(at: dt.datetime) -> dict[Stand, ColumnElement[bool]]:
    """Each stand as a condition; of all of them one is true."""
    said, gone = SubprocessorAnswer, SubprocessorNotice.withdrawn_at
    withdrawn = and_(gone.is_not(None), gone <= at)
    agreed, objected = said.answer == "agreed", said.answer == "objected"
    nothing, is_over = ~agreed & ~objected, said.closes_at <= at
    unclosed = objected & (said.outcome == "")
    found = {
        Stand.AGREED: agreed,
        Stand.DROPPED: objected & (said.outcome == DROPPED),
        Stand.UPHELD: objected & (said.outcome == UPHELD),
        Stand.ANSWERED: unclosed & said.replied_at.is_not(None),
        Stand.OBJECTED: unclosed & said.replied_at.is_(None),
        Stand.OPEN: nothing & ~is_over,
        Stand.SILENT: nothing & is_over & (said.consent == "general"),
        Stand.NO_CONSENT: nothing & is_over & (said.consent != "general"),
    }
    return {Stand.WITHDRAWN: withdrawn, **{each: ~withdrawn & condition for each, condition in found.items()}}
