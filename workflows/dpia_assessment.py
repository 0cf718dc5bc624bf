"""Reuse of a model DPIA (hergebruik van een model-DPIA): compare, take the measures, ask the FG, decide."""

from collections.abc import Mapping
from typing import Any

from workflows import dpia_questions as lists
from workflows.dpia_facts import Comparison, MeasureState, Outcome, Verdict
from workflows.dpia_reuse import exit_of, needs_two
from workflows.vocabulary import (
    Answered,
    Answers,
    Choice,
    Choices,
    Date,
    Email,
    File,
    LongText,
    OfEach,
    Party,
    PartyRows,
    Pick,
    Role,
    Rows,
    Sentence,
    Signatory,
    Text,
    Workflow,
    YesNo,
    step,
)

LEAST = 100
"""How many characters a description of one's own use, and the words of an advice, have at the least."""
WRITTEN = ("subject", "need", "timing", "comparison", "measures", "risks", "views")
"""The steps that the privacy officer writes, and the FG advises on."""
A = Role.PRIVACY_OFFICER


# --- Conditions --------------------------------------------------------------------------------------------------


def is_needed(answers: Answers) -> bool:
    """Whether a DPIA is needed, or wise to make."""
    return exit_of(answers) is not Outcome.NOT_REQUIRED


def is_compared(answers: Answers) -> bool:
    """Whether the use is compared with the model: there was no way out before it."""
    return exit_of(answers) is None


def _in_use(answers: Answers) -> bool:
    return is_needed(answers) and answers.get("subject", {}).get("in_use") is True


def _replaces(answers: Answers) -> bool:
    """Whether a measure of the model is replaced by one of the board's own."""
    said = answers.get("measures", {}).get("measures") or {}
    return any(row.get("state") == MeasureState.REPLACED for row in said.values())


# --- Rules of one step -------------------------------------------------------------------------------------------


def _long_enough(text: Any) -> Sentence:
    left = LEAST - len(str(text or "").strip())
    sentence = "Schrijf nog iets meer: er zijn ten minste %(least)s tekens nodig, en u hebt er nog %(left)s te gaan."
    return (sentence, {"least": LEAST, "left": left}) if left > 0 else ""


def _all_confirmed(keys: Any) -> Sentence:
    missing = {key for key, _ in lists.CONFIRMATIONS} - set(keys or [])
    return "Bevestig alle vier de punten, of stuur de beoordeling terug." if missing else ""


def _advised_in_full(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    if values.get("verdict") == Verdict.CONDITIONAL and not values.get("conditions"):
        return {"conditions": "Noem ten minste één voorwaarde, of kies een ander advies."}
    return {}


def _own_risks_named(values: Mapping[str, Any], answers: Answers) -> dict[str, Sentence]:
    """A side that goes further than the model brings a risk that the model does not describe."""
    named = {row.get("side") for row in values.get("own") or []}
    missing = [side for side in worse_sides(answers) if side not in named]
    if not missing:
        return {}
    sentence = "Op deze onderdelen wijkt u af van het model: %(sides)s. Beschrijf bij elk ten minste één eigen risico."
    return {"own": (sentence, {"sides": ", ".join(lists.SIDE_NAMES[side] for side in missing)})}


def worse_sides(answers: Answers) -> list[str]:
    """The sides of which the board, or a school of it, says that they go further than the model or are not in it."""
    said = answers.get("comparison", {})
    worse = {side for side, row in (said.get("sides") or {}).items() if row.get("choice") in WORSE}
    worse |= {str(row["side"]) for row in said.get("local") or [] if row.get("choice") in WORSE}
    return [side for side in lists.SIDE_NAMES if side in worse]


WORSE = (Comparison.RISKIER, Comparison.ABSENT)


# --- The workflow ------------------------------------------------------------------------------------------------

WORKFLOW = Workflow(
    name="dpia_reuse",
    title="Hergebruik van een model-DPIA",
    prefix="DPIA",
    version="2026-11",
    subject=Party.BOARD,
    introduction="U vergelijkt uw gebruik van een product met een model-DPIA. De FG adviseert, uw bestuur besluit.",
    publication="dpia_model",
    started_by=(Role.ADMINISTRATOR, A),
    steps=(
        step(
            "subject",
            "Waarover gaat het?",
            PartyRows("schools", "Scholen en vestigingen", hint="Voor deze scholen geldt het besluit straks."),
            Pick("modules", "Onderdelen die u gebruikt", of="modules", hint="Kies ook wat u alleen soms gebruikt."),
            YesNo(
                "other_modules",
                "Gebruikt u ook onderdelen die hier niet bij staan?",
                hint="Voor een onderdeel dat het model niet beschrijft, is een eigen DPIA nodig.",
            ),
            YesNo(
                "same_version",
                "Gebruikt u de versie van het product die het model beschrijft?",
                hint="Bij een dienst op internet is dat de versie die de leverancier nu aanbiedt.",
            ),
            YesNo("in_use", "Gebruikt u het product al?"),
            Date(
                "start",
                "Eerste dag van het gebruik",
                hint="Nog niet in gebruik? Dan de dag waarop u wilt beginnen. Al wel? Dan de dag waarop u begon.",
            ),
            OfEach(
                "conditions",
                "Voldoet u aan de voorwaarden van het model?",
                of="conditions",
                questions=(Choice("met", "Voldoet u hieraan?", options=(("yes", "Ja"), ("no", "Nee"))),),
                hint="De maker ging ervan uit dat u het product onder deze voorwaarden gebruikt.",
            ),
            Text("contract", "Nummer of naam van uw contract", optional=True),
            YesNo(
                "agreement",
                "Is er een verwerkersovereenkomst voor dit product?",
                hint="Zonder verwerkersovereenkomst kan het gebruik niet beginnen.",
            ),
            LongText(
                "use",
                "Hoe gebruikt u het product?",
                hint="In uw eigen woorden: wie doet er wat mee, bij welke leerlingen, en waarom?",
                complaint=_long_enough,
            ),
            by=A,
            intro="U beschrijft uw eigen gebruik. Daarmee vergelijkt u straks wat het model beschrijft.",
        ),
        step(
            "need",
            "Is een DPIA nodig?",
            Choices(
                "ap",
                "Wat hiervan doet u met het product?",
                options=lists.AP_LIST,
                optional=True,
                hint="De lijst van de Autoriteit Persoonsgegevens. Met één ervan moet u al een DPIA maken.",
            ),
            Choices(
                "edpb",
                "Welke kenmerken passen bij uw gebruik?",
                options=lists.EDPB_LIST,
                optional=True,
                hint="Bij twee of meer is een DPIA nodig. Bij leerlingen geldt “kwetsbare mensen” altijd.",
            ),
            Choices(
                "art35",
                "Is er sprake van een van deze gevallen?",
                options=lists.ART35_LIST,
                optional=True,
                hint="De AVG noemt deze drie zelf (artikel 35 lid 3). Eén ervan is genoeg.",
            ),
            LongText("why", "Toelichting", hint="Leg in enkele zinnen uit waarom u dit koos."),
            by=A,
            intro="Niet voor elk gebruik is een DPIA nodig. Uit uw antwoorden volgt of dat hier zo is.",
        ),
        step(
            "timing",
            "Wat was er al onderzocht?",
            YesNo("earlier", "Zijn de risico's eerder onderzocht?", hint="Bijvoorbeeld voordat u het ging gebruiken."),
            Choice(
                "earlier_kind",
                "Wat was dat voor onderzoek?",
                options=(("dpia", "Een DPIA"), ("other", "Iets anders, zoals een risicoanalyse onder de Wbp")),
                when=Answered("timing.earlier", True),
            ),
            Date("earlier_on", "Datum van dat onderzoek", when=Answered("timing.earlier", True)),
            File(
                "earlier_file",
                "Het onderzoek (PDF)",
                optional=True,
                hint="Het komt bij de zaak, niet in het besluit.",
                when=Answered("timing.earlier", True),
            ),
            YesNo(
                "changed",
                "Zijn de risico's sindsdien veranderd?",
                hint="Denk aan nieuwe onderdelen, andere gegevens, een andere verwerker, of meer leerlingen.",
                when=Answered("timing.earlier", True),
            ),
            LongText("why", "Toelichting", hint="Waaruit blijkt dat?"),
            by=A,
            when=_in_use,
            intro="U gebruikt het product al. Was er al een DPIA en is er niets veranderd, dan hoeft er geen nieuwe.",
        ),
        step(
            "comparison",
            "Vergelijk uw gebruik met het model",
            LongText(
                "basis",
                "Op welke grond verwerkt u de gegevens?",
                hint="Noem elk doel met zijn grond uit de AVG, zoals een wettelijke plicht of een publieke taak.",
            ),
            OfEach(
                "sides",
                "De twaalf onderdelen",
                of="dimensions",
                questions=(
                    Choice("choice", "Uw gebruik is", options=lists.COMPARISONS),
                    Choice("level", "Hoe ver gaat uw eigen gebruik?", options=lists.REACHES),
                    LongText(
                        "why",
                        "Wat is er anders?",
                        when=Answered("row.choice", Comparison.DIFFERENT, Comparison.RISKIER, Comparison.ABSENT),
                    ),
                ),
                hint="Bij elk onderdeel staat eerst wat het model beschrijft. Zeg daarna hoe het bij u is.",
            ),
            Rows(
                "local",
                "Scholen waar het anders is",
                questions=(
                    Pick("school", "School", of="subject.schools", one=True),
                    Choice("side", "Onderdeel", options=lists.SIDE_OPTIONS),
                    Choice("choice", "Daar is het gebruik", options=lists.COMPARISONS),
                    LongText("why", "Wat is er anders?", longest=2000),
                ),
                optional=True,
                row="Verschil",
                hint="Is het op één school anders dan op de andere? Beschrijf alleen dat verschil.",
            ),
            by=A,
            when=is_compared,
            intro="U mag een model niet zomaar overnemen. U vergelijkt het met uw eigen gebruik.",
        ),
        step(
            "measures",
            "Welke maatregelen neemt u?",
            OfEach(
                "measures",
                "De maatregelen van het model",
                of="measures",
                questions=(
                    Choice("state", "Hoe staat het ermee?", options=lists.STATES),
                    Date("on", "Datum", when=Answered("row.state", MeasureState.DONE, MeasureState.PLANNED)),
                    LongText(
                        "evidence",
                        "Waaruit blijkt dat?",
                        when=Answered("row.state", MeasureState.DONE),
                        longest=2000,
                    ),
                    File("file", "Bewijs (PDF)", optional=True, when=Answered("row.state", MeasureState.DONE)),
                    Text("owner", "Wie zorgt ervoor?", when=Answered("row.state", MeasureState.PLANNED)),
                    Email("owner_email", "E-mailadres", when=Answered("row.state", MeasureState.PLANNED)),
                    LongText("by", "Wat doet u in de plaats?", when=Answered("row.state", MeasureState.REPLACED)),
                    LongText(
                        "why",
                        "Waarom?",
                        when=Answered(
                            "row.state", MeasureState.REPLACED, MeasureState.REFUSED, MeasureState.NOT_APPLICABLE
                        ),
                    ),
                ),
                hint="Wat gepland is, telt pas mee als het is uitgevoerd. Over vervangen maatregelen oordeelt de FG.",
            ),
            Rows(
                "own",
                "Eigen maatregelen",
                questions=(
                    LongText("text", "Wat doet u?", longest=2000),
                    Text("owner", "Wie zorgt ervoor?"),
                    Email("owner_email", "E-mailadres"),
                    Date("on", "Datum"),
                    LongText("evidence", "Waaruit blijkt dat?", optional=True, longest=2000),
                ),
                optional=True,
                row="Maatregel",
                hint="Maatregelen die niet in het model staan, en die u zelf neemt.",
            ),
            by=A,
            when=is_compared,
            intro="De maker van het model raadt deze maatregelen aan. Zeg bij elke maatregel wat u ermee doet.",
        ),
        step(
            "risks",
            "Welke risico's blijven er?",
            OfEach(
                "risks",
                "De risico's van het model",
                of="risks",
                questions=(
                    YesNo("applies", "Speelt dit bij u?"),
                    Choice("chance", "Kans", options=lists.LEVELS, when=Answered("row.applies", True)),
                    Choice("impact", "Gevolg", options=lists.LEVELS, when=Answered("row.applies", True)),
                    LongText("why", "Waarom?", longest=2000),
                ),
                hint="Kans en gevolg zonder de maatregelen. Wat er daarna overblijft, rekent de portal uit.",
            ),
            Rows(
                "own",
                "Eigen risico's",
                questions=(
                    Choice("side", "Bij welk onderdeel?", options=lists.SIDE_OPTIONS),
                    LongText("text", "Wat kan er misgaan?", longest=2000),
                    Choice("chance", "Kans", options=lists.LEVELS),
                    Choice("impact", "Gevolg", options=lists.LEVELS),
                    Choice("after", "Wat blijft er over na uw maatregelen?", options=lists.LEVELS),
                    LongText("why", "Waarom?", longest=2000),
                ),
                optional=True,
                row="Risico",
                hint="Nodig bij elk onderdeel met meer risico dan het model, of dat er niet in staat.",
            ),
            by=A,
            when=is_compared,
            complaint=_own_risks_named,
            intro="Schat in wat er bij u kan misgaan, voor leerlingen, ouders en personeel.",
        ),
        step(
            "views",
            "Wat vinden leerlingen en ouders?",
            YesNo("sought", "Hebt u gevraagd wat betrokkenen ervan vinden?", hint="Bijvoorbeeld aan de MR."),
            LongText("how", "Hoe hebt u dat gevraagd?", when=Answered("views.sought", True)),
            LongText("result", "Wat kwam eruit?", when=Answered("views.sought", True)),
            LongText("why_not", "Waarom niet?", when=Answered("views.sought", False)),
            by=A,
            when=is_compared,
            intro="De AVG wil dat u dit vraagt waar dat past (artikel 35 lid 9).",
        ),
        step(
            "advice",
            "Advies van de FG",
            Choice("verdict", "Uw advies", options=lists.VERDICTS),
            Rows(
                "conditions",
                "Uw voorwaarden",
                questions=(LongText("text", "Voorwaarde", longest=2000),),
                row="Voorwaarde",
                fewest=1,
                hint="De privacy officer antwoordt op elke voorwaarde apart.",
                when=Answered("advice.verdict", Verdict.CONDITIONAL),
            ),
            Choice(
                "replacements",
                "Zijn de vervangen maatregelen even goed?",
                options=(
                    ("accept", "Ja, deze kunnen in de plaats komen"),
                    ("reject", "Nee, dit is niet gelijkwaardig"),
                ),
                hint="Het bestuur heeft maatregelen van het model vervangen door eigen maatregelen.",
                when=_replaces,
            ),
            YesNo(
                "bureau",
                "Werkt u bij het bureau dat deze beoordeling maakte?",
                hint="Het besluit vermeldt dat. U kunt wel adviseren, als u er zelf niet aan meeschreef.",
            ),
            LongText(
                "words",
                "Uw advies in woorden",
                hint="Het komt in zijn geheel in het besluit.",
                complaint=_long_enough,
            ),
            by=Role.FG,
            advises=True,
            rests_on=WRITTEN,
            escalates_after=28,
            complaint=_advised_in_full,
            intro="U adviseert, en beslist niet. Lees eerst alles tot nu toe.",
        ),
        step(
            "reply",
            "Antwoord op het advies",
            OfEach(
                "conditions",
                "De voorwaarden van de FG",
                of="advice.conditions",
                questions=(
                    YesNo("taken", "Neemt u deze voorwaarde over?"),
                    Date("on", "Wanneer is dat klaar?", when=Answered("row.taken", True)),
                    Text("owner", "Wie zorgt ervoor?", when=Answered("row.taken", True)),
                    Email("owner_email", "E-mailadres", when=Answered("row.taken", True)),
                    LongText("why", "Waarom niet?", when=Answered("row.taken", False)),
                ),
                when=Answered("advice.verdict", Verdict.CONDITIONAL),
            ),
            LongText(
                "words",
                "Uw antwoord op het negatieve advies",
                hint="Het bestuur leest het samen met het advies.",
                when=Answered("advice.verdict", Verdict.NEGATIVE),
            ),
            by=A,
            rests_on=("advice",),
            when=Answered("advice.verdict", Verdict.CONDITIONAL, Verdict.NEGATIVE),
            intro="De FG heeft geadviseerd. Zeg wat u ermee doet.",
        ),
        step(
            "decision",
            "Besluit van het bestuur",
            Choices(
                "confirms",
                "Wat bevestigt u?",
                options=lists.CONFIRMATIONS,
                complaint=_all_confirmed,
                hint="Alle vier zijn nodig.",
            ),
            LongText(
                "motivation",
                "Waarom volgt u het advies van de FG niet?",
                hint="Het komt in het besluit. Er tekenen dan ten minste twee mensen.",
                when=needs_two,
            ),
            LongText(
                "accepts",
                "Waarom aanvaardt u de vervangen maatregelen toch?",
                optional=True,
                hint="De FG vindt ze niet gelijkwaardig. Laat u dit leeg, dan is een eigen DPIA nodig.",
                when=Answered("advice.replacements", "reject"),
            ),
            Date(
                "review_on",
                "Wanneer beoordeelt u opnieuw?",
                hint="Uiterlijk over drie jaar, of eerder als het product of het gebruik verandert.",
            ),
            by=Role.SIGNATORY,
            rests_on=("advice", "reply"),
            intro="Lees eerst alles tot nu toe. Hierna wordt het stuk gemaakt, en tekent u het.",
        ),
    ),
    signatory=Signatory(
        confirms="Ik besluit namens het schoolbestuur zoals in dit stuk staat.",
        together=needs_two,
    ),
    card=("subject.schools", "subject.in_use", "subject.start", "advice.verdict"),
    document="documents/dpia_reuse.html",
    outcome="dpia",
    rejected_by=(Role.SIGNATORY,),
    prints_help=True,
    submit="Klaarzetten om te tekenen",
    afterwards="Wij maken het besluit als stuk. Daarna tekenen de tekenbevoegden van uw bestuur.",
    lapses_after=180,
)
