"""What ends when: the certificates a seal rests on and the time stamps over documents, and who is warned of it.

Certificates follow the machine's own clock, as the seals do.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import renewing
from portal.cases.tables import Document, Revision
from portal.config import Settings
from portal.database import act, reader
from portal.documents import authority
from portal.record import jobs, outbox
from portal.wording import day, mark, say

ARCHIVED = "archived"
"""Beside ROOT, SEAL and TIME_STAMP of `authority`: a certificate that time stamps over documents rest on."""
WARNED = (60, 30, 7)
"""Days before something ends at which the service desk gets a mail."""
AT_NIGHT = dt.time(4, 30)
"""Dutch time; after the re-reading of the night, before anybody works."""
NAMES = {
    authority.ROOT: mark("Wortelcertificaat van het zegel"),
    authority.SEAL: mark("Certificaat van het zegel"),
    authority.TIME_STAMP: mark("Certificaat van de eigen tijdstempels"),
    ARCHIVED: mark("Tijdstempels over stukken"),
}
SUBJECT = mark("Nog %(left)s dagen: %(name)s")


@dataclass(frozen=True)
class Ending:
    """Something that is good until a moment."""

    kind: str
    """ROOT, SEAL, TIME_STAMP or ARCHIVED."""
    name: str
    ends: dt.datetime
    documents: int = 0
    """How many complete documents rest on it."""

    def left(self, now: dt.datetime) -> int:
        """Whole days that are left; negative when it is past."""
        return (self.ends - now).days


def what_ends(session: Session, settings: Settings) -> list[Ending]:
    """Everything that ends, what ends first coming first."""
    return sorted((*_certificates(settings), *_archived(session)), key=lambda each: each.ends)


def by_month(endings: list[Ending]) -> dict[dt.date, int]:
    """How many documents must have a new time stamp before the end of each month, by its first day."""
    months: dict[dt.date, int] = {}
    for each in sorted(endings, key=lambda each: each.ends):
        if each.kind == ARCHIVED:
            month = clock.day_of(each.ends).replace(day=1)
            months[month] = months.get(month, 0) + each.documents
    return months


def warn(session: Session, settings: Settings, *, now: dt.datetime) -> int:
    """Mail the service desk of what ends within 60, 30 and 7 days, once for each; inside an act. Says how many."""
    return sum(_warn(session, settings, each, each.left(now)) for each in what_ends(session, settings))


def daily_round(settings: Settings) -> None:
    """Of each day: learn what earlier releases did not note, ask for the renewals that are due, and warn."""
    for each in renewing.unknown(reader())[: renewing.AT_A_TIME]:
        renewing.learn(each)
    with act() as session:
        renewing.ask(session)
        warn(session, settings, now=dt.datetime.now(dt.UTC))


def ask(*, after: dt.date) -> None:
    """Ask for the round of the day after this one; asking twice asks once."""
    jobs.ask_daily(renewing.RENEW, after=after, at=AT_NIGHT)


def _certificates(settings: Settings) -> Iterator[Ending]:
    is_test = settings.seal_key is None
    for each in authority.certificates(settings.data, is_test=is_test):
        if each.name != authority.TIME_STAMP or not settings.time_stamp_urls:
            yield Ending(each.name, each.subject, each.ends)


def _archived(session: Session) -> Iterator[Ending]:
    found = (
        select(Revision.stamped_by, Revision.stamp_ends, func.count())
        .join(Document, renewing.is_last())
        .where(*renewing.complete(), Revision.stamp_ends.is_not(None))
        .group_by(Revision.stamped_by, Revision.stamp_ends)
    )
    for by, ends, count in session.execute(found):
        if ends is not None:
            yield Ending(ARCHIVED, str(by), ends, count)


def _warn(session: Session, settings: Settings, ending: Ending, left: int) -> bool:
    near = [days for days in WARNED if left < days]
    if not near:
        return False
    return outbox.put(
        session,
        key=f"ends:{ending.kind}:{ending.ends:%Y%m%d%H%M}:{min(near)}:{ending.name}"[:160],
        to=settings.contact,
        kind="certificate_ends",
        subject=say(SUBJECT, left=max(0, left), name=say(NAMES[ending.kind])),
        link=("endings.index", {}),
        what=ending.name,
        day=day(clock.day_of(ending.ends), weekday=True),
        documents=ending.documents,
    )
