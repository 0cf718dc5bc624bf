"""What schools want to reach themselves: set and withdrawn by their administrators, or those of their board."""

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act, reader
from portal.errors import InvalidError
from portal.record import ledger
from portal.reports.results import Level
from portal.reports.tables import Ambition
from portal.wording import mark, say

_WRITTEN = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Aims:
    """What a school wants to reach over three years, as percentages from 0 to 100; None where it has no aim."""

    fundamental: Decimal | None = None
    target: Decimal | None = None

    def of(self, level: Level) -> Decimal | None:
        """The aim for one level."""
        return self.fundamental if level is Level.FUNDAMENTAL else self.target


def holding(codes: Collection[str]) -> Mapping[str, Aims]:
    """The ambitions that hold now, by the code of the school."""
    asked = select(Ambition).where(Ambition.location_code.in_(codes), Ambition.until.is_(None))
    return {each.location_code: Aims(_number(each.fundamental), _number(each.target)) for each in reader.scalars(asked)}


def set_(code: str, *, fundamental: str, target: str, by: uuid.UUID, on_behalf_of: uuid.UUID) -> None:
    """Set what this school wants to reach, in the place of what it wanted before; typed as 85 or 52,5 or nothing.

    Raises InvalidError, a field at a time, where it is no percentage or both are empty. Who may is for who asks.
    """
    faults = {
        field: say(mark("Vul een percentage in van 0 tot en met 100, met hooguit twee cijfers achter de komma."))
        for field, text in (("fundamental", fundamental), ("target", target))
        if text and not _is_percentage(text)
    }
    if not fundamental and not target:
        faults["fundamental"] = say(mark("Vul minstens één percentage in."))
    if faults:
        raise InvalidError("De ambitie is niet opgeslagen.", faults)
    wanted = (_kept(fundamental), _kept(target))
    with act() as session:
        old = _end(session, code)
        row = Ambition(
            location_code=code,
            fundamental=wanted[0],
            target=wanted[1],
            organisation_id=on_behalf_of,
            since=old.until if old is not None and old.until is not None else clock.now(),
        )
        session.add(row)
        session.flush()
        ledger.append(
            session, act="ambition", subject=f"ambition:{row.id}", actor=by, on_behalf_of=on_behalf_of,
            location=code, fundamental=wanted[0], target=wanted[1],
        )  # fmt: skip


def withdraw(code: str, *, by: uuid.UUID, on_behalf_of: uuid.UUID) -> bool:
    """Withdraw what holds; says whether there was anything. Pressing twice withdraws once."""
    with act() as session:
        old = _end(session, code)
        if old is not None:
            ledger.append(
                session, act="withdraw_ambition", subject=f"ambition:{old.id}", actor=by, on_behalf_of=on_behalf_of,
                location=code,
            )  # fmt: skip
        return old is not None


def _end(session: Session, code: str) -> Ambition | None:
    old = session.scalar(select(Ambition).where(Ambition.location_code == code, Ambition.until.is_(None)))
    if old is not None:
        old.until = clock.now()
    return old


def _is_percentage(text: str) -> bool:
    return bool(_WRITTEN.fullmatch(text)) and Decimal(_kept(text)) <= 100


def _kept(text: str) -> str:
    return text.replace(",", ".")


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
