"""For whom a report is: boards and locations of the register, as somebody typed their numbers."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from portal.parties.register_tables import RegisterBoard, RegisterLocation
from portal.wording import mark, say

MOST = 2000
MOST_NAMED = 5
BOARD, LOCATION = "board", "location"
_NUMBER = re.compile(r"[0-9]{5}|[0-9]{2}[A-Z]{2}[0-9]{2}", re.IGNORECASE)
NOBODY = mark("Vul in voor wie het rapport is: op elke regel het nummer van een bestuur of de code van een vestiging.")
TOO_MANY = mark("Dit zijn te veel organisaties: hooguit %(most)s. Kies dan voor alle organisaties met het product.")
UNKNOWN = mark("Deze staan niet in het register: %(numbers)s. Kijk de nummers na.")


@dataclass(frozen=True)
class Recipient:
    """A board or a location, as a page shows it."""

    key: str
    number: str
    name: str
    place: str


def read(session: Session | scoped_session[Session], text: str) -> tuple[list[str], str]:
    """The register keys that this text names, in its order; and a sentence where it is not right."""
    numbers = list(dict.fromkeys(_numbers(text)))
    if not numbers:
        return [], say(NOBODY)
    if len(numbers) > MOST:
        return [], say(TOO_MANY, most=MOST)
    known = _known(session, numbers)
    unknown = [each for each in numbers if each not in known]
    if unknown:
        named = ", ".join(each[:20] for each in unknown[:MOST_NAMED]) + (" …" if len(unknown) > MOST_NAMED else "")
        return [], say(UNKNOWN, numbers=named)
    return [known[each] for each in numbers], ""


def named(session: Session | scoped_session[Session], keys: list[str]) -> list[Recipient]:
    """These organisations with their names, by name."""
    numbers = [each.partition(":")[2] for each in keys]
    boards = session.scalars(select(RegisterBoard).where(RegisterBoard.number.in_(numbers)))
    schools = session.scalars(select(RegisterLocation).where(RegisterLocation.code.in_(numbers)))
    found = {f"{BOARD}:{each.number}": Recipient("", each.number, each.name, each.place) for each in boards}
    found |= {f"{LOCATION}:{each.code}": Recipient("", each.code, each.name, each.place) for each in schools}
    them = [(key, found.get(key)) for key in keys]
    rows = [Recipient(key, key.partition(":")[2], it.name if it else "", it.place if it else "") for key, it in them]
    return sorted(rows, key=lambda each: (each.name.casefold(), each.number))


def as_text(session: Session | scoped_session[Session], keys: list[str]) -> str:
    """The same as somebody types them: a number and a name on each line."""
    return "\n".join(f"{each.number} {each.name}".strip() for each in named(session, keys))


def _numbers(text: str) -> list[str]:
    """The first word of each line, and each later word that has the form of a number: names may have commas in them."""
    found = []
    for line in text.splitlines():
        words = [each for each in re.split(r"[\s,;]+", line) if each]
        found += [each.upper() for at, each in enumerate(words) if at == 0 or _NUMBER.fullmatch(each)]
    return found


def _known(session: Session | scoped_session[Session], numbers: list[str]) -> dict[str, str]:
    boards = select(RegisterBoard.number).where(RegisterBoard.number.in_(numbers), RegisterBoard.ended_on.is_(None))
    codes = select(RegisterLocation.code).where(RegisterLocation.code.in_(numbers), RegisterLocation.ended_on.is_(None))
    found = {each: f"{BOARD}:{each}" for each in session.scalars(boards)}
    return found | {each: f"{LOCATION}:{each}" for each in session.scalars(codes)}
