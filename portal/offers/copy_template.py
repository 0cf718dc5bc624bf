"""The service desk's own template for working copies; which one holds is what the ledger said last about it."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from portal.database import act
from portal.documents import vault, working_copy
from portal.errors import InvalidError
from portal.record import ledger
from portal.record.ledger import Entry
from portal.wording import say

SUBJECT = "working_copy"


def current(session: Session | scoped_session[Session]) -> Entry | None:
    """The act by which the desk's own template came; none while the one that ships is used."""
    last = session.scalar(select(Entry).where(Entry.subject == SUBJECT).order_by(Entry.number.desc()).limit(1))
    return last if last is not None and last.document else None


def content(session: Session) -> bytes | None:
    """The desk's own template; none: ours."""
    entry = current(session)
    return vault.content(entry.document, session=session) if entry and entry.document else None


def use(template: bytes, *, by: uuid.UUID, example: Mapping[str, Any]) -> None:
    """Use this template from now on, once it was tried on an example; InvalidError where it will not do."""
    if len(template) > working_copy.LARGEST:
        raise InvalidError("", {"file": say("Dit bestand is te groot: hooguit 2 MB.")})
    working_copy.refuse_template(template, example)
    with act() as session:
        kept = vault.keep(session, template)
        now = current(session)
        if now is None or now.document != kept:
            ledger.append(session, act="use_template", subject=SUBJECT, actor=by, document=kept)


def use_ours(*, by: uuid.UUID) -> None:
    """Use the template that ships again."""
    with act() as session:
        if current(session) is not None:
            ledger.append(session, act="use_template", subject=SUBJECT, actor=by)
