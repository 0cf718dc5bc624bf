"""Processor agreement (verwerkersovereenkomst): a board assesses and signs a text; then its supplier signs."""

from collections.abc import Mapping
from typing import Any

from workflows.vocabulary import (
    Answered,
    Answers,
    Choice,
    Email,
    LongText,
    Party,
    PartyRows,
    Question,
    Role,
    Sentence,
    Signatory,
    Text,
    Workflow,
    step,
)

IN_ORDER, EXPLAINED = "ok", "_why"
"""The judgement that needs no explanation, and what the question after a point is called."""
JUDGEMENTS = (
    (IN_ORDER, "In orde"),
    ("remark", "Een opmerking"),
    ("risk", "Een risico dat wij dragen"),
    ("block", "Zo kunnen wij niet tekenen"),
)
POINTS: tuple[tuple[str, str, str], ...] = (
    ("purposes", "Doelen", "Zijn de doelen van ons, en niet van de leverancier?"),
    ("data", "Gegevens", "Worden er niet meer gegevens gevraagd dan nodig?"),
    ("special", "Bijzondere gegevens", "Is er een grond voor bijzondere gegevens en onderwijsnummers?"),
    ("retention", "Bewaartermijnen", "Zijn de termijnen kort genoeg?"),
    ("subprocessors", "Subverwerkers", "Kennen wij alle subverwerkers, en is het bezwaar goed geregeld?"),
    ("transfers", "Andere landen", "Blijven de gegevens in de EER, of is er een goede grond?"),
    ("security", "Beveiliging", "Past de beveiliging bij de gegevens, en is er bewijs?"),
    ("breach", "Datalekken", "Kunnen wij met deze melding op tijd zelf melden?"),
    ("automation", "Kunstmatige intelligentie", "Klopt het met wat wij willen?"),
    ("rights", "Rechten", "Kunnen wij vragen van leerlingen en ouders beantwoorden?"),
    ("ending", "Einde", "Krijgen wij alles terug, en wordt daarna alles gewist?"),
    ("deviations", "Afwijkingen", "Zijn afwijkingen van het model uit te leggen?"),
)
"""The points of the checklist: name, heading and question."""
_SPLIT = 6


def _questions(points: tuple[tuple[str, str, str], ...], place: str) -> tuple[Question, ...]:
    """A judgement of each point, and an explanation where it is anything but in order."""
    asked: list[Question] = []
    for name, heading, question in points:
        asked.append(Choice(name, heading, hint=question, options=JUDGEMENTS))
        said = Answered(f"{place}.{name}", "remark", "risk", "block")
        asked.append(LongText(f"{name}{EXPLAINED}", f"{heading}: toelichting", when=said, longest=2000))
    return tuple(asked)


def blocking(answers: Answers) -> list[str]:
    """The headings of the points with which the board cannot sign."""
    said = {**answers.get("content", {}), **answers.get("safety", {})}
    return [heading for name, heading, _ in POINTS if said.get(name) == "block"]


def remarked(answers: Answers) -> list[tuple[str, str, str]]:
    """The points that are not simply in order: heading, judgement, and the explanation."""
    said = {**answers.get("content", {}), **answers.get("safety", {})}
    judged = dict(JUDGEMENTS)
    return [
        (heading, judged[said[name]], str(said.get(f"{name}{EXPLAINED}", "")))
        for name, heading, _ in POINTS
        if said.get(name, IN_ORDER) in judged and said.get(name, IN_ORDER) != IN_ORDER
    ]


def _nothing_blocks(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    """What blocks is asked of the supplier first: a case with a block cannot be sent on to be signed."""
    return {
        name: "Zo kan het stuk niet verder. Stel uw vraag bij dit punt, of trek de zaak in."
        for name, _, _ in POINTS
        if values.get(name) == "block"
    }


WORKFLOW = Workflow(
    name="processor_agreement",
    title="Verwerkersovereenkomst",
    prefix="VO",
    version="2026-11",
    subject=Party.BOARD,
    introduction="Uw bestuur beoordeelt de tekst van een leverancier en tekent. Daarna tekent de leverancier.",
    publication="processor_agreement",
    started_by=(Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.SIGNATORY),
    steps=(
        step(
            "scope",
            "Voor welke scholen geldt het?",
            PartyRows("schools", "Scholen en vestigingen", hint="Haal weg wat niet met dit product werkt."),
            by=Role.ADMINISTRATOR,
        ),
        step(
            "contacts",
            "Wie is uw aanspreekpunt?",
            Text("privacy", "Naam van de contactpersoon voor privacy"),
            Email("privacy_email", "E-mailadres voor privacy en datalekken"),
            Text("underlying", "Nummer van de overeenkomst waar dit bij hoort", optional=True),
            by=Role.ADMINISTRATOR,
        ),
        step(
            "content",
            "Beoordeel de inhoud",
            *_questions(POINTS[:_SPLIT], "content"),
            by=Role.PRIVACY_OFFICER,
            complaint=_nothing_blocks,
        ),
        step(
            "safety",
            "Beoordeel de zekerheid",
            *_questions(POINTS[_SPLIT:], "safety"),
            by=Role.PRIVACY_OFFICER,
            complaint=_nothing_blocks,
        ),
    ),
    signatory=Signatory(confirms="Ik bind het schoolbestuur aan deze verwerkersovereenkomst, met beide bijlagen."),
    countersignatory=Signatory(confirms="Ik bind de leverancier aan deze verwerkersovereenkomst, met beide bijlagen."),
    card=("scope.schools", "contacts.privacy"),
    document="documents/processor_agreement.html",
    outcome="agree",
    rejected_by=(Role.PRIVACY_OFFICER, Role.SIGNATORY),
    submit="Klaarzetten om te tekenen",
    afterwards="Wij maken het stuk. Eerst tekenen de tekenbevoegden van uw bestuur, daarna de leverancier.",
)
