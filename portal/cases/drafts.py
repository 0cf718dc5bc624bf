"""What surrounds a draft: the mailed links that lead to it, and files kept before their step is answered."""

import datetime as dt
import hashlib
import secrets
import uuid
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases.access import Visitor, find
from portal.cases.tables import Case, DraftLink, KeptFile
from portal.database import act
from portal.documents import vault
from portal.errors import ExpiredError, NotFoundError

DRAFT_LINK_LASTS = dt.timedelta(days=30)


def new_draft_link(session: Session, case: Case) -> str:
    """A fresh link to a draft; the token itself is kept nowhere but in the mail."""
    token = secrets.token_urlsafe(32)
    session.add(
        DraftLink(token_hash=_hash(token), case_id=case.id, expires_at=clock.now() + DRAFT_LINK_LASTS),
    )
    return token


def draft_behind(session: Session, token: str) -> Case:
    """The case to which a mailed link leads."""
    link = session.get(DraftLink, _hash(token))
    if link is None:
        raise NotFoundError("Deze link klopt niet. Kopieer de hele link uit uw mail.")
    if link.expires_at <= clock.now():
        raise ExpiredError("Deze link is verlopen. Begin opnieuw met uw e-mailadres; u krijgt dan een nieuwe link.")
    return link.case


def keep_file(case_id: uuid.UUID, *, content: bytes, name: str, by: Visitor) -> KeptFile:
    """Keep an uploaded file for a case."""
    with act() as session:
        find(case_id, reader=by, session=session)
        kept = KeptFile(case_id=case_id, blob=vault.keep(session, content), name=name[:200], size=len(content))
        session.add(kept)
        session.flush()
        session.expunge(kept)
        return kept


def kept_file(session: Session, case_id: uuid.UUID, kept_id: str) -> dict[str, Any] | None:
    """The answer that a kept file stands for, when it was kept for this case."""
    try:
        kept = session.get(KeptFile, uuid.UUID(kept_id))
    except ValueError:
        return None
    if kept is None or kept.case_id != case_id:
        return None
    return {"sha256": kept.blob, "name": kept.name, "size": kept.size, "kept": str(kept.id)}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
