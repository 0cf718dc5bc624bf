"""Change of organisation (wijzigingsformulier): name, address, money, roles; merger, split and dissolution."""

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
    YesNo,
    step,
)

WHAT = (
    ("name", "Naam"),
    ("address", "Adres"),
    ("invoices", "Facturen of administratiekantoor"),
    ("financial_contact", "Financieel contactpersoon"),
    ("roles", "Rollen"),
    ("merger", "Fusie"),
    ("split", "Splitsing"),
    ("dissolution", "Opheffing"),
)
NAMES: Mapping[str, str] = dict(WHAT)
FUTURE = Answered("change.what", "merger", "split", "dissolution")
MONEY_OR_AUTHORITY = Answered("change.what", "invoices", "financial_contact", "merger", "split", "dissolution")
"""What a signatory must sign for (R002-04 among it)."""
ROLE_OPTIONS = (
    ("administrator", "Beheerder"),
    ("privacy_officer", "Privacy officer"),
    ("fg", "Functionaris gegevensbescherming (FG)"),
    ("reader", "Rapportlezer"),
)


def _one_future(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    chosen = {"merger", "split", "dissolution"} & set(values.get("what", []))
    return {"what": "Kies één van deze drie: fusie, splitsing of opheffing."} if len(chosen) > 1 else {}


def _address_fits_channel(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    if values.get("channel") == "email" and "@" not in values.get("address", ""):
        return {"address": "U wilt de facturen per e-mail. Vul een e-mailadres in, bijvoorbeeld facturen@school.nl."}
    return {}


def _some_role(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    if not values.get("joining") and not values.get("ending"):
        return {"joining": "Noem iemand die een rol krijgt, of kies hieronder een rol die eindigt."}
    return {}


def ends(answers: Answers) -> bool:
    """Whether the organisation exists no longer after this change: dissolved, or gone up in others."""
    what = answers.get("change", {}).get("what", [])
    return "dissolution" in what or (FUTURE(answers) and answers.get("future", {}).get("continues") is False)


def remarks(answers: Answers) -> list[Sentence]:
    """What this change will lead to and the person should know before sending it."""
    if ends(answers):
        return [
            "Op de gekozen dag eindigen alle rollen, tekenbevoegdheden en verklaringen van uw organisatie. "
            "De rapporten gaan dan dicht. Getekende stukken blijven bewaard."
        ]
    if FUTURE(answers):
        return ["Veranderen de scholen van uw bestuur? Doe dan ook een nieuwe bestuursverklaring vanaf die dag."]
    return []


WORKFLOW = Workflow(
    name="organisation_change",
    title="Wijziging organisatie",
    prefix="WO",
    version="2026-11",
    subject=ORGANISATIONS,
    introduction="U geeft door wat er verandert: naam, adres, facturen, rollen, een fusie, een splitsing of het einde.",
    started_by=(Role.ADMINISTRATOR, Role.SIGNATORY),
    steps=(
        step(
            "change",
            "Wat verandert er?",
            Choices(
                "what",
                "Wat wilt u doorgeven?",
                options=WHAT,
                hint="Verandert wie mag tekenen? Gebruik dan: Wijziging tekenbevoegdheid.",
            ),
            by=Role.ADMINISTRATOR,
            complaint=_one_future,
        ),
        step(
            "name",
            "Nieuwe naam",
            Text("name", "Naam"),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "name"),
        ),
        step(
            "address",
            "Nieuw adres",
            Text("street", "Straat en huisnummer"),
            Text("postcode", "Postcode", kind="postcode"),
            Text("place", "Plaats"),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "address"),
        ),
        step(
            "invoices",
            "Waar gaan de facturen heen?",
            Choice("channel", "Hoe wilt u facturen krijgen?", options=(("email", "Per e-mail"), ("post", "Per post"))),
            Text("address", "Adres voor de facturen", hint="Een e-mailadres of een postadres"),
            Text("reference", "Uw kenmerk op de factuur", optional=True),
            YesNo("office", "Doet een administratiekantoor uw financiën?"),
            Text("office_name", "Naam van het administratiekantoor", when=Answered("invoices.office", True)),
            Email("office_email", "E-mailadres van het kantoor", when=Answered("invoices.office", True)),
            Text(
                "office_mention",
                "SN-nummer of andere vermelding op de factuur",
                optional=True,
                when=Answered("invoices.office", True),
            ),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "invoices"),
            complaint=_address_fits_channel,
            intro="Een tekenbevoegde tekent hiervoor. Daarna gaan de facturen naar het nieuwe adres of het kantoor.",
        ),
        step(
            "financial_contact",
            "Nieuw financieel contactpersoon",
            Text("name", "Naam"),
            Email("email", "E-mailadres"),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "financial_contact"),
            intro="Er is altijd precies één financieel contactpersoon. Deze persoon volgt de vorige op.",
        ),
        step(
            "roles",
            "Wie doet wat?",
            Rows(
                "joining",
                "Personen die een rol krijgen",
                questions=(
                    Text("name", "Naam"),
                    Email("email", "E-mailadres"),
                    Choices("roles", "Rol", options=ROLE_OPTIONS),
                ),
                row="Persoon",
                most=30,
                optional=True,
            ),
            OnFile("ending", "Rollen die eindigen", of="roles", optional=True),
            by=Role.ADMINISTRATOR,
            when=Answered("change.what", "roles"),
            complaint=_some_role,
        ),
        step(
            "future",
            "Fusie, splitsing of opheffing",
            Text(
                "other",
                "Met welke organisatie, of in welke organisaties?",
                hint="Naam, en het bestuursnummer als u het weet",
                when=Answered("change.what", "merger", "split"),
            ),
            YesNo(
                "continues",
                "Blijft uw organisatie zelf bestaan?",
                no="Nee, zij gaat op in de andere",
                when=Answered("change.what", "merger", "split"),
            ),
            Date(
                "since",
                "Eerste dag van de nieuwe situatie",
                hint="Vandaag geldt zodra het is getekend en beoordeeld. Een latere dag gaat in om 00:00 uur.",
                not_before_today=True,
            ),
            File(
                "evidence", "Bewijsstuk", hint="Bij een opheffing: het besluit of bericht van DUO. PDF, hooguit 10 MB."
            ),
            by=Role.ADMINISTRATOR,
            when=FUTURE,
        ),
    ),
    assessors=(Assessor(Role.SERVICE_DESK, at=Party.OPERATOR, when=FUTURE),),
    signatory=Signatory(
        confirms="Ik bevestig namens de organisatie deze wijziging.",
        when=MONEY_OR_AUTHORITY,
        or_else=Assessor(Role.SERVICE_DESK, at=Party.OPERATOR),
    ),
    card=("change.what", "future.since"),
    document="documents/organisation_change.html",
    outcome="change_organisation",
    submit="Wijziging versturen",
    afterwards="U krijgt bericht zodra het is verwerkt. Gaat het om geld of om het bestaan van uw organisatie? "
    "Dan tekent eerst een tekenbevoegde.",
    remarks=remarks,
)
