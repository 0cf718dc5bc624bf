"""The library of model DPIAs: every version there is with how it stands, searched and sorted."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.offers.dpia import standing, words
from portal.offers.publications import DPIA_MODEL
from portal.offers.tables import Product, Publication
from workflows.dpia_facts import Standing

SORTS = ("product", "title", "version", "maker", "review")


@dataclass(frozen=True)
class Found:
    """A published model, and how it stands."""

    publication: Publication
    standing: Standing

    @property
    def maker(self) -> str:
        """Who made it."""
        return str(self.publication.body["maker"])

    @property
    def review_on(self) -> dt.date:
        """The day on which its maker looks at it again."""
        return dt.date.fromisoformat(self.publication.body["review_on"])


def every(session: Session, *, at: dt.datetime) -> list[Found]:
    """Every model that took effect, the newest of a product first."""
    published = (
        select(Publication)
        .join(Product)
        .where(Publication.kind == DPIA_MODEL, Publication.since <= at)
        .options(joinedload(Publication.product).joinedload(Product.supplier))
        .order_by(Product.title, Publication.since.desc())
    )
    return [Found(each, standing.of(session, each, at=at)) for each in session.scalars(published)]


def chosen(found: Iterable[Found], *, q: str, standing: str, sort: str, descending: bool) -> list[Found]:
    """Those in which every word stands, that stand so (empty: however), in this order."""
    wanted = q.casefold().split()
    kept = [
        each
        for each in found
        if (not standing or each.standing == standing)
        and all(word in " ".join(words.searched(each.publication)).casefold() for word in wanted)
    ]
    return sorted(kept, key=lambda each: _key(each, sort), reverse=descending)


def _key(found: Found, sort: str) -> str:
    match sort:
        case "title":
            return found.publication.title.casefold()
        case "version":
            return found.publication.version
        case "maker":
            return found.maker.casefold()
        case "review":
            return found.review_on.isoformat()
    return found.publication.product.title.casefold()
