"""Usage terms (gebruiksvoorwaarden): a person accepts, once per version, how a product's figures may be used."""

from workflows.vocabulary import Clauses, Party, RecipientGroup, TypedName, Workflow, step

WORKFLOW = Workflow(
    name="usage_terms",
    title="Gebruiksvoorwaarden",
    prefix="GV",
    version="2026-11",
    subject=Party.PERSON,
    introduction="U leest de voorwaarden en bevestigt de belangrijkste afspraken. Daarna gaan de rapporten open.",
    publication="usage_terms",
    one_sitting=True,
    steps=(
        step(
            "read",
            "Lees de voorwaarden",
            Clauses("confirmed", "Bevestig de belangrijkste afspraken"),
            intro="Bevestig elke afspraak met een vinkje. De rest leest u door.",
        ),
        step(
            "group",
            "Bij welke groep hoort u?",
            RecipientGroup(
                "group",
                "Uw groep",
                hint="Alleen deze groepen mogen de gegevens gebruiken.",
            ),
        ),
        step(
            "accept",
            "Akkoord gaan",
            TypedName("name", "Typ uw volledige naam", hint="Zo bevestigt u dat u zelf akkoord gaat."),
            intro="U gaat akkoord als werknemer. Dit is geen toestemming volgens de privacywet (AVG). "
            "Schade door uw werk draagt uw werkgever, behalve bij opzet of bewuste roekeloosheid "
            "(artikel 7:661 Burgerlijk Wetboek).",
        ),
    ),
    document="documents/usage_terms.html",
    outcome="accept_terms",
    submit="Ik ga akkoord",
    taken_back="U trekt uw akkoord in. De rapporten van dit product gaan voor u dicht. Verder verandert er niets.",
    afterwards="De rapporten staan voor u open. Wij mailen u een ontvangstbewijs.",
)
