"""Change of authority (wijziging tekenbevoegdheid): who may sign from a day on, and by which rule."""

from collections.abc import Mapping
from typing import Any

from workflows.vocabulary import (
    ORGANISATIONS,
    Answered,
    Answers,
    Assessor,
    Choice,
    Choices,
    Date,
    Email,
    File,
    OnFile,
    Party,
    Role,
    Rows,
    Sentence,
    Signatory,
    Text,
    Workflow,
    step,
)


def _no_twins(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    addresses = [row["email"].lower() for row in values.get("people", [])]
    twice = next((address for address in addresses if addresses.count(address) > 1), None)
    if twice is None:
        return {}
    return {
        "people": ("Het e-mailadres %(address)s staat er twee keer. Ieder heeft een eigen adres.", {"address": twice})
    }


def _delegating_goes_alone(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    if "delegating" in values.get("what", []) and len(values["what"]) > 1:
        return {"what": "Machtigen doet u apart van andere wijzigingen. Kies alleen machtigen, of alleen de rest."}
    return {}


def together_of(rule: Mapping[str, Any]) -> int:
    """How many must sign together under the answers of step `rule`: 1 where one may alone."""
    return int(rule.get("together") or 1) if rule.get("mode") == "jointly" else 1


KINDS = (
    ("board_declaration", "Bestuursverklaringen"),
    ("declaration_revocation", "Intrekkingen van een bestuursverklaring"),
    ("organisation_change", "Wijzigingen van de gegevens van de organisatie"),
    ("processor_agreement", "Verwerkersovereenkomsten"),
    ("presigning", "Vooraf tekenen van verwerkersovereenkomsten"),
    ("deletion_certificate", "Verklaringen dat gegevens gewist zijn"),
    ("dpia_reuse", "Besluiten over het hergebruik van een model-DPIA"),
    ("dpia_own", "Besluiten over een eigen DPIA"),
)
"""What a mandate can be limited to: every procedure that is signed, but for this one, which takes a mandate without
limits."""

WORKFLOW = Workflow(
    name="mandate_change",
    title="Wijziging tekenbevoegdheid",
    prefix="TB",
    version="2026-11",
    subject=ORGANISATIONS,
    introduction="Er komt een tekenbevoegde bij, er gaat er een weg, of u tekent voortaan anders: alleen of samen.",
    started_by=(Role.ADMINISTRATOR, Role.SIGNATORY),
    steps=(
        step(
            "change",
            "Wat verandert er?",
            Choices(
                "what",
                "Wat wilt u wijzigen?",
                options=(
                    ("joining", "Er komt een tekenbevoegde bij"),
                    ("leaving", "Een tekenbevoegde stopt"),
                    ("rule", "Wij tekenen voortaan anders: alleen of samen"),
                    ("delegating", "Ik ben tekenbevoegd en machtig een collega, binnen grenzen"),
                ),
            ),
            by=Role.ADMINISTRATOR,
            complaint=_delegating_goes_alone,
        ),
        step(
            "delegating",
            "Wie machtigt u, en waarvoor?",
            Email("email", "E-mailadres van uw collega", hint="Iemand met een account en een gekoppelde app."),
            Choices("kinds", "Welke stukken mag uw collega tekenen?", options=KINDS),
            Text(
                "amount",
                "Tot welk bedrag mag uw collega tekenen?",
                kind="amount",
                optional=True,
                hint="In hele euro's, bijvoorbeeld 25000. Laat leeg als er geen grens is.",
            ),
            Date("until", "Tot en met welke dag?", not_before_today=True),
            by=Role.SIGNATORY,
            when=Answered("change.what", "delegating"),
            intro="Uw collega kan nooit meer dan u. De machtiging eindigt ook als uw eigen bevoegdheid eindigt. "
            "U en uw collega tellen samen als één tekenbevoegde.",
        ),
        step(
            "joining",
            "Wie komt erbij?",
            Rows(
                "people",
                "Nieuwe tekenbevoegden",
                questions=(Text("name", "Naam"), Text("function", "Functie"), Email("email", "E-mailadres")),
                row="Tekenbevoegde",
                fewest=1,
                most=12,
                hint="Schrijf de naam zoals die in het bewijsstuk staat. Met die naam wordt getekend.",
            ),
            Choices(
                "kinds",
                "Welke stukken mogen zij tekenen?",
                options=KINDS,
                optional=True,
                hint="Kies niets als zij alles mogen tekenen.",
            ),
            Text(
                "amount",
                "Tot welk bedrag mogen zij tekenen?",
                kind="amount",
                optional=True,
                hint="In hele euro's, bijvoorbeeld 25000. Laat leeg als er geen grens is.",
            ),
            Date(
                "until",
                "Tot en met welke dag mogen zij tekenen?",
                optional=True,
                not_before_today=True,
                hint="Laat leeg als er geen einddag is.",
            ),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "joining"),
            complaint=_no_twins,
            intro="Krijgt iemand andere grenzen? Kies dan in de eerste stap ook dat deze persoon stopt.",
        ),
        step(
            "leaving",
            "Wie stopt?",
            OnFile("mandates", "Tekenbevoegden die stoppen", of="signatories"),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "leaving"),
            intro="Wat iemand eerder heeft getekend, blijft geldig.",
        ),
        step(
            "rule",
            "Hoe tekent u voortaan?",
            Choice(
                "mode",
                "Hoe tekenen de tekenbevoegden?",
                options=(
                    ("alone", "Ieder zelfstandig"),
                    ("jointly", "Gezamenlijk"),
                    ("majority", "Met de meerderheid van het bestuur"),
                ),
                hint="Bij een meerderheid telt het portaal op het moment van tekenen hoeveel tekenbevoegden er zijn.",
            ),
            Choice(
                "together",
                "Hoeveel personen moeten samen tekenen?",
                options=(("2", "Twee"), ("3", "Drie"), ("4", "Vier"), ("5", "Vijf")),
                when=Answered("rule.mode", "jointly"),
            ),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "rule"),
        ),
        step(
            "start",
            "Vanaf wanneer, en waaruit blijkt het?",
            Date(
                "since",
                "Eerste dag van de nieuwe situatie",
                hint="Kiest u vandaag, dan geldt het zodra het is getekend. Een latere dag gaat in om 00:00 uur.",
                not_before_today=True,
            ),
            Choice(
                "basis",
                "Waaruit blijkt de wijziging?",
                options=(
                    ("trade_register", "Uittreksel Handelsregister"),
                    ("statutes", "Statuten"),
                    ("mandate_decision", "Mandaatbesluit"),
                ),
            ),
            File("evidence", "Bewijsstuk"),
            by=Role.ADMINISTRATOR,
        ),
    ),
    signatory=Signatory(
        confirms="Ik bevestig namens de organisatie deze wijziging van de tekenbevoegdheid.",
        without_limits=True,
        or_else=Assessor(Role.SERVICE_DESK, at=Party.OPERATOR),
    ),
    card=("change.what", "start.since"),
    document="documents/mandate_change.html",
    outcome="change_mandates",
    submit="Wijziging versturen",
    afterwards="Een tekenbevoegde van nu tekent de wijziging. Is er niemand meer, dan beoordeelt de servicedesk haar.",
)
