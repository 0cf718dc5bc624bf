"""Publications: what makes an immutable version, and which version suffices at a moment."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.agreements import files
from portal.offers.differences import ClauseChange, difference
from portal.offers.dpia import files as model_files
from portal.offers.tables import Product, Publication, Withdrawal
from portal.offers.terms import read_terms
from portal.record import ledger
from portal.wording import day, say
from workflows.vocabulary import Party

__all__ = [
    "ClauseChange", "before", "current", "difference", "digest", "example_for", "grace_end", "grace_ends",
    "last_day_of_grace", "publish", "publish_terms", "sufficing", "those_that_suffice", "versions",
]  # fmt: skip

SHIPPED = Path(__file__).resolve().parent / "shipped"
AN_EXAMPLE = SHIPPED / "processor_agreement_2026-11.json"
PORTAL_EXAMPLE = SHIPPED / "portal_agreement_2026-11.json"
"""For what the operator supplies: the portal itself."""
MODEL_EXAMPLES = {name: SHIPPED / f"dpia_{name}_2026-11.json" for name in ("results_monitor", "office_suite")}
"""Two complete examples of a model DPIA."""
USAGE_TERMS, PROCESSOR_AGREEMENT, DPIA_MODEL = "usage_terms", "processor_agreement", "dpia_model"
OF_SUPPLIERS = frozenset({PROCESSOR_AGREEMENT, DPIA_MODEL})
"""The kinds that a supplier publishes itself, or the service desk in its place."""
LONGEST_GRACE = 730
"""Days; longer than two school years is a slip of the keyboard."""


@dataclass(frozen=True)
class Version:
    """A publication by its version and its dates alone."""

    version: str
    since: dt.datetime
    grace_days: int


Graced = TypeVar("Graced", Publication, Version)


class Text(Protocol):
    """What can be published: terms, an agreement."""

    @property
    def title(self) -> str:
        """How it is called."""

    @property
    def version(self) -> str:
        """The number of this version."""

    def body(self) -> dict[str, Any]:
        """All that it says, as plain values."""

    def faults(self) -> Iterator[tuple[str, str]]:
        """What must be mended first: the field, and a sentence."""


def publish(
    session: Session,
    product_id: uuid.UUID,
    text: Text,
    *,
    since: dt.date,
    grace_days: int,
    by: uuid.UUID | None,
    on_behalf_of: uuid.UUID | None = None,
    kind: str = USAGE_TERMS,
    publication_id: uuid.UUID | None = None,
) -> Publication:
    """Make a version that never changes again, inside an act; InvalidError, a field at a time, where it cannot be one.

    It takes effect when that day begins in Amsterdam, or now where the day is today.
    """
    faults = dict(text.faults())
    others = versions(session, product_id, kind)
    if any(each.version == text.version for each in others):
        faults["version"] = say("Versie %(version)s is er al. Geef deze een ander nummer.", version=text.version)
    faults |= date_faults(others, since, grace_days)
    if faults:
        raise InvalidError("Deze versie kan zo niet worden gepubliceerd.", faults)
    begins = max(clock.start_of(since), clock.now())
    return _put(
        session,
        product_id,
        kind,
        text,
        since=begins,
        grace_days=grace_days,
        by=by,
        on_behalf_of=on_behalf_of,
        publication_id=publication_id,
    )


def date_faults(others: Sequence[Publication], since: dt.date, grace_days: int) -> dict[str, str]:
    """What is wrong with this day and this grace, given the other versions."""
    faults: dict[str, str] = {}
    if since < clock.today():
        faults["since"] = say(
            "%(day)s is voorbij. Een versie kan niet met terugwerkende kracht ingaan: kies vandaag of later.",
            day=day(since, weekday=True),
        )
    elif since > clock.today() + dt.timedelta(days=5 * 366):
        faults["since"] = say("Deze datum ligt meer dan vijf jaar vooruit. Kijk het jaartal na.")
    for each in others:
        if clock.day_of(each.since) == since:
            faults["since"] = say(
                "Op deze dag gaat versie %(version)s al in. Kies een andere dag.", version=each.version
            )
    if not 0 <= grace_days <= LONGEST_GRACE:
        faults["grace_days"] = say("Vul een aantal dagen in van 0 tot en met %(most)s.", most=LONGEST_GRACE)
    return faults


def publish_terms(session: Session, product_id: uuid.UUID, path: Path) -> Publication:
    """Publish terms that ship with the portal, from a TOML file; a version that is there already stays as it is."""
    terms, since, grace_days = read_terms(path.read_text(encoding="utf-8"))
    if since is None:
        raise RefusedError("In %(name)s staat geen datum.", name=path.name)
    return _shipped(session, product_id, USAGE_TERMS, terms, since=since, grace_days=grace_days)


def publish_agreement(session: Session, product_id: uuid.UUID, path: Path, *, since: dt.date) -> Publication:
    """The same for a processor agreement, from a JSON file."""
    agreement = files.read(path.read_text(encoding="utf-8"))
    if faults := dict(agreement.faults()):
        raise InvalidError("Deze versie kan zo niet worden gepubliceerd.", faults)
    return _shipped(session, product_id, PROCESSOR_AGREEMENT, agreement, since=since, grace_days=0)


def publish_model(session: Session, product_id: uuid.UUID, path: Path, *, since: dt.date) -> Publication:
    """The same for a model DPIA, from a JSON file."""
    model = model_files.read(path.read_text(encoding="utf-8"))
    if faults := dict(model.faults()):
        raise InvalidError("Deze versie kan zo niet worden gepubliceerd.", faults)
    return _shipped(session, product_id, DPIA_MODEL, model, since=since, grace_days=0)


def _shipped(
    session: Session, product_id: uuid.UUID, kind: str, text: Text, *, since: dt.date, grace_days: int
) -> Publication:
    same = (Publication.product_id == product_id, Publication.kind == kind, Publication.version == text.version)
    already = session.scalar(select(Publication).where(*same))
    if already:
        if already.sha256 != digest(text.body()):
            raise RefusedError("Versie %(version)s is al gepubliceerd met een andere tekst.", version=text.version)
        return already
    return _put(session, product_id, kind, text, since=clock.start_of(since), grace_days=grace_days, by=None)


def current(session: Session, product_id: uuid.UUID, kind: str, *, at: dt.datetime) -> Publication:
    """The version that is effective at this moment."""
    effective = _effective(session, product_id, kind, at)
    if not effective:
        raise NotFoundError("Hiervoor is nog geen tekst gepubliceerd.")
    return effective[0]


def sufficing(session: Session, product_id: uuid.UUID, kind: str, *, at: dt.datetime) -> list[Publication]:
    """The versions that suffice: the current one, and its immediate predecessor while the grace lasts.

    Of agreements each before it, while the grace of every later one lasts: a version that came between, perhaps for one
    board alone, takes no grace from those who never had it.
    """
    return list(those_that_suffice(_effective(session, product_id, kind, at), kind, at=at))


def those_that_suffice(effective: Sequence[Graced], kind: str, *, at: dt.datetime) -> Sequence[Graced]:
    """Of the versions that are effective, the latest first, those that suffice."""
    over = (number for number, each in enumerate(effective, 1) if at >= grace_end(each.since, each.grace_days))
    most = len(effective) if kind == PROCESSOR_AGREEMENT else 2
    return effective[: min(next(over, most), most)]


def grace_ends(publication: Publication) -> dt.datetime:
    """Until when (not included) the version before this one suffices: whole days in Amsterdam, never cut short."""
    return grace_end(publication.since, publication.grace_days)


def last_day_of_grace(publication: Publication) -> dt.date:
    """The last day on which the version before this one suffices, where there is any grace."""
    return clock.day_of(grace_ends(publication) - dt.timedelta(microseconds=1))


def grace_end(since: dt.datetime, grace_days: int) -> dt.datetime:
    """The moment at which so many days of grace are over: the end of a day in Amsterdam; of no days `since` itself."""
    if grace_days == 0:
        return since
    first = clock.day_of(since)
    if clock.start_of(first) < since:
        first += dt.timedelta(days=1)  # what begins in the middle of a day does not eat a day of the grace
    return clock.start_of(first + dt.timedelta(days=grace_days))


def versions(session: Session, product_id: uuid.UUID, kind: str = USAGE_TERMS) -> list[Publication]:
    """Every version there is or will be, the latest first."""
    mine = (Publication.product_id == product_id, Publication.kind == kind)
    return list(session.scalars(select(Publication).where(*mine).order_by(Publication.since.desc())))


def before(session: Session, publication: Publication) -> Publication | None:
    """The version that this one takes the place of."""
    earlier = (
        Publication.product_id == publication.product_id,
        Publication.kind == publication.kind,
        Publication.since < publication.since,
    )
    return session.scalar(select(Publication).where(*earlier).order_by(Publication.since.desc()).limit(1))


def example_for(product: Product) -> Path:
    """The example of an agreement for this product: the portal's own, or that of any supplier."""
    return PORTAL_EXAMPLE if product.supplier.kind == Party.OPERATOR else AN_EXAMPLE


def digest(body: dict[str, Any]) -> str:
    """The SHA-256 by which a text is known."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _put(
    session: Session,
    product_id: uuid.UUID,
    kind: str,
    text: Text,
    *,
    since: dt.datetime,
    grace_days: int,
    by: uuid.UUID | None,
    on_behalf_of: uuid.UUID | None = None,
    publication_id: uuid.UUID | None = None,
) -> Publication:
    body = text.body()
    publication = Publication(
        id=publication_id or uuid.uuid4(),
        product_id=product_id,
        kind=kind,
        version=text.version,
        title=text.title,
        body=body,
        sha256=digest(body),
        since=since,
        grace_days=grace_days,
    )
    session.add(publication)
    session.flush()
    ledger.append(
        session,
        act="publish",
        subject=f"publication:{publication.id}",
        actor=by,
        on_behalf_of=on_behalf_of,
        document=publication.sha256,
        kind=kind,
        product=str(product_id),
        version=publication.version,
        title=publication.title,
        since=since.isoformat(),
        grace_days=grace_days,
    )
    return publication


def _effective(session: Session, product_id: uuid.UUID, kind: str, at: dt.datetime) -> list[Publication]:
    withdrawn = exists().where(Withdrawal.publication_id == Publication.id, Withdrawal.at <= at)
    mine = (Publication.product_id == product_id, Publication.kind == kind, Publication.since <= at, ~withdrawn)
    return list(session.scalars(select(Publication).where(*mine).order_by(Publication.since.desc())))
