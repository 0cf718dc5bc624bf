"""Board declaration (bestuursverklaring): for which schools a board speaks, and who may act for them."""

from collections.abc import Mapping
from typing import Any

from workflows.vocabulary import (
    Answered,
    Answers,
    Choices,
    Date,
    Email,
    Party,
    PartyRows,
    Role,
    Rows,
    Sentence,
    Signatory,
    Text,
    Workflow,
    YesNo,
    step,
)

ACTS = (
    ("invite", "Collega's uitnodigen"),
    ("order", "Bestellen"),
    ("reports", "Rapporten lezen"),
    ("invoices", "Facturen bekijken"),
)


def _invoices_per_school_are_meant(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    """R002-20: a reference number sends an invoice to each school; that takes a yes of its own."""
    if values.get("reference") and values.get("invoice_each_school") is False:
        return {"reference": "Maak dit veld leeg, of bevestig hieronder dat elke school een eigen factuur krijgt."}
    return {}


def invoiced_per_school(answers: Answers) -> bool:
    """Whether each school gets its own invoice: without a board licence, or with a reference number (R002-20)."""
    licence = answers.get("licence", {})
    return not licence.get("collective") or bool(licence.get("reference"))


WORKFLOW = Workflow(
    name="board_declaration",
    title="Bestuursverklaring",
    prefix="BV",
    version="2026-11",
    subject=Party.BOARD,
    introduction="Uw bestuur verklaart voor welke scholen het spreekt. Daarna kan het voor al die scholen handelen.",
    started_by=(Role.ADMINISTRATOR, Role.SIGNATORY),
    steps=(
        step(
            "scope",
            "Welke scholen vallen hieronder?",
            PartyRows("schools", "Scholen en vestigingen", hint="Haal weg wat niet onder deze verklaring valt."),
            Text("office", "Naam van het bestuurskantoor", optional=True),
            by=Role.ADMINISTRATOR,
        ),
        step(
            "actors",
            "Wie mag voor alle scholen handelen?",
            Rows(
                "people",
                "Medewerkers van het bestuurskantoor",
                questions=(
                    Text("name", "Naam"),
                    Email("email", "E-mailadres"),
                    Choices("acts", "Wat mag deze persoon doen?", options=ACTS),
                ),
                row="Medewerker",
                most=20,
                optional=True,
                hint="De tekenbevoegden mogen altijd alles voor deze scholen doen.",
            ),
            by=Role.ADMINISTRATOR,
        ),
        step(
            "licence",
            "Bestuurslicentie",
            YesNo("collective", "Wilt u gezamenlijke licenties voor het hele bestuur?"),
            Text(
                "reference",
                "Referentienummer",
                optional=True,
                hint="Laat leeg voor een bestuurslicentie. Vult u het in, dan krijgt elke school een eigen factuur.",
                when=Answered("licence.collective", True),
            ),
            YesNo(
                "invoice_each_school",
                "Weet u zeker dat elke school een eigen factuur moet krijgen?",
                yes="Ja, stuur elke school een eigen factuur",
                no="Nee, ik wil één verzamelfactuur",
                when=Answered("licence.reference"),
            ),
            by=Role.ADMINISTRATOR,
            complaint=_invoices_per_school_are_meant,
        ),
        step(
            "start",
            "Vanaf wanneer geldt het?",
            Date(
                "since",
                "Ingangsdatum",
                hint="Vandaag of later. De verklaring geldt tot uw bestuur haar intrekt.",
                not_before_today=True,
            ),
            by=Role.ADMINISTRATOR,
        ),
    ),
    signatory=Signatory(confirms="Ik verklaar namens het bestuur dat deze scholen onder ons bestuur vallen."),
    card=("scope.schools", "licence.collective", "start.since"),
    document="documents/board_declaration.html",
    outcome="act_for_schools",
    submit="Klaarzetten om te tekenen",
    afterwards="Wij maken het stuk. De tekenbevoegden krijgen een mail zodra zij kunnen tekenen.",
)
