"""Revocation of a board declaration (intrekking): from which day the board speaks for those schools no longer."""

from workflows.vocabulary import Date, LongText, OnFile, Party, Role, Signatory, Workflow, step

WORKFLOW = Workflow(
    name="declaration_revocation",
    title="Intrekking bestuursverklaring",
    prefix="IV",
    version="2026-11",
    subject=Party.BOARD,
    introduction="Uw bestuur trekt een bestuursverklaring in. Vanaf die dag handelt het niet meer namens de scholen.",
    started_by=(Role.ADMINISTRATOR, Role.SIGNATORY),
    steps=(
        step(
            "revocation",
            "Welke verklaring trekt u in?",
            OnFile(
                "declarations",
                "Bestuursverklaring",
                of="declarations",
                hint="Staat hier niets? Dan heeft uw bestuur geen verklaring die geldt of nog ingaat.",
            ),
            Date(
                "since",
                "Eerste dag zonder verklaring",
                hint="Kiest u vandaag, dan eindigt zij zodra is getekend. Een latere dag gaat in om 00:00 uur.",
                not_before_today=True,
            ),
            LongText("reason", "Waarom trekt u de verklaring in?", longest=2000),
            by=Role.ADMINISTRATOR,
            intro="Wilt u alleen scholen toevoegen of weghalen? Doe dan een nieuwe verklaring: die vervangt de oude.",
        ),
    ),
    signatory=Signatory(confirms="Ik trek namens het bestuur deze bestuursverklaring in."),
    card=("revocation.declarations", "revocation.since"),
    document="documents/declaration_revocation.html",
    outcome="revoke_declaration",
    submit="Klaarzetten om te tekenen",
    afterwards="Wij maken het stuk. De tekenbevoegden krijgen een mail zodra zij kunnen tekenen.",
)
