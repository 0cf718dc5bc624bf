"""What was opened of a document, by whom and when: as it was witnessed, and nothing besides."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from portal.cases.tables import Document, Reading, Signature

PAGE, PDF = "page", "pdf"


@dataclass(frozen=True)
class Opened:
    """One revision of a document, opened by one person in one form: the first time, the last, and how often."""

    document_id: uuid.UUID
    person_id: uuid.UUID
    form: str
    first: dt.datetime
    last: dt.datetime
    times: int


def opened(session: Session, documents: Iterable[Document], *, by: uuid.UUID | None = None) -> list[Opened]:
    """What was opened of these documents (by this person), the earliest first."""
    first = func.min(Reading.at)
    whose = (Reading.document_id, Reading.person_id, Reading.form)
    query = select(*whose, first, func.max(Reading.at), func.count()).where(
        Reading.document_id.in_([each.id for each in documents]), Reading.person_id == by if by else true()
    )
    return [Opened(*row) for row in session.execute(query.group_by(*whose, Reading.blob).order_by(first))]


def unread(session: Session, person_id: uuid.UUID, documents: Iterable[Document]) -> list[Document]:
    """Those of these documents that the person has not opened as they are now."""
    mine = session.execute(select(Reading.document_id, Reading.blob).where(Reading.person_id == person_id))
    read = {(document_id, blob) for document_id, blob in mine}
    return [
        document for document in documents if all((document.id, each.blob) not in read for each in document.revisions)
    ]


def signed_unopened(documents: Iterable[Document], seen: Iterable[Opened]) -> list[Signature]:
    """The signatures of people whom nobody saw opening the document before they signed it."""
    earliest: dict[tuple[uuid.UUID, uuid.UUID], dt.datetime] = {}
    for each in seen:
        key = (each.document_id, each.person_id)
        earliest[key] = min(each.first, earliest.get(key, each.first))
    return [
        signature
        for document in documents
        for signature in document.signatures
        if (first := earliest.get((document.id, signature.person_id))) is None or first > signature.at
    ]
