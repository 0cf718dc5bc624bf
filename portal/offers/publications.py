"""Publications: from a file to an immutable version, and which version suffices at a moment."""

import datetime as dt
import hashlib
import json
import tomllib
import uuid
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import NotFoundError, RefusedError
from portal.offers.tables import Publication
from portal.record import ledger

SHIPPED = Path(__file__).resolve().parent / "shipped"


def publish_terms(session: Session, product_id: uuid.UUID, path: Path) -> Publication:
    """Publish terms from a TOML file: title, version, since, grace_days, introduction and [[clauses]]."""
    source = tomllib.loads(path.read_text(encoding="utf-8"))
    clauses = [
        {
            "id": clause["id"],
            "number": str(number),
            "heading": clause["heading"],
            "text": clause["text"].strip(),
            "key": "confirm" in clause,
            "confirm": clause.get("confirm"),
        }
        for number, clause in enumerate(source["clauses"], 1)
    ]
    body = {"introduction": source["introduction"].strip(), "clauses": clauses}
    same = (
        Publication.product_id == product_id,
        Publication.kind == "usage_terms",
        Publication.version == source["version"],
    )
    sha256 = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    already = session.scalar(select(Publication).where(*same))
    if already:
        if already.sha256 != sha256:
            raise RefusedError("Versie %(version)s is al gepubliceerd met een andere tekst.", version=source["version"])
        return already
    publication = Publication(
        product_id=product_id,
        kind="usage_terms",
        version=source["version"],
        title=source["title"],
        body=body,
        sha256=sha256,
        since=dt.datetime.combine(source["since"], dt.time(), tzinfo=dt.UTC),
        grace_days=source.get("grace_days", 0),
    )
    session.add(publication)
    session.flush()
    ledger.append(
        session, act="publish", subject=f"publication:{publication.id}", document=sha256, version=publication.version
    )
    return publication


def current(session: Session, product_id: uuid.UUID, kind: str, *, at: dt.datetime) -> Publication:
    """The version that is effective at this moment."""
    versions = _effective(session, product_id, kind, at)
    if not versions:
        raise NotFoundError("Hiervoor is nog geen tekst gepubliceerd.")
    return versions[0]


def sufficing(session: Session, product_id: uuid.UUID, kind: str, *, at: dt.datetime) -> list[Publication]:
    """The versions that suffice: the current one, and its immediate predecessor while the grace lasts."""
    versions = _effective(session, product_id, kind, at)
    grace = versions and at < versions[0].since + dt.timedelta(days=versions[0].grace_days)
    return versions[: 2 if grace else 1]


def _effective(session: Session, product_id: uuid.UUID, kind: str, at: dt.datetime) -> list[Publication]:
    mine = (Publication.product_id == product_id, Publication.kind == kind, Publication.since <= at)
    return list(session.scalars(select(Publication).where(*mine).order_by(Publication.since.desc())))
