"""Publications in the making: begun from the current text or a file, changed by one at a time, published once."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.offers import publications
from portal.offers.tables import Product, Publication, PublicationDraft
from portal.offers.terms import Clause, Terms, read_terms
from portal.record import jobs

FIRST_TEXT = Terms("", "", "", (Clause("purpose"),))
CAMPAIGN = "campaign"
"""The work that a published version asks for when it takes effect."""


class StaleDraftError(RefusedError):
    """Somebody changed the draft after it was opened; nothing was kept."""

    def __init__(self, stored: Terms, changes: int) -> None:
        super().__init__("Iemand heeft dit concept intussen gewijzigd.")
        self.stored, self.changes = stored, changes


def begin(product_name: str, *, terms: Terms | None, by: uuid.UUID) -> uuid.UUID:
    """A new draft with these terms; with a copy of the latest version where none are given."""
    with act() as session:
        product = session.scalar(select(Product).where(Product.name == product_name))
        if product is None:
            raise NotFoundError
        draft = PublicationDraft(product_id=product.id, kind=publications.USAGE_TERMS, body={}, changed_by=by)
        _fill(draft, terms or _copy(session, product))
        session.add(draft)
        session.flush()
        return draft.id


def save(draft_id: uuid.UUID, terms: Terms, *, seen: int, by: uuid.UUID) -> int:
    """Keep these terms, finished or not, and say which change that was. `seen` is the change that was on the screen."""
    with act() as session:
        draft = _found(session, draft_id)
        stored = terms_of(draft)
        if stored == terms:
            return draft.changes
        if draft.changes != seen:
            raise StaleDraftError(stored, draft.changes)
        _fill(draft, terms)
        draft.changes, draft.changed_by, draft.changed_at = draft.changes + 1, by, clock.now()
        return draft.changes


def discard(draft_id: uuid.UUID) -> None:
    """Throw a draft away."""
    with act() as session:
        session.delete(_found(session, draft_id))


def publish(draft_id: uuid.UUID, *, since: dt.date, grace_days: int, seen: int, by: uuid.UUID) -> None:
    """Make the draft a version that never changes again, and set its campaign going when it takes effect.

    The version keeps the id of the draft, so that pressing twice publishes once and leads to it.
    """
    with act() as session:
        if session.get(Publication, draft_id) is not None:
            return
        draft = _found(session, draft_id)
        if draft.changes != seen:
            raise StaleDraftError(terms_of(draft), draft.changes)
        publication = publications.publish(
            session,
            draft.product_id,
            terms_of(draft),
            since=since,
            grace_days=grace_days,
            by=by,
            kind=draft.kind,
            publication_id=draft.id,
        )
        session.delete(draft)
        ask_campaign(session, publication)


def publish_file(text: str, *, product_name: str) -> Publication:
    """Publish terms from a TOML file with a date in one go, for the command line."""
    terms, since, grace_days = read_terms(text)
    with act() as session:
        product = session.scalar(select(Product).where(Product.name == product_name))
        if product is None:
            raise RefusedError("Er is geen product dat %(name)s heet.", name=product_name)
        begins = since or clock.today()
        publication = publications.publish(session, product.id, terms, since=begins, grace_days=grace_days, by=None)
        ask_campaign(session, publication)
        session.expunge(publication)
        return publication


def ask_campaign(session: Session, publication: Publication) -> None:
    """Have everybody who accepted an earlier version told, at the moment this one takes effect."""
    jobs.ask(
        session,
        CAMPAIGN,
        f"{CAMPAIGN}:{publication.id}",
        at=publication.since,
        publication=str(publication.id),
        after="",
    )


def drafts_of(session: Session, product_id: uuid.UUID) -> list[PublicationDraft]:
    """The drafts of a product, the latest changed first."""
    mine = select(PublicationDraft).where(PublicationDraft.product_id == product_id)
    return list(session.scalars(mine.order_by(PublicationDraft.changed_at.desc())))


def terms_of(draft: PublicationDraft) -> Terms:
    """What a draft says now."""
    return Terms.of(draft.body, title=draft.title, version=draft.version)


def _copy(session: Session, product: Product) -> Terms:
    latest = publications.versions(session, product.id)
    if not latest:
        return FIRST_TEXT
    return Terms.of(latest[0].body, title=latest[0].title, version="")


def _fill(draft: PublicationDraft, terms: Terms) -> None:
    draft.title, draft.version, draft.body = terms.title, terms.version, terms.body()


def _found(session: Session, draft_id: uuid.UUID) -> PublicationDraft:
    draft = session.get(PublicationDraft, draft_id)
    if draft is None:
        raise NotFoundError("Dit concept is er niet meer: het is gepubliceerd of weggegooid.")
    return draft
