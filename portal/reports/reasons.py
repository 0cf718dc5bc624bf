"""The location that a report is about, or in one sentence why there is no report about it."""

from collections.abc import Collection
from dataclasses import dataclass

from portal.parties.register import PRIMARY, SECONDARY, SPECIAL, RegisterLocation, location
from portal.wording import mark, say

_TAUGHT = {
    PRIMARY: mark("een basisschool"),
    SPECIAL: mark("een school voor speciaal onderwijs"),
    SECONDARY: mark("een school voor voortgezet onderwijs"),
}


@dataclass(frozen=True)
class NoReport:
    """There is no report about this location, and this is why."""

    reason: str


def reported(code: str, *, sectors: Collection[str]) -> RegisterLocation | NoReport:
    """The location, if it exists and the report speaks of its sector."""
    found = location(code)
    if found is None:
        return NoReport(say(mark("Deze vestiging staat niet in het register van scholen.")))
    if found.ended_on is not None:
        return NoReport(say(mark("Deze vestiging bestaat niet meer volgens DUO.")))
    if found.sector not in sectors:
        kind = say(_TAUGHT[found.sector])
        return NoReport(say(mark("DUO geeft deze cijfers niet voor %(kind)s."), kind=kind))
    return found
