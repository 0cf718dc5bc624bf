"""A supplier that signed a version beforehand: with whoever signs it then, it is bound without signing once more."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import Case, Document, DocumentState, InForce
from portal.documents import vault
from portal.parties.tables import Mandate

ENCLOSED = "vooraf-getekend.pdf"
"""What the supplier's document is called within the agreement that rests on it."""


@dataclass(frozen=True)
class Presigned:
    """The signature of a supplier under every agreement of one version, while it lasts."""

    row: InForce
    document: Document
    """Of the case in which the supplier signed."""
    behind: frozenset[uuid.UUID]
    """Who signed it, and by whose authority: none of them counts for the other side."""

    def facts(self) -> dict[str, Any]:
        """What a document says of it, besides who the supplier is."""
        return {
            "row": str(self.row.id),
            "reference": self.document.facts["reference"],
            "code": self.document.code,
            "sha256": self.document.current,
            "since": self.row.since.isoformat(),
            "people": [f"{each.typed_name}, {each.function}" for each in self.document.signatures],
        }


def of(session: Session, case: Case, *, at: dt.datetime | None = None) -> Presigned | None:
    """What the supplier signed beforehand for the version to which this case is pinned, as it holds at the moment."""
    if case.counterparty_id is None or case.publication is None:
        return None
    rows = in_force.holding(
        session,
        in_force.PRESIGNED,
        at=at or clock.now(),
        organisation_id=case.counterparty_id,
        product_id=case.publication.product_id,
    )
    row = next((each for each in rows if each.version == case.publication.version), None)
    if row is None:
        return None
    signed = session.get_one(Case, row.case_id)
    documents = [each for each in signed.documents if each.void_at is None and each.state == DocumentState.COMPLETE]
    return Presigned(row, documents[0], _behind(session, documents[0])) if documents else None


def enclosed(document: Document, *, session: Session | None = None) -> bytes | None:
    """The supplier's own document, as it was when this one was made; None where this does not rest on one."""
    said = document.facts.get("presigned")
    return vault.content(said["sha256"], session=session) if said else None


def still_holds(session: Session, document: Document) -> bool:
    """Whether the supplier is bound as the document says: of one that it signs itself there is nothing to ask."""
    said = document.facts.get("presigned")
    if not said:
        return True
    found = of(session, document.case)
    return found is not None and str(found.row.id) == said["row"]


def _behind(session: Session, document: Document) -> frozenset[uuid.UUID]:
    seats = [each.authority.get("seat") or each.authority["mandate"] for each in document.signatures]
    principals = {session.get_one(Mandate, uuid.UUID(each)).person_id for each in seats}
    return frozenset(principals | {each.person_id for each in document.signatures})
