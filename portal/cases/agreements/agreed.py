"""One agreement of one board about one product as a register shows it, and whether it holds."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from portal.offers.agreements import summary
from portal.offers.tables import Product, Publication
from portal.parties.tables import Organisation
from portal.wording import mark


class Standing(StrEnum):
    """Whether an agreement holds at a moment."""

    IN_FORCE = "in_force"
    COMING = "coming"
    ENDED = "ended"


STANDINGS = {
    Standing.IN_FORCE: mark("van kracht"),
    Standing.COMING: mark("gaat nog in"),
    Standing.ENDED: mark("geëindigd"),
}

UNCONFIRMED = mark("nog niet bevestigd")
"""Instead of its standing, where others say that a board signed it elsewhere, and the board did not yet."""
KINDS_OF_STANDING = {Standing.IN_FORCE: "done", Standing.COMING: "waiting", Standing.ENDED: "neutral"}
"""How a page shows each of them."""


class Signed(StrEnum):
    """How it was signed."""

    PORTAL = "portal"
    PAPER = "paper"
    ELSEWHERE = "elsewhere"


WAYS = {
    Signed.PORTAL: mark("in het portaal"),
    Signed.PAPER: mark("op papier"),
    Signed.ELSEWHERE: mark("elders getekend"),
}


@dataclass(frozen=True)
class Subprocessor:
    """Who processes on behalf of the supplier; `since` where it came after the agreement."""

    name: str
    task: str
    data: str
    country: str
    in_eea: str
    basis: str
    since: dt.date | None = None

    def as_row(self) -> dict[str, str]:
        """As the annex has it."""
        return {"country": self.country, "in_eea": self.in_eea, "basis": self.basis}


@dataclass(frozen=True)
class Agreed:
    """One agreement of one board about one product."""

    id: uuid.UUID
    """Of the case that made it, or of what was signed elsewhere."""
    board: Organisation
    product: Product
    version: str
    since: dt.datetime
    until: dt.datetime | None
    standing: Standing
    signed: Signed
    reference: str
    case_id: uuid.UUID | None
    document_id: uuid.UUID | None
    schools: tuple[Organisation, ...]
    text: Publication | None
    """What was agreed; none where the portal does not know the text."""
    newer: str
    """The version that took the place of this one."""
    contact_name: str
    contact_email: str
    """Whom the board named for privacy and leaks of data."""
    subprocessors: tuple[Subprocessor, ...] = field(default=())
    blob: str = ""
    """Of what was signed elsewhere: the SHA-256 of its file."""
    signed_on: dt.date | None = None
    """Of what was signed elsewhere: on which day, as was said."""
    is_confirmed: bool = True
    """Not where others say that the board signed it elsewhere, and the board did not yet."""

    @property
    def state(self) -> tuple[str, str]:
        """How a page shows whether it holds: a kind, and words to be said."""
        return state(self.standing, is_confirmed=self.is_confirmed)

    @property
    def transfers(self) -> list[tuple[str, str]]:
        """Countries outside the EEA, with the ground for each; of the sub-processors of today."""
        if self.text is None:
            return []
        return summary.transfers(self.text.body, [each.as_row() for each in self.subprocessors])

    @property
    def breach(self) -> summary.Breach | None:
        """Whom the board reaches when data leaked."""
        return summary.breach(self.text.body) if self.text else None


def state(standing: Standing, *, is_confirmed: bool) -> tuple[str, str]:
    """How a page shows a standing: a kind, and words to be said."""
    if not is_confirmed and standing != Standing.ENDED:
        return "waiting", UNCONFIRMED
    return KINDS_OF_STANDING[standing], STANDINGS[standing]


def standing(since: dt.datetime, until: dt.datetime | None, *, at: dt.datetime) -> Standing:
    """Whether what begins and ends at these moments holds at another."""
    if until is not None and until <= at:
        return Standing.ENDED
    return Standing.COMING if since > at else Standing.IN_FORCE
