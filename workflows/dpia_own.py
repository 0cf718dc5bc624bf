"""A DPIA made elsewhere (eigen DPIA): recorded with the advice of the FG and the decision of the board."""

from collections.abc import Mapping
from typing import Any

from workflows.dpia_facts import Verdict
from workflows.dpia_questions import VERDICTS
from workflows.vocabulary import (
    Answered,
    Answers,
    Choice,
    Date,
    File,
    LongText,
    OnFile,
    Party,
    PartyRows,
    Role,
    Sentence,
    Signatory,
    Text,
    Workflow,
    YesNo,
    step,
)

LEAST = 100
"""How many characters a summary, and the words of an advice, have at the least."""
A = Role.PRIVACY_OFFICER
HIGH = Answered("made.high", True)
CONSULTED = Answered("made.consulted", True)
NOT_CONSULTED = (
    "Dan mag u het product nog niet gebruiken. Blijft er een hoog risico over, dan raadpleegt u eerst de Autoriteit "
    "Persoonsgegevens (artikel 36 AVG). Leg deze DPIA vast als zij heeft geantwoord."
)


def _long_enough(text: Any) -> Sentence:
    left = LEAST - len(str(text or "").strip())
    sentence = "Schrijf nog iets meer: er zijn ten minste %(least)s tekens nodig, en u hebt er nog %(left)s te gaan."
    return (sentence, {"least": LEAST, "left": left}) if left > 0 else ""


def _supervisor_asked(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    """With a high risk that stays, nothing is decided before the supervisor answered."""
    return {"consulted": NOT_CONSULTED} if values.get("high") and values.get("consulted") is False else {}


WORKFLOW = Workflow(
    name="dpia_own",
    title="Eigen DPIA vastleggen",
    prefix="EDPIA",
    version="2026-11",
    subject=Party.BOARD,
    introduction="U legt een DPIA vast die buiten het portaal is gemaakt. De FG adviseert, uw bestuur besluit.",
    started_by=(Role.ADMINISTRATOR, A),
    about="subject.product",
    steps=(
        step(
            "subject",
            "Waarover gaat het?",
            OnFile("product", "Product", of="products", one=True),
            PartyRows("schools", "Scholen en vestigingen", hint="Voor deze scholen geldt het besluit straks."),
            YesNo("in_use", "Gebruikt u het product al?"),
            Date("start", "Sinds wanneer?", when=Answered("subject.in_use", True)),
            by=A,
        ),
        step(
            "made",
            "De DPIA zelf",
            Text("maker", "Wie maakte de DPIA?", hint="Een persoon, een bureau of een groep scholen."),
            Date("made_on", "Wanneer was ze klaar?"),
            File("file", "De DPIA als PDF", hint="Ze blijft bewaard bij dit besluit."),
            LongText(
                "summary",
                "Samenvatting",
                hint="Waarvoor gebruikt u het product, welke risico’s zijn er, en wat doet u daaraan?",
                complaint=_long_enough,
            ),
            YesNo("high", "Blijft er een hoog risico over, ook met alle maatregelen?"),
            YesNo("consulted", "Hebt u de Autoriteit Persoonsgegevens geraadpleegd?", when=HIGH),
            Date("consulted_on", "Wanneer antwoordde zij?", when=CONSULTED),
            LongText("answer", "Wat antwoordde zij?", hint="Het komt in het besluit.", when=CONSULTED),
            by=A,
            complaint=_supervisor_asked,
        ),
        step(
            "advice",
            "Advies van de FG",
            Choice("verdict", "Uw advies", options=VERDICTS),
            LongText("conditions", "Uw voorwaarden", when=Answered("advice.verdict", Verdict.CONDITIONAL)),
            LongText(
                "words",
                "Uw advies in woorden",
                hint="Het komt in zijn geheel in het besluit.",
                complaint=_long_enough,
            ),
            by=Role.FG,
            advises=True,
            rests_on=("subject", "made"),
            escalates_after=28,
            intro="U adviseert, en beslist niet. Lees eerst de DPIA.",
        ),
        step(
            "decision",
            "Besluit van het bestuur",
            LongText(
                "motivation",
                "Wat doet u met het advies van de FG, en waarom?",
                hint="Het komt in het besluit. Is het advies negatief, dan tekenen er ten minste twee mensen.",
                when=Answered("advice.verdict", Verdict.CONDITIONAL, Verdict.NEGATIVE),
            ),
            Date(
                "review_on",
                "Wanneer beoordeelt u opnieuw?",
                hint="Uiterlijk over drie jaar, of eerder als het product of het gebruik verandert.",
            ),
            by=Role.SIGNATORY,
            rests_on=("advice",),
            intro="Lees eerst de DPIA en het advies. Hierna wordt het stuk gemaakt, en tekent u het.",
        ),
    ),
    signatory=Signatory(
        confirms="Ik stel namens het schoolbestuur deze DPIA vast, zoals in dit stuk staat.",
        together=Answered("advice.verdict", Verdict.NEGATIVE),
    ),
    card=("subject.product", "subject.schools", "made.maker", "made.made_on", "advice.verdict"),
    document="documents/dpia_own.html",
    outcome="dpia_own",
    rejected_by=(Role.SIGNATORY,),
    submit="Klaarzetten om te tekenen",
    afterwards="Wij maken het besluit als stuk. Daarna tekenen de tekenbevoegden van uw bestuur.",
    lapses_after=180,
)
