"""Publications in the making: begun from the current text or a file, changed by one at a time, published once.

The kind of a draft says what it is: terms are the service desk's, an agreement or a model DPIA is also its supplier's.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers import publications, suppliers, writing
from portal.offers.agreements import files, parts
from portal.offers.agreements.agreement import Agreement
from portal.offers.dpia import files as model_files
from portal.offers.dpia import model
from portal.offers.dpia import parts as model_parts
from portal.offers.dpia.model import DpiaModel
from portal.offers.publications import DPIA_MODEL, OF_SUPPLIERS, PROCESSOR_AGREEMENT, USAGE_TERMS, Text
from portal.offers.sections import Cells
from portal.offers.tables import Product, Publication, PublicationDraft
from portal.offers.terms import Clause, Terms, read_terms
from portal.offers.writing import Part, Writing
from portal.record import jobs
from portal.wording import mark, say

FIRST_TEXT = Terms("", "", "", (Clause("purpose"),))
TOO_LARGE = mark("Dit concept is te groot geworden: samen hooguit 2 MB tekst.")
CAMPAIGN = "campaign"
"""The work that published terms ask for when they take effect."""
T = TypeVar("T", bound=Text)
_FIRST: Mapping[str, Callable[[], Text]] = {
    USAGE_TERMS: lambda: FIRST_TEXT,
    PROCESSOR_AGREEMENT: parts.empty,
    DPIA_MODEL: model.empty,
}
_READ: Mapping[str, Callable[..., Text]] = {
    USAGE_TERMS: Terms.of,
    PROCESSOR_AGREEMENT: Agreement.of,
    DPIA_MODEL: DpiaModel.of,
}
_WRITTEN: Mapping[str, Writing[Any]] = {PROCESSOR_AGREEMENT: parts, DPIA_MODEL: model_parts}
"""The kinds that are written a part at a time."""


class StaleDraftError(RefusedError):
    """Somebody changed the draft after it was opened; nothing was kept."""

    def __init__(self, stored: Text, changes: int) -> None:
        super().__init__("Iemand heeft dit concept intussen gewijzigd.")
        self.stored, self.changes = stored, changes


def begin(product_name: str, *, text: Text | None, by: uuid.UUID, kind: str = USAGE_TERMS) -> uuid.UUID:
    """A new draft with this text; with a copy of the latest version where none is given."""
    with act() as session:
        product = session.scalar(select(Product).where(Product.name == product_name))
        if product is None:
            raise NotFoundError
        draft = PublicationDraft(product_id=product.id, kind=kind, body={}, changed_by=by)
        draft.product = product
        _refuse_others(session, draft, by)
        _fill(draft, text or _copy(session, product, kind))
        session.add(draft)
        session.flush()
        return draft.id


def save(draft_id: uuid.UUID, text: Text, *, seen: int, by: uuid.UUID) -> int:
    """Keep this text, finished or not, and say which change that was. `seen` is the change that was on the screen."""
    with act() as session:
        draft = _found(session, draft_id, by)
        stored = text_of(draft)
        if stored == text:
            return draft.changes
        if draft.changes != seen:
            raise StaleDraftError(stored, draft.changes)
        return _change(draft, text, by)


def save_part(draft_id: uuid.UUID, part: Part, written: list[Cells], *, seen: str, by: uuid.UUID) -> int:
    """Keep one part of a text. `seen` is the fingerprint of the part that was on the screen: whoever changed
    another part meanwhile is in nobody's way."""
    with act() as session:
        draft = _found(session, draft_id, by)
        stored, kind = text_of(draft), _WRITTEN[draft.kind]
        wanted = kind.with_rows(stored, part, written)
        if wanted == stored:
            return draft.changes
        if writing.fingerprint(kind.rows(stored, part)) != seen:
            raise StaleDraftError(stored, draft.changes)
        return _change(draft, wanted, by)


def discard(draft_id: uuid.UUID, *, by: uuid.UUID) -> None:
    """Throw a draft away."""
    with act() as session:
        session.delete(_found(session, draft_id, by))


def publish(draft_id: uuid.UUID, *, since: dt.date, grace_days: int, seen: int, by: uuid.UUID) -> None:
    """Make the draft a version that never changes again, with what follows from that.

    The version keeps the id of the draft, so that pressing twice publishes once and leads to it.
    """
    with act() as session:
        if session.get(Publication, draft_id) is not None:
            return
        draft = _found(session, draft_id, by)
        if draft.changes != seen:
            raise StaleDraftError(text_of(draft), draft.changes)
        publication = publications.publish(
            session,
            draft.product_id,
            text_of(draft),
            since=since,
            grace_days=grace_days,
            by=by,
            on_behalf_of=_on_behalf_of(session, draft, by),
            kind=draft.kind,
            publication_id=draft.id,
        )
        session.delete(draft)
        _follow(session, publication)


def publish_file(text: str, *, product_name: str, kind: str = USAGE_TERMS, since: dt.date | None = None) -> Publication:
    """Publish a file in one go, for the command line: terms from TOML, with a date; an agreement or model from JSON."""
    begins, grace_days = since, 0
    wanted: Text
    if kind == USAGE_TERMS:
        wanted, said, grace_days = read_terms(text)
        begins = since or said
    elif kind == DPIA_MODEL:
        wanted = model_files.read(text)
    else:
        wanted = files.read(text)
    with act() as session:
        product = session.scalar(select(Product).where(Product.name == product_name))
        if product is None:
            raise RefusedError("Er is geen product dat %(name)s heet.", name=product_name)
        day = begins or clock.today()
        publication = publications.publish(
            session, product.id, wanted, since=day, grace_days=grace_days, by=None, kind=kind
        )
        _follow(session, publication)
        session.expunge(publication)
        return publication


def _follow(session: Session, publication: Publication) -> None:
    """What publishing sets going. An agreement sets nothing going: offering it is an act of its own."""
    if publication.kind == USAGE_TERMS:
        ask_campaign(session, publication)


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


def drafts_of(session: Session, product_id: uuid.UUID, kind: str = USAGE_TERMS) -> list[PublicationDraft]:
    """The drafts of a product, the latest changed first."""
    mine = (PublicationDraft.product_id == product_id, PublicationDraft.kind == kind)
    return list(session.scalars(select(PublicationDraft).where(*mine).order_by(PublicationDraft.changed_at.desc())))


def text_of(draft: PublicationDraft) -> Text:
    """What a draft says now."""
    return _READ[draft.kind](draft.body, title=draft.title, version=draft.version)


def terms_of(draft: PublicationDraft) -> Terms:
    """What a draft of terms says now."""
    return _as(Terms, draft)


def agreement_of(draft: PublicationDraft) -> Agreement:
    """What a draft of an agreement says now."""
    return _as(Agreement, draft)


def model_of(draft: PublicationDraft) -> DpiaModel:
    """What a draft of a model DPIA says now."""
    return _as(DpiaModel, draft)


def _as(kind: type[T], draft: PublicationDraft) -> T:
    text = text_of(draft)
    if not isinstance(text, kind):
        raise NotFoundError
    return text


def _copy(session: Session, product: Product, kind: str) -> Text:
    latest = publications.versions(session, product.id, kind)
    if not latest:
        return _FIRST[kind]()
    return _READ[kind](latest[0].body, title=latest[0].title, version="")


def _change(draft: PublicationDraft, text: Text, by: uuid.UUID) -> int:
    _fill(draft, text)
    draft.changes, draft.changed_by, draft.changed_at = draft.changes + 1, by, clock.now()
    return draft.changes


def _fill(draft: PublicationDraft, text: Text) -> None:
    body = text.body()
    if len(json.dumps(body, ensure_ascii=False)) > files.LARGEST:
        raise InvalidError(TOO_LARGE, {"size": say(TOO_LARGE)})
    draft.title, draft.version, draft.body = text.title, text.version, body


def _found(session: Session, draft_id: uuid.UUID, by: uuid.UUID) -> PublicationDraft:
    draft = session.get(PublicationDraft, draft_id)
    if draft is None:
        raise NotFoundError("Dit concept is er niet meer: het is gepubliceerd of weggegooid.")
    _refuse_others(session, draft, by)
    return draft


def _refuse_others(session: Session, draft: PublicationDraft, by: uuid.UUID) -> None:
    """What a supplier publishes is its own, or the desk's; that terms are the desk's alone, their pages see to."""
    if draft.kind in OF_SUPPLIERS and suppliers.authority_over(session, by, draft.product) is None:
        raise NotFoundError


def _on_behalf_of(session: Session, draft: PublicationDraft, by: uuid.UUID) -> uuid.UUID | None:
    """For whom it is published: the supplier, or the desk that does it in its place."""
    if draft.kind not in OF_SUPPLIERS:
        return None
    organisation = suppliers.authority_over(session, by, draft.product)
    return organisation.id if organisation else None
