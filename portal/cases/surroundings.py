"""What the portal knows around a case and its questions need: register, publication, product, person."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.tables import Case, InForce
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.tables import Membership, Organisation, Person
from portal.wording import mark, say
from workflows.vocabulary import Answers, Party


@dataclass(frozen=True)
class Place:
    """One school location that a board may have in scope."""

    code: str
    name: str
    address: str
    town: str
    sector: str
    taken_by: str = ""
    """The board in whose declaration it stands already; empty when it is free."""


@dataclass(frozen=True)
class Surroundings:
    """Everything a form or a document of one case may draw on, gathered once."""

    today: dt.date
    person_name: str = ""
    email: str = ""
    places: tuple[Place, ...] = ()
    clauses: tuple[Mapping[str, Any], ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    group_complaints: Mapping[str, str] = field(default_factory=dict)
    """Groups that this person cannot choose, with the reason."""


BY_HAND = "by_hand"
ALREADY_REGISTERED = mark(
    "%(name)s is al ingeschreven. U hoeft zich niet opnieuw in te schrijven. "
    "Wilt u iets wijzigen? Vraag de beheerder van uw organisatie, of gebruik het wijzigingsformulier."
)
NOT_IN_REGISTER = mark("Deze organisatie staat niet in het register. Zoek opnieuw, of vul zelf in.")
NOT_THIS_KIND = mark("U schrijft een ander soort organisatie in. Kies opnieuw uit de lijst.")
NOT_ITS_NUMBER = mark("Dit is niet het bestuursnummer van de organisatie die u koos: dat is %(number)s.")
UNKNOWN_BOARD = mark("Bestuursnummer %(number)s staat niet in het register van DUO. Controleer het nummer.")

GROUP_NEEDS: Mapping[str, frozenset[Party]] = {
    "school": frozenset({Party.SCHOOL, Party.LOCATION}),
    "board": frozenset({Party.BOARD, Party.SCHOOL_GROUP}),
}
NOT_YOUR_SCHOOL = mark("U staat bij geen school ingeschreven. Kies een andere groep, of vraag uw beheerder om een rol.")
NOT_YOUR_BOARD = mark("U staat bij geen schoolbestuur ingeschreven. Kies een andere groep, of vraag uw beheerder.")
NO_GROUP = mark("Dan kunt u deze rapporten niet openen. Hebt u een vraag? Mail %(contact)s.")


def of(session: Session, case: Case) -> Surroundings:
    """The surroundings of a case as they are now."""
    person = case.person or case.starter
    product = session.get(Product, case.product_id) if case.product_id else None
    return Surroundings(
        today=clock.today(),
        person_name=person.name if person else "",
        email=case.starter_email or (person.email if person else ""),
        places=_places(session, case),
        clauses=tuple(case.publication.body["clauses"]) if case.publication else (),
        groups=tuple((key, name) for key, name in product.recipient_groups) if product else (),
        group_complaints=_group_complaints(session, person, product) if person and product else {},
    )


def _places(session: Session, case: Case) -> tuple[Place, ...]:
    board = case.organisation
    if board is None or board.kind != Party.BOARD or not board.board_number:
        return ()
    taken = declared_elsewhere(session, board)
    return tuple(
        Place(
            code=location.code,
            name=location.name,
            address=" ".join(part for part in (location.street, location.house_number) if part),
            town=location.place,
            sector=location.sector,
            taken_by=taken.get(f"location:{location.code}", ""),
        )
        for location in register.locations_of(board.board_number)
    )


def declared_elsewhere(session: Session, board: Organisation) -> dict[str, str]:
    """The register keys of locations in another board's declaration in force (or about to be), with that board."""
    declared = select(InForce.organisation_id, InForce.on_behalf_of).where(
        InForce.kind == "board_declaration",
        InForce.on_behalf_of.is_not(None),
        InForce.on_behalf_of != board.id,
        (InForce.until.is_(None)) | (InForce.until > clock.now()),
    )
    found: dict[str, str] = {}
    for location_id, board_id in session.execute(declared):
        location = session.get_one(Organisation, location_id)
        found[location.register_key or ""] = session.get_one(Organisation, board_id).name
    return found


def _group_complaints(session: Session, person: Person, product: Product) -> dict[str, str]:
    kinds = set(
        session.scalars(
            select(Organisation.kind)
            .join(Membership)
            .where(Membership.person_id == person.id, Membership.status == "active")
        )
    )
    refused = {"none": NO_GROUP % {"contact": product.contact}}
    if not kinds & GROUP_NEEDS["school"]:
        refused["school"] = NOT_YOUR_SCHOOL
    if not kinds & GROUP_NEEDS["board"]:
        refused["board"] = NOT_YOUR_BOARD
    return refused


def prefill(session: Session, case: Case, step_name: str, answers: Answers) -> dict[str, tuple[Any, str]]:
    """What the portal knows already for the questions of a step: question → (value, where it comes from)."""
    known = _KNOWN.get((case.workflow, step_name))
    return known(session, case, answers) if known else {}


def complaints(session: Session, case: Case, step_name: str, answers: Answers) -> dict[str, str]:
    """What the portal knows that makes an answer impossible: question → sentence."""
    sentence = ""
    if (case.workflow, step_name) == ("registration", "party"):
        sentence = _party_complaint(session, answers)
        return {"party": sentence} if sentence else {}
    if (case.workflow, step_name) == ("registration", "details"):
        sentence = _number_complaint(session, answers)
    return {"board_number": sentence} if sentence else {}


def _party_complaint(session: Session, answers: Answers) -> str:
    key = str(answers["party"]["party"])
    if key in ("", BY_HAND):
        return ""
    if _number_in_register(key) is None:
        return say(NOT_IN_REGISTER)
    if key.startswith("board:") != (answers.get("kind", {}).get("kind") == "board"):
        return say(NOT_THIS_KIND)
    return _already_registered(session, key)


def _number_complaint(session: Session, answers: Answers) -> str:
    """The board's number decides which schools it speaks for, so it must be that of the organisation chosen."""
    number = answers["details"].get("board_number")
    key = str(answers.get("party", {}).get("party", ""))
    if not number:
        return ""
    if key == BY_HAND:
        is_board = answers.get("kind", {}).get("kind") == "board"
        return _already_registered(session, f"board:{number}") if is_board else ""
    if register.board(number) is None:
        return say(UNKNOWN_BOARD, number=number)
    known = _number_in_register(key)
    return say(NOT_ITS_NUMBER, number=known) if known not in (None, number) else ""


def _already_registered(session: Session, key: str) -> str:
    """R002-16: registration is for who is new."""
    known = session.scalar(select(Organisation).where(Organisation.register_key == key))
    return say(ALREADY_REGISTERED, name=known.name) if known is not None and known.registered_at is not None else ""


def _number_in_register(key: str) -> str | None:
    """The board's number of a board or location of the register; None for a key that is not in it."""
    kind, _, number = key.partition(":")
    if kind == "board":
        return number if register.board(number) else None
    location = register.location(number) if kind == "location" else None
    return location.board_number if location else None


def _details(_session: Session, _case: Case, answers: Answers) -> dict[str, tuple[Any, str]]:
    kind, _, number = str(answers.get("party", {}).get("party", "")).partition(":")
    source = mark("uit het register van DUO")
    if kind == "board" and (board := register.board(number)):
        return {"name": (board.name, source), "place": (board.place, source), "board_number": (board.number, source)}
    if kind == "location" and (location := register.location(number)):
        return {
            "name": (location.name, source),
            "street": (f"{location.street} {location.house_number}".strip(), source),
            "postcode": (location.postcode, source),
            "place": (location.place, source),
            "board_number": (location.board_number, source),
        }
    return {}


def _you(_session: Session, case: Case, _answers: Answers) -> dict[str, tuple[Any, str]]:
    return {"email": (case.starter_email, mark("bevestigd met de link in uw mail"))}


def _scope(session: Session, case: Case, _answers: Answers) -> dict[str, tuple[Any, str]]:
    free = [place.code for place in _places(session, case) if not place.taken_by]
    return {"schools": (free, mark("uit het register van DUO"))}


def _start(_session: Session, _case: Case, _answers: Answers) -> dict[str, tuple[Any, str]]:
    return {"since": (clock.today().isoformat(), mark("de datum van vandaag"))}


_KNOWN = {
    ("registration", "details"): _details,
    ("registration", "you"): _you,
    ("board_declaration", "scope"): _scope,
    ("board_declaration", "start"): _start,
}
