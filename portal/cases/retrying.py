"""Trying again at once what something outside kept waiting: by the service desk, and written down."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.tables import Document, DocumentState
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.record import jobs, ledger
from portal.record.jobs import Job
from portal.wording import mark


def work_for(session: Session, document: Document) -> list[Job]:
    """The work that is still to be done for a document, what was asked first coming first."""
    keys = [f"make:{document.id}", *(f"seal:{document.id}:{each.id}" for each in document.signatures)]
    query = select(Job).where(Job.key.in_(keys), Job.state != "done")
    return list(session.scalars(query.order_by(Job.asked_at)))


def retry(document_id: uuid.UUID, *, by: Visitor) -> None:
    """Have the work for this document done now. RefusedError when there is nothing to try again."""
    with act() as session:
        if not access.is_service_desk(by, session=session):
            raise NotFoundError
        document = session.get(Document, document_id)
        if document is None:
            raise NotFoundError
        if document.state != DocumentState.WAITING:
            raise RefusedError(mark("Dit stuk wacht nergens meer op."))
        for job in work_for(session, document):
            jobs.hurry(session, job.key)
        ledger.append(
            session,
            act="retry",
            subject=f"document:{document.id}",
            actor=by.person_id,
            case=str(document.case_id),
            waits_for=document.waits_for,
        )
