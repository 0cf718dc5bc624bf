"""Disclosure permission (toestemming publicatie of commercieel gebruik): each rights holder decides for itself."""

from workflows.vocabulary import (
    Assessor,
    Choice,
    Date,
    File,
    LongText,
    Party,
    Role,
    Text,
    Workflow,
    step,
)

PUBLICATION, COMMERCIAL = "publication", "commercial"

WORKFLOW = Workflow(
    name="disclosure_permission",
    title="Toestemming voor publicatie of commercieel gebruik",
    prefix="TP",
    version="2026-11",
    subject=Party.PERSON,
    introduction="U vraagt toestemming om gegevens te publiceren, commercieel te gebruiken of te geven aan iemand "
    "buiten de groepen van de gebruiksvoorwaarden. Elke rechthebbende van het product beslist apart.",
    steps=(
        step(
            "request",
            "Wat wilt u doen?",
            Choice(
                "kind",
                "Waarvoor vraagt u toestemming?",
                options=(
                    (PUBLICATION, "Publiceren, of geven aan iemand buiten de groepen"),
                    (COMMERCIAL, "Commercieel gebruiken"),
                ),
                hint="Commercieel gebruik mag alleen onder voorwaarden. U leest die eerst en gaat er dan mee akkoord.",
            ),
            LongText("what", "Welke gegevens wilt u gebruiken?", longest=2000, hint="Bijvoorbeeld: de schoolkaart."),
            LongText("where", "Waar en wanneer?", longest=2000, hint="Bijvoorbeeld: in de schoolgids van dit najaar."),
            LongText("purpose", "Waarvoor is het?", longest=2000),
        ),
        step(
            "recipient",
            "Wie krijgt het, en tot wanneer?",
            Text("name", "Naam van de ontvanger", optional=True, hint="Als u de naam weet."),
            Text("organisation", "Organisatie van de ontvanger", optional=True),
            Date("until", "Tot en met welke dag hebt u de toestemming nodig?", not_before_today=True),
            File("file", "Bijlage", optional=True, hint="Bijvoorbeeld een ontwerp. PDF, hooguit 10 MB."),
        ),
    ),
    assessors=(Assessor(Role.ADMINISTRATOR, at=Party.RIGHTS_HOLDER),),
    document="documents/disclosure_permission.html",
    outcome="permit",
    submit="Aanvraag versturen",
    taken_back="De toestemming eindigt nu. Wat u onder deze toestemming deelde, is niet meer te openen. "
    "De ontvangers krijgen een mail.",
    afterwards="Elke rechthebbende beslist apart. U krijgt een mail zodra er een besluit is.",
)
