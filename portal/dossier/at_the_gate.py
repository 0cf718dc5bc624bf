"""One judgement for whoever asks whether somebody may come in: the page of a report, the proxy of an application."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from portal import clock
from portal.dossier import deciding
from portal.dossier.deciding import Deciding
from portal.dossier.gate_facts import facts
from portal.gate.conditions import listed
from portal.gate.facts import Facts
from portal.gate.judge import Verdict, judge
from portal.offers.tables import Product
from portal.parties.register import RegisterLocation
from portal.parties.tables import Person

REMEMBERED = 1_000
"""Of how many texts from the database a process remembers what they say; each takes some 10 kB."""
SECOND_FACTOR = "second_factor"
_RESOURCE = re.compile(r"([a-z][a-z0-9_]{1,39})/([0-9A-Z]{1,10})", re.ASCII)


@dataclass(frozen=True)
class Resource:
    """What stands behind a gate: a product, for one school. A proxy names it as "focus/00AP00"."""

    product_name: str
    code: str

    @classmethod
    def read(cls, text: str) -> "Resource | None":
        """The resource of this name; None where it cannot be one."""
        found = _RESOURCE.fullmatch(text)
        return cls(found[1], found[2]) if found else None


@dataclass(frozen=True)
class Guest:
    """Whoever is signed in, as the gate knows them, and what the gate says."""

    known: Deciding
    missing: tuple[str, ...] | None
    """Codes, none where the gate is open; None for who has nothing to do with it, or where there is no such gate."""


def verdict(
    session: Session, person: Person, location: RegisterLocation, product: Product, *, at: dt.datetime, contact: str
) -> Verdict:
    """Open or shut, with every reason: the only judgement there is."""
    known = facts(session, person, location, product, at=at, contact=product.contact or contact)
    return judge(listed(product.conditions), known)


def verdicts(
    session: Session,
    person: Person,
    locations: Sequence[RegisterLocation],
    product: Product,
    *,
    at: dt.datetime,
    contact: str,
) -> list[tuple[RegisterLocation, Verdict]]:
    """The same judgement of each of many schools; what only explains is gathered for those that are shut."""
    conditions = listed(product.conditions)
    found = []
    for each in locations:
        known = deciding.of_person(session, person.id, product.name, each.code, at=at)
        judged = judge(conditions, known.facts(at))
        if not judged.is_open:
            judged = verdict(session, person, each, product, at=at, contact=contact)
        found.append((each, judged))
    return found


def guest(token_hash: str, resource: Resource | None, *, at: dt.datetime) -> Guest | None:
    """What a proxy is told of the session with this hash; None where nobody is signed in by it.

    Whoever must still set a second factor reaches no page of the portal, so no application behind it either.
    """
    name, code = (resource.product_name, resource.code) if resource else ("", "")
    here = _read(deciding.read_for_session(token_hash, name, code, at=at), clock.day_of(at))
    return None if here is None else Guest(here[0], _missing(*here))


@lru_cache(maxsize=REMEMBERED)
def _read(found: str, day: dt.date) -> tuple[Deciding, Facts | None] | None:
    """What a text from the database says: the same for the same text. It is read and judged anew at every question."""
    known = deciding.of_session(found, day)
    return None if known is None else (known, _judged_by(known, clock.last_moment(day)))


def missing(known: Deciding, *, at: dt.datetime) -> tuple[str, ...] | None:
    """Codes, none where the gate is open; None for who has nothing to do with it, or where there is no such gate."""
    return _missing(known, _judged_by(known, at))


def _judged_by(known: Deciding, at: dt.datetime) -> Facts | None:
    return known.facts(at) if known.place is not None and known.has_to_do_with_it else None


def _missing(known: Deciding, facts: Facts | None) -> tuple[str, ...] | None:
    if known.place is None or facts is None:
        return None
    found = judge(listed(known.place.conditions), facts).missing
    if known.needs_second_factor and not known.has_second_factor and SECOND_FACTOR not in found:
        return (*found, SECOND_FACTOR)
    return found
