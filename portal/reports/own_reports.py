"""Publishing a report of one's own: a fit file, then what it is and for whom; a later version, and withdrawing."""

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.documents import report_files, vault
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers import suppliers
from portal.offers.tables import Product
from portal.parties import retention
from portal.parties.tables import Organisation
from portal.record import ledger
from portal.reports import own_announcing, own_recipients
from portal.reports.own_tables import OwnReport, OwnReportFile, OwnReportOpening, OwnReportRecipient
from portal.wording import mark, say

LONGEST_TITLE, LONGEST_BASIS, LONGEST_WHY = 200, 500, 2000
LONGEST_LIST = 200_000
NONE: Mapping[str, str] = {}
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")
SAY_WHY = mark("Schrijf op waarom. De scholen lezen dit waar het rapport stond.")


@dataclass(frozen=True)
class Wanted:
    """What somebody says of a report; days that were not filled in are none."""

    title: str
    version: str
    period_from: dt.date | None
    period_until: dt.date | None
    personal: bool | None
    legal_basis: str
    for_all: bool | None
    organisations: str
    """The numbers of boards and locations, as typed."""


def keep_file(
    product_id: uuid.UUID, content: bytes, name: str, *, by: uuid.UUID, after: uuid.UUID | None = None
) -> uuid.UUID:
    """Keep a fit file to publish, as a new report or as the next version `after` one; InvalidError (field "file")."""
    if sentence := report_files.complaint(content):
        raise InvalidError("Dit bestand kan geen rapport worden.", {"file": sentence})
    with act() as session:
        _authority(session, session.get(Product, product_id), by)
        before = session.get(OwnReport, after) if after else None
        if after and (before is None or before.product_id != product_id):
            raise NotFoundError
        for old in session.scalars(select(OwnReportFile).filter_by(product_id=product_id, made_by=by)):
            session.delete(old)
        made = OwnReportFile(product_id=product_id, series=before.series if before else None, made_by=by)
        made.kind, made.file_name = report_files.kind_of(content) or "", name[:200]
        made.content, made.size, made.made_at = content, len(content), clock.now()
        session.add(made)
        session.flush()
        return made.id


def throw_away(file_id: uuid.UUID, *, by: uuid.UUID) -> None:
    """A file that is not to be published after all; what is gone already stays gone."""
    with act() as session:
        found = session.get(OwnReportFile, file_id)
        if found is not None and found.made_by == by:
            session.delete(found)


def publish(file_id: uuid.UUID, wanted: Wanted, *, by: uuid.UUID, faults: Mapping[str, str] = NONE) -> None:
    """Publish a kept file from now on; it takes the place of the version before it. Pressing twice publishes once.

    `faults` are what is wrong with the days as they were typed: they are named beside what is found here.
    """
    with act() as session:
        if already := session.get(OwnReport, file_id):
            _authority(session, already.product, by)
            return
        file = session.get(OwnReportFile, file_id)
        if file is None or file.made_by != by:
            raise NotFoundError
        organisation = _authority(session, file.product, by)
        keys, found = _faults(session, wanted, file.series)
        if found or faults or wanted.period_from is None or wanted.period_until is None:
            raise InvalidError("Dit rapport kan zo niet worden gepubliceerd.", {**found, **faults})
        made = OwnReport(
            id=file.id,
            product_id=file.product_id,
            series=file.series or file.id,
            version=wanted.version,
            title=wanted.title,
            period_from=wanted.period_from,
            period_until=wanted.period_until,
            kind=file.kind,
            file_name=file.file_name,
            blob=vault.keep(session, file.content),
            size=file.size,
            personal=bool(wanted.personal),
            legal_basis=wanted.legal_basis if wanted.personal else "",
            for_all=bool(wanted.for_all),
            organisation_id=organisation.id,
            published_by=by,
            since=clock.now(),
        )
        for before in session.scalars(select(OwnReport).filter_by(series=made.series, until=None)):
            before.until = made.since
        session.add(made)
        session.flush()
        session.add_all(OwnReportRecipient(report_id=made.id, register_key=key) for key in keys)
        session.delete(file)
        ledger.append(
            session,
            act="publish_report",
            subject=f"own_report:{made.id}",
            actor=by,
            on_behalf_of=organisation.id,
            document=made.blob,
            **told(made, keys),
        )
        own_announcing.ask(session, made)


def withdraw(report_id: uuid.UUID, *, why: str, by: uuid.UUID) -> None:
    """Withdraw a report from now on, with the reason. Pressing twice withdraws once."""
    with act() as session:
        found = session.get(OwnReport, report_id)
        organisation = _authority(session, found.product if found else None, by)
        if found is None:
            raise NotFoundError
        if found.withdrawn_by is not None:
            return
        if found.until is not None:
            raise RefusedError(mark("Van dit rapport is er een nieuwere versie. Trek die in."))
        if not why:
            raise InvalidError(SAY_WHY, {"why": say(SAY_WHY)})
        if len(why) > LONGEST_WHY:
            sentence = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST_WHY)
            raise InvalidError(sentence, {"why": sentence})
        found.until, found.why, found.withdrawn_by = clock.now(), why, by
        ledger.append(
            session,
            act="withdraw_report",
            subject=f"own_report:{found.id}",
            actor=by,
            on_behalf_of=organisation.id,
            document=found.blob,
            at=found.until.isoformat(),
            why=digest(why),
        )


def forget_what_is_over() -> None:
    """Forget who opened what long ago, and throw away files that were never published."""
    now = clock.now()
    with act() as session:
        session.execute(delete(OwnReportOpening).where(OwnReportOpening.at < now - retention.OPENING))
        session.execute(delete(OwnReportFile).where(OwnReportFile.made_at < now - retention.UNPUBLISHED))


def told(report: OwnReport, keys: Sequence[str]) -> dict[str, object]:
    """What the ledger says of a version: what it is, and for whom."""
    return {
        "product": str(report.product_id),
        "series": str(report.series),
        "version": report.version,
        "title": report.title,
        "period": [report.period_from.isoformat(), report.period_until.isoformat()],
        "kind": report.kind,
        "personal": report.personal,
        "basis": digest(report.legal_basis),
        "for": "all" if report.for_all else digest("\n".join(sorted(keys))),
        "since": report.since.isoformat(),
    }


def digest(words: str) -> str:
    """The SHA-256 of some words, so that the ledger can tell a change without the words."""
    return hashlib.sha256(words.encode()).hexdigest()


def _authority(session: Session, product: Product | None, by: uuid.UUID) -> Organisation:
    organisation = suppliers.authority_over(session, by, product) if product else None
    if organisation is None or product is None or not product.has_reports:
        raise NotFoundError
    return organisation


def _faults(session: Session, wanted: Wanted, series: uuid.UUID | None) -> tuple[list[str], dict[str, str]]:
    """For whom it is, by key of the register; and what is not right, a field at a time."""
    faults: dict[str, str] = {}
    if not wanted.title:
        faults["title"] = say("Vul een titel in.")
    elif len(wanted.title) > LONGEST_TITLE:
        faults["title"] = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST_TITLE)
    if not _VERSION.fullmatch(wanted.version):
        faults["version"] = say("Vul een versie in van letters, cijfers, punten en streepjes, bijvoorbeeld 2026-1.")
    elif series and session.scalar(select(OwnReport.id).filter_by(series=series, version=wanted.version)):
        faults["version"] = say("Versie %(version)s is er al. Geef deze een ander nummer.", version=wanted.version)
    if wanted.period_from and wanted.period_until and wanted.period_until < wanted.period_from:
        faults["period_until"] = say("De laatste dag ligt voor de eerste dag. Kijk de datums na.")
    if wanted.personal is None:
        faults["personal"] = say("Kies of er persoonsgegevens in staan.")
    elif wanted.personal and not wanted.legal_basis:
        faults["legal_basis"] = say("Vul in op welke grond iemand dit rapport mag delen.")
    elif len(wanted.legal_basis) > LONGEST_BASIS:
        faults["legal_basis"] = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST_BASIS)
    keys: list[str] = []
    if wanted.for_all is None:
        faults["for_whom"] = say("Kies voor wie het rapport is.")
    elif not wanted.for_all:
        keys, sentence = own_recipients.read(session, wanted.organisations[:LONGEST_LIST])
        if sentence:
            faults["organisations"] = sentence
    return keys, faults
