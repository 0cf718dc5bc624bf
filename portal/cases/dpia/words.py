"""What each outcome of an assessment means for who is still writing it."""

from collections.abc import Mapping

from portal.wording import mark
from workflows.dpia_facts import Outcome

MEANINGS: Mapping[Outcome, str] = {
    Outcome.REUSE: mark("U mag het model overnemen: uw gebruik past erbij, en de maatregelen zijn genomen."),
    Outcome.ADJUSTED: mark("U mag het model overnemen, met de verschillen en maatregelen die u beschreef."),
    Outcome.MEASURES_FIRST: mark("U mag pas beginnen als de open maatregelen klaar zijn. Daarna volgt de uitkomst."),
    Outcome.OWN_DPIA: mark("Dit model past niet bij uw gebruik. U maakt een eigen DPIA; alles hier neemt u mee."),
    Outcome.PRIOR_CONSULTATION: mark(
        "Er blijft een hoog risico over. Vraag eerst de Autoriteit Persoonsgegevens, of laat de functie weg."
    ),
    Outcome.COMPLIANCE_CHECK: mark("Er hoeft geen nieuwe DPIA. Loop wel na of alles nog klopt."),
    Outcome.NOT_REQUIRED: mark("Voor dit gebruik hoeft u geen DPIA te maken. Het besluit legt dat vast."),
}
