"""From the trace that an application printed back to who was there: worked out anew, since none is kept."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.dossier import gate_marks
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.tables import Membership, Organisation, Person

_TRACE = re.compile(rf"(?<![a-z0-9])[a-z2-7]{{{gate_marks.LENGTH}}}(?![a-z0-9])")


@dataclass(frozen=True)
class Visit:
    """Somebody who was at a product of a school on a day."""

    person: Person
    product: Product
    code: str
    day: dt.date

    def described(self) -> str:
        """All of it on one line."""
        return f"{self.person.name}, {self.product.name} of {self.code}, on {self.day.isoformat()}"


def traces_in(text: str) -> tuple[str, ...]:
    """What could be traces in a text, each once, in order."""
    return tuple(dict.fromkeys(_TRACE.findall(text.lower())))


def of_traces(
    session: Session, traces: Iterable[str], *, secret: str, last: dt.date, days: int = 1
) -> dict[str, Visit]:
    """The visits of these traces on this day and those before it, by trace.

    Tried for everybody who had a role at a school or its board by then, at every product: as many digests as there
    are of those a day. An old day takes as long as today; nothing that is found here was kept.
    """
    wanted = set(traces)
    found: dict[str, Visit] = {}
    products = list(session.scalars(select(Product)))
    for back in range(days):
        day = last - dt.timedelta(days=back)
        for person_id, code in _seats(session, day):
            for product in products:
                trace = gate_marks.trace(secret, person_id, product.id, code, day)
                if trace in wanted:
                    found[trace] = Visit(session.get_one(Person, person_id), product, code, day)
        if wanted <= found.keys():
            break
    return found


def _seats(session: Session, day: dt.date) -> Iterator[tuple[uuid.UUID, str]]:
    """Each person with each school that they had a role at, or at its board, on that day."""
    asked = (
        select(Membership.person_id, Organisation.register_key)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(Organisation.register_key.is_not(None), Membership.since < clock.start_of(day + dt.timedelta(days=1)))
        .where((Membership.until.is_(None)) | (Membership.until > clock.start_of(day)))
        .distinct()
    )
    codes: dict[str, list[str]] = {}
    for person_id, key in session.execute(asked):
        assert key is not None  # asked above
        if key not in codes:
            kind, _, number = key.partition(":")
            codes[key] = [number] if kind == "location" else [each.code for each in register.locations_of(number)]
        for code in codes[key]:
            yield person_id, code
