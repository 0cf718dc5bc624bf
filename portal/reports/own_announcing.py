"""Telling the administrators of the organisations that a supplier's report names that it is there: once a version."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act, reader
from portal.parties import register
from portal.parties.tables import Membership, Organisation, Person
from portal.record import jobs, outbox
from portal.reports.own_recipients import BOARD, LOCATION
from portal.reports.own_tables import OwnReport, OwnReportRecipient
from portal.wording import day, mark, say
from workflows.vocabulary import Role

ANNOUNCE = "announce_report"
SUBJECT = mark("Nieuw rapport van %(supplier)s: %(title)s")
SUBJECT_OF_NEXT = mark("Nieuwe versie van %(supplier)s: %(title)s")
AT_ONCE = 100
"""So many are put in the outbox in one act: nobody waits long for the lock."""
Whom = dict[uuid.UUID, list[str]]
"""The names of the organisations for which each person hears of it."""


def ask(session: Session, report: OwnReport) -> None:
    """Have the worker tell who is named; nobody is mailed of a report that is for everybody with the product."""
    if not report.for_all:
        jobs.ask(session, ANNOUNCE, f"{ANNOUNCE}:{report.id}", report=str(report.id))


def announce(report_id: uuid.UUID) -> None:
    """Put the mails in the outbox, each once, a part at a time; none where the report is over meanwhile."""
    whom = list(_whom(reader(), report_id).items())
    for start in range(0, len(whom), AT_ONCE):
        with act() as session:
            report = session.get_one(OwnReport, report_id)
            if report.until is not None:
                return
            for person_id, names in whom[start : start + AT_ONCE]:
                _tell(session, report, session.get_one(Person, person_id), names)


def _whom(session: Session, report_id: uuid.UUID) -> Whom:
    found: Whom = {}
    named = select(OwnReportRecipient.register_key).where(OwnReportRecipient.report_id == report_id)
    for key in session.scalars(named.order_by(OwnReportRecipient.register_key)):
        kind, _, number = key.partition(":")
        administrators = _administrators(session, key)
        if not administrators and kind == LOCATION and (place := register.location(number)):
            administrators = _administrators(session, f"{BOARD}:{place.board_number}")
        for person_id, name in administrators:
            found.setdefault(person_id, []).append(name)
    return found


def _administrators(session: Session, key: str) -> list[tuple[uuid.UUID, str]]:
    asked = (
        select(Membership.person_id, Organisation.name)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .join(Person, Membership.person_id == Person.id)
        .where(Organisation.register_key == key, Membership.role == Role.ADMINISTRATOR)
        .where(Person.active, Person.blocked_at.is_(None), *Membership.held(clock.now()))
        .order_by(Person.email)
    )
    return [(person_id, name) for person_id, name in session.execute(asked)]


def _tell(session: Session, report: OwnReport, person: Person, names: list[str]) -> None:
    product, others = report.product, len(set(names)) - 1
    more = say(mark("(en nog %(count)s)"), count=others) if others else ""
    is_next = report.series != report.id
    outbox.put(
        session,
        key=f"own_report:{report.id}:{person.id}",
        to=person.email,
        kind="own_report",
        subject=say(SUBJECT_OF_NEXT if is_next else SUBJECT, supplier=product.supplier.name, title=report.title),
        about=f"own_report:{report.id}",
        link=("reports.index", {}),
        name=person.name,
        supplier=product.supplier.name,
        product=product.title,
        title=report.title,
        version=report.version,
        first=day(report.period_from),
        last=day(report.period_until),
        organisations=f"{names[0]} {more}".strip(),
    )
