"""What decides at the gate, and nothing else: one statement for the person, the school and the product at a moment.

The page and the proxy both judge over what stands here; the page adds what explains it, which decides nothing.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.dossier.deciding_statement import BY_PERSON, BY_SESSION, DPIA
from portal.gate.facts import Agreement, Dpia, DpiaStage, Facts, Paper, Shut, Standing
from portal.offers import publications
from portal.parties.tables import NEEDS_SECOND_FACTOR, is_second_factor
from workflows.vocabulary import Role


@dataclass(frozen=True)
class Holds:
    """Something in force for the school."""

    kind: str
    version: str
    on_behalf_of: uuid.UUID | None
    case_id: uuid.UUID
    since: dt.datetime


@dataclass(frozen=True)
class Held:
    """A role that somebody holds now."""

    organisation_id: uuid.UUID
    register_key: str
    role: str
    acts: Sequence[str]


@dataclass(frozen=True)
class Place:
    """The product and the school, where there is such a gate."""

    product_id: uuid.UUID
    conditions: tuple[str, ...]
    code: str
    board_number: str
    school_id: uuid.UUID | None
    board_id: uuid.UUID | None
    school_registered: bool

    @property
    def keys(self) -> tuple[str, str]:
        """By which the register knows the school and its board."""
        return f"location:{self.code}", f"board:{self.board_number}"


@dataclass(frozen=True)
class Deciding:
    """Everything that decides, for one person at one gate."""

    person_id: uuid.UUID
    account_active: bool
    account_blocked: bool
    needs_second_factor: bool
    has_second_factor: bool
    session: tuple[dt.datetime, dt.datetime]
    """When they signed in, and were last here; for who was not found by a session, neither says anything."""
    place: Place | None
    roles: tuple[Held, ...]
    holds: tuple[Holds, ...]
    agreements_sufficing: tuple[str, ...]
    agreements_elsewhere: tuple[str, ...]
    terms_accepted: tuple[str, ...]
    terms_sufficing: tuple[str, ...]
    blocked: bool

    @property
    def has_to_do_with_it(self) -> bool:
        """Whether this person has a role at the school or at its board."""
        return self.place is not None and any(each.register_key in self.place.keys for each in self.roles)

    @property
    def declared(self) -> Holds | None:
        """The declaration in whose scope the school is."""
        return next((each for each in self.holds if each.kind == in_force.BOARD_DECLARATION), None)

    @property
    def dpia(self) -> Holds | None:
        """The decision about the DPIA that holds, the newest."""
        return max((each for each in self.holds if each.kind in DPIA), key=lambda each: each.since, default=None)

    def facts(self, at: dt.datetime) -> Facts:
        """As far as they decide; for the names and the way, see `gate_facts`."""
        place, declared, dpia = self.place, self.declared, self.dpia
        if place is None:
            raise ValueError("there is no such gate")
        school_key, _ = place.keys
        return Facts(
            at=at,
            person_name="",
            account_active=self.account_active,
            account_blocked=self.account_blocked,
            needs_second_factor=self.needs_second_factor,
            has_second_factor=self.has_second_factor,
            school_name="",
            school_key=school_key,
            school_registered=place.school_registered,
            board_name="",
            board_registered=False,
            board_id=str(place.board_id or ""),
            declaration=Paper(Standing.IN_FORCE, str(declared.case_id)) if declared else Paper(),
            agreement=self._agreement(place),
            dpia=Dpia(DpiaStage.IN_FORCE, paper=Paper(case=str(dpia.case_id))) if dpia else Dpia(),
            member=any(each.organisation_id == place.school_id for each in self.roles),
            acting=declared is not None
            and any(each.organisation_id == declared.on_behalf_of and _may_act(each) for each in self.roles),
            terms_published=bool(self.terms_sufficing),
            terms_version=self.terms_sufficing[0] if self.terms_sufficing else "",
            terms_accepted=self.terms_accepted,
            terms_sufficing=self.terms_sufficing,
            blocks=(Shut(""),) if self.blocked else (),
        )

    def _agreement(self, place: Place) -> Agreement:
        """Signed in the portal; or elsewhere, by the board whose declaration covers the school."""
        if not self.agreements_sufficing:
            return Agreement()
        covered = [each for each in self.holds if each.kind == in_force.BOARD_DECLARATION]
        held = [each.version for each in self.holds if each.kind == in_force.PROCESSOR_AGREEMENT]
        if any(each.on_behalf_of == place.board_id for each in covered):
            held += self.agreements_elsewhere
        found = tuple(dict.fromkeys(held))
        return Agreement(True, self.agreements_sufficing[0], self.agreements_sufficing, found)


def of_person(session: Session, person_id: uuid.UUID, product_name: str, code: str, *, at: dt.datetime) -> Deciding:
    """What decides for this person."""
    asked = {"person": person_id, "product": product_name, "code": code, "at": at}
    found = _read(session.execute(BY_PERSON, asked), at)
    assert found is not None  # there is such a person
    return found


def read_for_session(token_hash: str, product_name: str, code: str, *, at: dt.datetime) -> str:
    """What decides for whoever is signed in under the cookie with this hash, as it stands in the database."""
    return BY_SESSION.asked(token=token_hash, product=product_name, code=code, at=at)


def of_session(found: str, day: dt.date) -> Deciding | None:
    """What decides by what was read on this day; None for nobody, or a blocked account.

    Nothing but what was read and the day say it: what is read hangs on the moment, but a grace ends at midnight, so the
    last moment of the day finds in it what every moment of that day finds.
    """
    return _read(BY_SESSION.rows(found), clock.last_moment(day))


# --- What comes back ---------------------------------------------------------------------------------------------


def _read(rows: Any, at: dt.datetime) -> Deciding | None:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.tag, []).append(row)
    who = next(iter(found.get("who", ())), None)
    if who is None:
        return None
    roles = found.get("role", ())
    return Deciding(
        person_id=who.one,
        account_active=bool(who.number),
        account_blocked=who.then is not None,
        needs_second_factor=any(each.key in NEEDS_SECOND_FACTOR for each in roles),
        has_second_factor=is_second_factor(who.key, who.text),
        session=(who.since, who.until),
        place=_place(found),
        roles=tuple(Held(each.one, each.text or "", each.key, each.more) for each in roles if each.number),
        holds=tuple(Holds(each.key, each.text, each.two, each.one, each.since) for each in found.get("holds", ())),
        agreements_sufficing=_sufficing(found, publications.PROCESSOR_AGREEMENT, at),
        agreements_elsewhere=_of_product(found, "elsewhere"),
        terms_accepted=_of_product(found, "accepted"),
        terms_sufficing=_sufficing(found, publications.USAGE_TERMS, at),
        blocked="block" in found,
    )


def _place(found: dict[str, list[Any]]) -> Place | None:
    if "place" not in found:
        return None
    [place], [product] = found["place"], found["product"]
    conditions = tuple(product.more)
    return Place(product.one, conditions, place.key, place.text, place.one, place.two, bool(place.number))


def _of_product(found: dict[str, list[Any]], tag: str) -> tuple[str, ...]:
    """The versions of this kind that are about the product: by its index a database would come past everybody's."""
    products = {each.one for each in found.get("product", ())}
    return tuple(each.text for each in found.get(tag, ()) if each.one in products)


def _sufficing(found: dict[str, list[Any]], kind: str, at: dt.datetime) -> tuple[str, ...]:
    effective = sorted((each for each in found.get("version", ()) if each.key == kind), key=lambda each: each.since)
    those = [publications.Version(each.text, each.since, each.number) for each in reversed(effective)]
    return tuple(each.version for each in publications.those_that_suffice(those, kind, at=at))


def _may_act(held: Held) -> bool:
    return held.role == Role.SIGNATORY or (held.role == Role.BOARD_OFFICE and "reports" in held.acts)
