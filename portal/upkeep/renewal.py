"""Renewing by hand, as `tekenpoort renew` does: which documents, and each of them with what came of it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator

from portal.cases import renewing
from portal.cases.tables import Document
from portal.config import Settings
from portal.database import reader
from portal.documents.seal import Sealer
from portal.errors import PortalError


def due(*, days: int, everything: bool) -> list[uuid.UUID]:
    """The documents to renew, what ends first coming first; what earlier releases did not note is learned first."""
    for each in renewing.unknown(reader()):
        renewing.learn(each)
    return renewing.due(reader(), within=dt.timedelta(days=days), everything=everything)


def renew_all(settings: Settings, documents: Iterable[uuid.UUID], *, everything: bool) -> Iterator[str]:
    """Renew each; gives for each an empty text, or what went wrong."""
    sealer = Sealer.open(settings)
    for each in documents:
        line = line_of(each)
        try:
            renewing.renew(each, sealer=sealer, even_if_no_longer=everything)
            yield ""
        except PortalError as fault:
            yield f"{line}: {fault}"


def line_of(document_id: uuid.UUID) -> str:
    """A document as it is named in a list."""
    document = reader.get_one(Document, document_id)
    return f"{document.facts['reference']} {document.title}"
