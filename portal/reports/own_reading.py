"""Reading suppliers' own reports: those for a school, and the supplier's overview with how many opened each."""

import datetime as dt
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, insert, or_, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, scoped_session

from portal import clock
from portal.database import aside, reader
from portal.parties.register_tables import RegisterLocation
from portal.reports.own_tables import OwnReport, OwnReportOpening, OwnReportRecipient

Reading = Session | scoped_session[Session]
HOLDS, REPLACED, WITHDRAWN = "holds", "replaced", "withdrawn"


@dataclass(frozen=True)
class Line:
    """One report in the overview of its supplier."""

    report: OwnReport
    recipients: tuple[str, ...]
    opened: int

    @property
    def state(self) -> str:
        return state_of(self.report)


@dataclass(frozen=True)
class Published:
    """When a report was published, and for whom."""

    since: dt.datetime
    until: dt.datetime | None
    keys: frozenset[str] | None
    """By which the register knows its recipients; none where it is for every organisation that has the product."""

    def was_for(self, code: str, board_number: str, *, at: dt.datetime) -> bool:
        """Whether it was there for this school under this board."""
        holds = self.since <= at and (self.until is None or at < self.until)
        return holds and (self.keys is None or bool(self.keys & {f"location:{code}", f"board:{board_number}"}))


def published(session: Reading, report_id: str) -> Published | None:
    """The same of the report with this id; only its end is ever written to it, so that this is true of the past too."""
    found = session.get(OwnReport, uuid.UUID(report_id))
    if found is None:
        return None
    keys = None if found.for_all else frozenset(each.register_key for each in found.recipients)
    return Published(found.since, found.until, keys)


def state_of(report: OwnReport) -> str:
    """Whether it holds, was replaced by a later version, or was withdrawn."""
    if report.until is None:
        return HOLDS
    return WITHDRAWN if report.withdrawn_by else REPLACED


def for_school(session: Reading, product_id: uuid.UUID, location: RegisterLocation) -> list[OwnReport]:
    """The reports of a product that hold now and are for this school, the latest period first."""
    mine = (OwnReport.product_id == product_id, OwnReport.until.is_(None), _is_for(location))
    order = (OwnReport.period_until.desc(), OwnReport.title, OwnReport.id)
    return list(session.scalars(select(OwnReport).where(*mine).order_by(*order)))


def count(session: Reading, product_id: uuid.UUID, location: RegisterLocation) -> int:
    """How many of them there are."""
    mine = (OwnReport.product_id == product_id, OwnReport.until.is_(None), _is_for(location))
    return session.scalar(select(func.count()).select_from(OwnReport).where(*mine)) or 0


def one_for_school(
    session: Reading, report_id: uuid.UUID, product_id: uuid.UUID, location: RegisterLocation
) -> OwnReport | None:
    """This report, where it is or was for this school."""
    mine = (OwnReport.id == report_id, OwnReport.product_id == product_id, _is_for(location))
    return session.scalar(select(OwnReport).where(*mine))


def next_version(session: Reading, report: OwnReport) -> OwnReport | None:
    """The version of the same report that holds now."""
    return session.scalar(select(OwnReport).filter_by(series=report.series, until=None))


def versions(session: Reading, report: OwnReport) -> list[OwnReport]:
    """Every version of the same report, the latest first."""
    mine = select(OwnReport).filter_by(series=report.series)
    return list(session.scalars(mine.order_by(OwnReport.since.desc(), OwnReport.version.desc())))


def lines(session: Reading, product_id: uuid.UUID) -> list[Line]:
    """Every version of every report of a product, with for whom it is and how many persons opened it."""
    reports = list(session.scalars(select(OwnReport).where(OwnReport.product_id == product_id)))
    return _lines(session, reports)


def line(session: Reading, report: OwnReport) -> Line:
    """The same of one."""
    return _lines(session, [report])[0]


def note_opening(report_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Note the first time that somebody opened it. Written as it happens, outside acts."""
    mine = (OwnReportOpening.report_id == report_id, OwnReportOpening.person_id == person_id)
    if reader.scalar(select(OwnReportOpening.at).where(*mine)) is not None:
        return
    seen = {"report_id": report_id, "person_id": person_id, "at": clock.now()}
    # Two tabs at one moment: one was first. A full disk is no reason to keep the file from somebody.
    with suppress(IntegrityError, OperationalError), aside() as connection:
        connection.execute(insert(OwnReportOpening).values(seen))
    reader.rollback()


def _is_for(location: RegisterLocation) -> ColumnElement[bool]:
    keys = (f"location:{location.code}", f"board:{location.board_number}")
    named = exists().where(OwnReportRecipient.report_id == OwnReport.id, OwnReportRecipient.register_key.in_(keys))
    return or_(OwnReport.for_all, named)


def _lines(session: Reading, reports: Sequence[OwnReport]) -> list[Line]:
    ids = [each.id for each in reports]
    keys: dict[uuid.UUID, list[str]] = {}
    named = select(OwnReportRecipient).where(OwnReportRecipient.report_id.in_(ids))
    for each in session.scalars(named.order_by(OwnReportRecipient.register_key)):
        keys.setdefault(each.report_id, []).append(each.register_key)
    counted = (
        select(OwnReportOpening.report_id, func.count())
        .where(OwnReportOpening.report_id.in_(ids))
        .group_by(OwnReportOpening.report_id)
    )
    opened: dict[uuid.UUID, int] = {key: many for key, many in session.execute(counted)}  # noqa: C416 - rows are no pairs to mypy
    return [Line(each, tuple(keys.get(each.id, ())), opened.get(each.id, 0)) for each in reports]
