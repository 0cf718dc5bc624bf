"""The particulars of an organisation: how its address is written, and the one hash by which the ledger knows them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from portal import clock
from portal.errors import RefusedError
from portal.parties.tables import Organisation
from portal.wording import day, mark

ENDS = mark("%(name)s wordt opgeheven op %(day)s. Er kan niets nieuws meer voor worden begonnen of getekend.")


def digest(organisation: Organisation) -> str:
    """SHA-256 of what an organisation is registered with, so that the ledger can tell a change without a name."""
    kept = {
        "name": organisation.name,
        "kind": str(organisation.kind),
        "board_number": organisation.board_number,
        "kvk": organisation.kvk,
        "address": organisation.address,
        "ended_at": organisation.ended_at.isoformat() if organisation.ended_at else None,
        "profile": organisation.profile,
    }
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_when_ending(*organisations: Organisation | None) -> None:
    """Raise RefusedError where one of them is dissolved, or will be on a day that is decided.

    From the decision on nothing new is begun or signed for it: that could outlive it.
    """
    for each in organisations:
        if each is not None and each.ended_at is not None:
            raise RefusedError(ENDS, name=each.name, day=day(clock.day_of(each.ended_at), weekday=True))


def address_of(answers: Mapping[str, Any]) -> str:
    """An address on one line, from the questions street, postcode and place."""
    return f"{answers['street']}, {answers['postcode']} {answers['place']}"
