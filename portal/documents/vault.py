"""The vault: bytes kept under the SHA-256 of what they are, and checked against it on the way out."""

import datetime as dt
import hashlib

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from portal import clock
from portal.database import Base, reader
from portal.errors import NotFoundError, PortalError
from portal.wording import mark


class Blob(Base):
    """One sequence of bytes; never changed, kept once however often it is given."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    size: Mapped[int]
    stored_at: Mapped[dt.datetime]


def keep(session: Session, content: bytes) -> str:
    """Keep these bytes and give their name: the SHA-256 in 64 hexadecimal characters."""
    name = hashlib.sha256(content).hexdigest()
    if session.get(Blob, name) is None:
        session.add(Blob(sha256=name, content=content, size=len(content), stored_at=clock.now()))
        session.flush()
    return name


def content(sha256: str, *, session: Session | None = None) -> bytes:
    """The bytes of that name; NotFoundError when we never had them, PortalError when they are no longer the same."""
    blob = (session or reader()).get(Blob, sha256)
    if blob is None:
        raise NotFoundError(mark("Dit bestand is niet gevonden."))
    if hashlib.sha256(blob.content).hexdigest() != sha256:
        raise PortalError(
            mark("Het bewaarde bestand %(name)s is beschadigd. De servicedesk is nodig om het te herstellen."),
            name=sha256[:12],
        )
    return blob.content
