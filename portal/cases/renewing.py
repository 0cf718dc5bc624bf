"""Renews the time stamp over a complete document before the last one proves nothing any more.

The moments here are those of certificates: they follow the machine's own clock, as the stamps do.
"""

import datetime as dt
import uuid

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.cases.sealing import LONGEST, stamp_facts
from portal.cases.tables import Document, DocumentState, Revision
from portal.database import act, reader
from portal.documents import child, vault
from portal.documents.renewal import WEAK
from portal.documents.seal import Sealer
from portal.documents.stamps import Stamp, last_stamp
from portal.errors import PortalError
from portal.record import jobs, ledger
from portal.wording import mark

RENEW, RENEW_ONE = "renew", "renew_one"
BEFORE = dt.timedelta(days=180)
"""A stamp is renewed so long before its certificate ends: time enough to mend what stands in the way."""
AT_A_TIME = 1000
"""Documents that one night's round asks for: what is left comes the night after."""


class NoLaterError(PortalError):
    """A new time stamp would prove no more than the last one does: tomorrow's round tries again."""


def due(session: Session, *, within: dt.timedelta = BEFORE, everything: bool = False) -> list[uuid.UUID]:
    """Complete documents whose stamp ends within this time, or rests on a weak hash; the first to end comes first."""
    ending = or_(Revision.stamp_ends < dt.datetime.now(dt.UTC) + within, Revision.stamp_hash.in_(WEAK))
    query = select(Document.id).join(Revision, is_last()).where(*complete())
    if not everything:
        query = query.where(ending)
    return list(session.scalars(query.order_by(Revision.stamp_ends, Document.id)))


def complete() -> tuple[ColumnElement[bool], ...]:
    """The condition on documents that they bear a time stamp over everything."""
    return Document.state == DocumentState.COMPLETE, Document.current.is_not(None)


def is_last() -> ColumnElement[bool]:
    """The condition on a revision that it is its document's current one."""
    return (Revision.document_id == Document.id) & (Revision.blob == Document.current)


def learn(document_id: uuid.UUID) -> None:
    """Read from a document of an earlier release who stamped it and until when; the file said so all along."""
    current = reader.get_one(Document, document_id).current or ""
    content = vault.content(current)
    reader.rollback()
    stamp = child.in_child(lambda: last_stamp(content))
    with act() as session:
        for each in session.scalars(select(Revision).filter_by(document_id=document_id, blob=current)):
            for name, value in stamp_facts(stamp).items():
                setattr(each, name, value)


def unknown(session: Session) -> list[uuid.UUID]:
    """The complete documents of which it is not noted until when they are proved."""
    query = select(Document.id).join(Revision, is_last()).where(*complete(), Revision.stamp_ends.is_(None))
    return list(session.scalars(query.order_by(Document.id)))


def ask(session: Session) -> int:
    """Ask for the renewal of what is due; says of how many documents."""
    found = due(session)[:AT_A_TIME]
    for each in found:
        jobs.ask(session, RENEW_ONE, f"{RENEW_ONE}:{each}", document=str(each))
    return len(found)


def renew(document_id: uuid.UUID, *, sealer: Sealer, even_if_no_longer: bool = False) -> bool:
    """Put a new time stamp over a document; False when another worker was first.

    A stamp that would end no later than the one that is there is not stored, unless that is asked for: a service that
    still stamps with the old certificate would add one every night. NoLaterError says so.
    """
    document = reader.get_one(Document, document_id)
    if document.state != DocumentState.COMPLETE:
        return False
    base = document.current or ""
    before = vault.content(base)
    reader.rollback()
    renewed, stamp = child.in_child(lambda: _renewed(before, sealer, even_if_no_longer), seconds=LONGEST)
    with act() as session:
        document = session.get_one(Document, document_id)
        if document.current != base:
            return False
        number = len(document.revisions) + 1
        document.current = vault.keep(session, renewed)
        session.add(Revision(document_id=document.id, number=number, blob=document.current, **stamp_facts(stamp)))
        ledger.append(
            session,
            act="renew",
            subject=f"document:{document.id}",
            document=document.current,
            case=str(document.case_id),
            revision=number,
        )
    return True


def _renewed(before: bytes, sealer: Sealer, even_if_no_longer: bool) -> tuple[bytes, Stamp]:
    """In the child: the document with one stamp more, found good."""
    renewed = sealer.renew(before)
    old, new = sealer.check_renewal(before, renewed)
    if new.ends <= old.ends and old.hash not in WEAK and not even_if_no_longer:
        raise NoLaterError(
            mark("De tijdstempeldienst stempelt nog met een certificaat dat niet later eindigt (%(day)s)."),
            day=f"{new.ends:%d-%m-%Y}",
        )
    return renewed, new
