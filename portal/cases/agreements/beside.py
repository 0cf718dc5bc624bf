"""Which announced sub-processors stand beside the text of an agreement: those that it could not name yet."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.agreements.tables import SubprocessorNotice
from portal.offers.agreements.annexes import subprocessors_of
from portal.offers.tables import Publication
from portal.record.ledger import Entry


@dataclass(frozen=True)
class Text:
    """What an agreement says of sub-processors, and of which moment that is."""

    names: frozenset[str]
    of: dt.datetime
    """When it was published; where the portal does not know the text: the day on which it was signed."""

    def lacks(self, notice: SubprocessorNotice) -> bool:
        """Whether this one was announced beside it. Who had begun by then and is not named was left out on purpose:
        whoever publishes is told of it."""
        return notice.effective_at > self.of and _name(notice.name) not in self.names


def not_known(signed_on: str) -> Text:
    """The text of what was signed elsewhere on this day, in a version that is not in the portal."""
    return Text(frozenset(), clock.start_of(dt.date.fromisoformat(signed_on)))


def text_of(session: Session, publication: Publication) -> Text:
    """Of one version."""
    return texts_of(session, [publication])[publication.id]


def texts_of(session: Session, publications: Iterable[Publication]) -> dict[uuid.UUID, Text]:
    """Of each version."""
    found = list(publications)
    subjects = [f"publication:{each.id}" for each in found]
    asked = select(Entry.subject, Entry.at).where(Entry.act == "publish", Entry.subject.in_(subjects))
    moments: Mapping[str, dt.datetime] = {each.subject: each.at for each in session.execute(asked)} if found else {}
    return {each.id: Text(names_in(each.body), moments.get(f"publication:{each.id}", each.since)) for each in found}


def names_in(body: Mapping[str, Any]) -> frozenset[str]:
    """The sub-processors that a text names, written in one way."""
    return frozenset(_name(row.get("name", "")) for row in subprocessors_of(body["leaflet"]))


def announced(session: Session, product_id: uuid.UUID) -> list[SubprocessorNotice]:
    """Every announcement about a product that was not taken back, in the order in which they begin."""
    mine = (SubprocessorNotice.product_id == product_id, SubprocessorNotice.withdrawn_at.is_(None))
    asked = select(SubprocessorNotice).where(*mine).order_by(SubprocessorNotice.effective_at, SubprocessorNotice.id)
    return list(session.scalars(asked))


def missing_from(
    session: Session, body: Mapping[str, Any], product_id: uuid.UUID, *, before: Publication | None
) -> list[SubprocessorNotice]:
    """Who was announced and is not named in this draft, though the version before did not leave them out either."""
    known = text_of(session, before) if before else None
    found: dict[str, SubprocessorNotice] = {}
    for each in announced(session, product_id):
        if is_missing(body, each) and (known is None or known.lacks(each) or _name(each.name) in known.names):
            found[_name(each.name)] = each  # told twice is named once, as it was told last
    return list(found.values())


def is_missing(body: Mapping[str, Any], notice: SubprocessorNotice) -> bool:
    """Whether a text does not name who was announced."""
    return _name(notice.name) not in names_in(body)


def _name(text: str) -> str:
    return " ".join(text.split()).casefold()
