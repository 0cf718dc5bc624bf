"""In the demonstration: somebody with a permission that holds, and a second request that waits for rights holders."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from portal import clock
from portal.cases import answering, assessing, starting
from portal.cases.access import Visitor
from portal.cases.course import Follow
from portal.cases.permitting import NAME
from portal.cases.tables import Case
from portal.database import reader

Answer = Callable[[uuid.UUID, dict[str, dict[str, Any]], Visitor], None]


def set_up(
    product_id: uuid.UUID, asks: Visitor, name: str, holders: list[Visitor], *, answer: Answer, follow: Follow
) -> None:
    """Terms accepted, one permission given by each rights holder, one asked."""
    case_id = starting.start("usage_terms", by=asks, product_id=product_id)
    publication = reader.get_one(Case, case_id).publication
    assert publication is not None
    keys = [each["id"] for each in publication.body["clauses"] if each["key"]]
    for step, values in (("read", {"confirmed": keys}), ("group", {"group": "school"}), ("accept", {"name": name})):
        answering.answer(case_id, step, values, by=asks, seen=0, follow=follow)
    reader.expire_all()
    case_id = _asked(product_id, asks, "De schoolkaart van onze school", "In de schoolgids", answer=answer)
    for each in holders:
        reader.expire_all()
        assessing.assess(case_id, verdict="accept", words="", by=each, follow=follow)
    _asked(product_id, asks, "De trend over drie jaar", "In een artikel in een vakblad", answer=answer)


def _asked(product_id: uuid.UUID, asks: Visitor, what: str, where: str, *, answer: Answer) -> uuid.UUID:
    case_id = starting.start(NAME, by=asks, product_id=product_id)
    until = clock.today() + dt.timedelta(days=120)
    answers: dict[str, dict[str, Any]] = {
        "request": {"kind": "publication", "what": what, "where": where, "purpose": "Ouders vertellen hoe het gaat."},
        "recipient": {"name": "", "organisation": "", "until": until.isoformat(), "file": None},
    }
    answer(case_id, answers, asks)
    return case_id
