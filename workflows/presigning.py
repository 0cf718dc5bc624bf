"""Signing beforehand (vooraf tekenen): a supplier binds itself to an agreement with every board that signs it."""

from workflows.vocabulary import Answered, Choice, Date, Party, Role, Signatory, Workflow, step

GIVE, STOP = "give", "stop"
WORKFLOW = Workflow(
    name="presigning",
    title="Vooraf tekenen",
    prefix="VT",
    version="2026-11",
    subject=frozenset({Party.SUPPLIER, Party.OPERATOR}),
    introduction="U tekent één keer voor een versie van uw verwerkersovereenkomst. "
    "Tekent een schoolbestuur die versie, dan is de overeenkomst meteen van kracht.",
    publication="processor_agreement",
    started_by=(Role.ADMINISTRATOR, Role.SIGNATORY),
    steps=(
        step(
            "presigning",
            "Wat wilt u?",
            Choice(
                "what",
                "Vooraf tekenen",
                options=(
                    (GIVE, "Wij tekenen deze versie vooraf, voor elk schoolbestuur dat haar tekent"),
                    (STOP, "Wij stoppen ermee en tekenen voortaan elke overeenkomst apart"),
                ),
                hint="Stoppen verandert niets aan overeenkomsten die al van kracht zijn.",
            ),
            Date(
                "until",
                "Tot en met welke dag?",
                hint="Daarna tekent u weer elke overeenkomst apart.",
                not_before_today=True,
                when=Answered("presigning.what", GIVE),
            ),
            by=Role.ADMINISTRATOR,
        ),
    ),
    signatory=Signatory(confirms="Ik bind de leverancier vooraf aan deze versie, zoals dit stuk het zegt."),
    card=("presigning.what", "presigning.until"),
    document="documents/presigning.html",
    outcome="presign",
    submit="Klaarzetten om te tekenen",
    afterwards="Wij maken het stuk. De tekenbevoegden van de leverancier krijgen een mail zodra zij kunnen tekenen.",
)
