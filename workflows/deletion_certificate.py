"""Certificate of deletion (verklaring van verwijdering): a supplier certifies that the data of a board are gone."""

from collections.abc import Mapping
from typing import Any

from workflows.vocabulary import (
    Answers,
    Date,
    LongText,
    OnFile,
    Party,
    Role,
    Sentence,
    Signatory,
    Workflow,
    step,
)


def _one(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    """One certificate for one board: no board reads of another."""
    several = len(values.get("agreements") or []) > 1
    return {"agreements": "Kies één overeenkomst. Maak voor een volgende een eigen verklaring."} if several else {}


WORKFLOW = Workflow(
    name="deletion_certificate",
    title="Verklaring van verwijdering",
    prefix="VV",
    version="2026-11",
    subject=Party.SUPPLIER,
    introduction="Na het einde van een verwerkersovereenkomst verklaart u dat de gegevens van het bestuur zijn gewist.",
    started_by=(Role.ADMINISTRATOR, Role.SIGNATORY),
    steps=(
        step(
            "deletion",
            "Welke gegevens zijn gewist?",
            OnFile(
                "agreements",
                "Geëindigde overeenkomst",
                of="ended_agreements",
                hint="Staat hier niets? Dan is er geen overeenkomst waarvoor u nog iets moet verklaren.",
            ),
            Date("deleted_on", "Op welke dag was alles gewist?"),
            LongText("how", "Hoe zijn de gegevens gewist, ook bij subverwerkers en in reservekopieën?", longest=2000),
            by=Role.ADMINISTRATOR,
            complaint=_one,
        ),
    ),
    signatory=Signatory(confirms="Ik verklaar namens de leverancier dat deze gegevens zijn gewist."),
    card=("deletion.agreements", "deletion.deleted_on"),
    document="documents/deletion_certificate.html",
    outcome="certify_deletion",
    submit="Klaarzetten om te tekenen",
    afterwards="Wij maken het stuk. De tekenbevoegden van de leverancier krijgen een mail zodra zij kunnen tekenen.",
)
