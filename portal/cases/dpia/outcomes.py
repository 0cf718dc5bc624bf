"""The outcomes of a DPIA decision in words, and which of them let a product be used."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.wording import mark
from workflows.dpia_facts import Outcome

OWN = "own"
"""A DPIA that was made elsewhere, and recorded here with its approval."""
HOLDING: frozenset[str] = frozenset(
    {OWN, Outcome.REUSE, Outcome.ADJUSTED, Outcome.COMPLIANCE_CHECK, Outcome.NOT_REQUIRED}
)
"""After these the decision is in force: the product may be used."""


@dataclass(frozen=True)
class Kind:
    """One outcome in words: what it is called, what is decided with it, and how its status is shown."""

    title: str
    text: str
    status: str


KINDS: Mapping[str, Kind] = {
    Outcome.REUSE: Kind(
        mark("Hergebruik"),
        mark("Ons gebruik past binnen de model-DPIA. Wij nemen die over als onze eigen DPIA."),
        "done",
    ),
    Outcome.ADJUSTED: Kind(
        mark("Hergebruik met aangepaste maatregelen"),
        mark("Wij nemen de model-DPIA over, met de verschillen en de maatregelen die in dit stuk staan."),
        "done",
    ),
    Outcome.MEASURES_FIRST: Kind(
        mark("Eerst maatregelen"),
        mark("Het gebruik mag pas beginnen als de maatregelen zijn uitgevoerd die in dit stuk staan."),
        "waiting",
    ),
    Outcome.OWN_DPIA: Kind(
        mark("Eigen DPIA nodig"),
        mark("Ons gebruik past niet binnen de model-DPIA. Wij maken eerst een eigen DPIA."),
        "problem",
    ),
    Outcome.PRIOR_CONSULTATION: Kind(
        mark("Eerst de Autoriteit Persoonsgegevens raadplegen"),
        mark(
            "Er blijft een hoog risico over. Wij gebruiken dit niet voordat de Autoriteit Persoonsgegevens adviseerde."
        ),
        "problem",
    ),
    Outcome.COMPLIANCE_CHECK: Kind(
        mark("Geen nieuwe DPIA, wel nalopen"),
        mark(
            "Wij onderzochten dit gebruik eerder, en de risico’s zijn niet veranderd. Wij lopen na of alles nog klopt."
        ),
        "done",
    ),
    Outcome.NOT_REQUIRED: Kind(
        mark("Geen DPIA nodig"),
        mark("Voor dit gebruik is geen DPIA nodig. In dit stuk staat waarom."),
        "done",
    ),
    OWN: Kind(
        mark("Eigen DPIA"),
        mark("Wij maakten een eigen DPIA. Die is hier vastgelegd, met het advies van de FG."),
        "done",
    ),
}


def holds(outcome: str) -> bool:
    """Whether a decision with this outcome is in force."""
    return outcome in HOLDING
