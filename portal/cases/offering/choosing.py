"""To which boards a version can be offered: those that use the product, those that agreed to an earlier version."""

import datetime as dt
import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import InForce
from portal.errors import InvalidError, RefusedError
from portal.offers import publications
from portal.offers.tables import Product, Publication
from portal.parties.tables import Organisation
from portal.wording import say
from workflows.vocabulary import Party

MOST = 5_000
"""So many boards in one round; there are fewer in the whole register."""
_NUMBER = re.compile(r"[0-9]{1,10}")
_LONGEST_NUMBER = 5


@dataclass(frozen=True)
class Effect:
    """What offering a version to everybody with an earlier one does, as things are now."""

    boards: int
    schools: int
    closing: int
    """The boards that have nothing in force once the grace is over, should they not sign."""
    ends: dt.date | None
    """The last day on which the earlier version suffices; none where it does already not."""


def refuse_outdated(session: Session, publication: Publication) -> None:
    """Only the newest text is offered, so that nobody signs what was replaced already."""
    if newer := newer_than(session, publication):
        raise RefusedError("Er is al een nieuwere versie: %(version)s. Bied die aan.", version=newer.version)


def newer_than(session: Session, publication: Publication) -> Publication | None:
    """The version that took the place of this one, where one did."""
    known = publications.versions(session, publication.product_id, publication.kind)
    effective = [each for each in known if each.since <= clock.now()]
    return effective[0] if effective and publication.since < effective[0].since else None


def registered(text: str = "") -> Select[Organisation]:
    """The boards that take part in the portal, by name; searched by name or number."""
    now = clock.now()
    found = select(Organisation).where(
        Organisation.kind == Party.BOARD,
        Organisation.registered_at <= now,
        or_(Organisation.ended_at.is_(None), Organisation.ended_at > now),
    )
    if text:
        named = Organisation.name.icontains(text, autoescape=True)
        found = found.where(or_(named, Organisation.board_number == text.zfill(_LONGEST_NUMBER)))
    return found.order_by(func.lower(Organisation.name), Organisation.id)


def with_product(session: Session, product: Product) -> list[uuid.UUID]:
    """The boards that use a product, by name.

    A board uses what it chose when it registered, what one of its schools chose when that registered by itself, and
    what it has an agreement about. The portal has no licences yet; when it has, they come here. Everybody here uses
    what the operator supplies: the portal.
    """
    if product.supplier.kind == Party.OPERATOR:
        return [each.id for each in session.scalars(registered())]
    chose = {
        each.board_number
        for each in session.scalars(select(Organisation).where(Organisation.registered_at.is_not(None)))
        if each.board_number and product.name in each.profile.get("products", {}).get("products", [])
    }
    agreed = set(session.scalars(select(InForce.on_behalf_of).where(*_agreed(product.id))))
    boards = session.scalars(registered())
    return [each.id for each in boards if each.board_number in chose or each.id in agreed]


def with_earlier_version(session: Session, publication: Publication) -> list[uuid.UUID]:
    """The boards with an earlier version in force, by name."""
    boards = registered().join(InForce, InForce.organisation_id == Organisation.id)
    earlier = and_(*_agreed(publication.product_id), InForce.version != publication.version)
    held = boards.where(InForce.on_behalf_of == Organisation.id, earlier)
    return list(dict.fromkeys(each.id for each in session.scalars(held)))


def with_numbers(session: Session, text: str) -> list[uuid.UUID]:
    """The boards with these numbers; InvalidError names each that is no number, or of no board here."""
    said = list(dict.fromkeys(re.split(r"[\s,;]+", text.strip()))) if text.strip() else []
    if not said:
        raise InvalidError("Geen nummers.", {"numbers": say("Vul ten minste één bestuursnummer in.")})
    if len(said) > MOST:
        raise InvalidError("Te veel.", {"numbers": say("Vul hooguit %(most)s nummers in.", most=MOST)})
    wrong = [each for each in said if not _NUMBER.fullmatch(each)]
    numbers = {each.zfill(_LONGEST_NUMBER): each for each in said if each not in wrong}
    boards = session.scalars(registered().where(Organisation.board_number.in_(numbers)))
    found = {each.board_number: each.id for each in boards}
    wrong += [said_as for number, said_as in numbers.items() if number not in found]
    if wrong:
        sentence = say(
            "Deze nummers zijn niet van een bestuur dat is ingeschreven: %(numbers)s.",
            numbers=", ".join(each[:20] for each in wrong[:20]),
        )
        raise InvalidError("Onbekende nummers.", {"numbers": sentence})
    return [found[number] for number in numbers if number in found]


def effect(session: Session, publication: Publication) -> Effect:
    """What offering this version to everybody with an earlier one in force concerns, in numbers."""
    boards = with_earlier_version(session, publication)
    schools = session.scalar(
        select(func.count(InForce.organisation_id.distinct())).where(
            *_agreed(publication.product_id),
            InForce.version != publication.version,
            InForce.organisation_id != InForce.on_behalf_of,
        )
    )
    ends = publications.grace_ends(publication)
    return Effect(
        len(boards),
        schools or 0,
        len(closing(session, publication, boards)),
        publications.last_day_of_grace(publication) if ends > clock.now() else None,
    )


def closing(session: Session, publication: Publication, boards: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Which of these boards the gate would close for at the end of the grace: those that have not signed this version.

    The condition of the gate asks the same of each school; here it is asked of boards, in one query.
    """
    mine = (*_agreed(publication.product_id), InForce.version == publication.version)
    signed = set(session.scalars(select(InForce.organisation_id).where(*mine)))
    return [each for each in boards if each not in signed]


def _agreed(product_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    kind = InForce.kind == in_force.PROCESSOR_AGREEMENT
    return (kind, InForce.product_id == product_id, *in_force.holds(clock.now()))
