"""Registration (inschrijving): a new school, board, school group or support body asks to join."""

from collections.abc import Mapping, Sequence
from typing import Any

from workflows.vocabulary import (
    Answered,
    Answers,
    Assessor,
    Choice,
    Choices,
    ConfirmedEmail,
    Email,
    File,
    FromRegister,
    Party,
    Role,
    Rows,
    Sentence,
    Text,
    Workflow,
    YesNo,
    step,
)

IN_REGISTER = Answered("kind.kind", "board", "school")
PRODUCTS = (
    ("resultatenmonitor", "Onderwijsresultatenmonitor"),
    ("focus_po", "Focus PO"),
    ("office_package", "Basispakket Microsoft"),
    ("planmirror", "Planmirror"),
)
ROLE_OPTIONS = (
    ("administrator", "Beheerder"),
    ("privacy_officer", "Privacy officer"),
    ("fg", "Functionaris gegevensbescherming (FG)"),
    ("financial_contact", "Financieel contactpersoon"),
)


def _support_may_join(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    """R002-17: only for education, subsidised by a government, not commercial."""
    refused: dict[str, Sentence] = {}
    if values.get("for_education") is False:
        refused["for_education"] = "Alleen instellingen die er speciaal voor het onderwijs zijn, kunnen meedoen."
    if values.get("subsidised_by") == "none":
        refused["subsidised_by"] = "Alleen instellingen met subsidie van een overheid kunnen meedoen."
    if values.get("commercial") is True:
        refused["commercial"] = "Instellingen met een commercieel karakter kunnen niet meedoen."
    return refused


def _authority_can_be_met(values: Mapping[str, Any], answers: Answers) -> dict[str, Sentence]:
    people = signatories_of(values, answers)
    if not people:
        return {"others": "Noem ten minste één tekenbevoegde: uzelf of iemand anders."}
    needed = together_of(values)
    if len(people) < needed:
        sentence = (
            "Er moeten %(needed)s personen samen tekenen, maar u noemt er %(named)s. "
            "Noem meer tekenbevoegden, of kies een andere regel."
        )
        return {"others": (sentence, {"needed": needed, "named": len(people)})}
    named = answers.get("roles", {}).get("people", [])
    return _no_twins(people, "others") or _adviser_who_signs(people, named, "others")


def _exactly_one_financial_contact(values: Mapping[str, Any], answers: Answers) -> dict[str, Sentence]:
    people = values.get("people", [])
    count = sum("financial_contact" in person["roles"] for person in people)
    if count != 1:
        sentence = "Er moet precies één financieel contactpersoon zijn. U noemt er %(count)s."
        return {"people": (sentence, {"count": count})}
    signatories = signatories_of(answers.get("authority", {}), answers)
    return _adviser_who_signs(signatories, people, "people") or _no_twins(people, "people")


def _adviser_who_signs(
    signatories: list[dict[str, str]], people: list[Mapping[str, Any]], name: str
) -> dict[str, Sentence]:
    who_signs = {person["email"].lower() for person in signatories}
    for person in people:
        if "fg" in person["roles"] and person["email"].lower() in who_signs:
            sentence = "%(name)s kan niet FG én tekenbevoegde zijn: de FG adviseert, maar tekent niet."
            return {name: (sentence, {"name": person["name"]})}
    return {}


def _no_twins(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Sentence]:
    addresses = [row["email"].lower() for row in rows]
    twice = next((address for address in addresses if addresses.count(address) > 1), None)
    if twice is None:
        return {}
    return {name: ("Het e-mailadres %(address)s staat er twee keer. Ieder heeft een eigen adres.", {"address": twice})}


def _address_fits_channel(values: Mapping[str, Any], _answers: Answers) -> dict[str, Sentence]:
    if values.get("channel") == "email" and "@" not in values.get("address", ""):
        return {"address": "U wilt de facturen per e-mail. Vul een e-mailadres in, bijvoorbeeld facturen@school.nl."}
    return {}


def together_of(authority: Mapping[str, Any]) -> int:
    """How many must sign together under the answers of step `authority`: 1 where one may alone."""
    return int(authority.get("together") or 1) if authority.get("mode") == "jointly" else 1


def signatories_of(authority: Mapping[str, Any], answers: Answers) -> list[dict[str, str]]:
    """The signatories named at step `authority`: the person who registers (where so) and the others.

    Each is {"name", "function", "email"}; the registering person comes from step `you`.
    """
    you = answers.get("you", {})
    first = {"name": you.get("name", ""), "function": you.get("function", ""), "email": you.get("email", "")}
    return [*([first] if authority.get("self") else []), *authority.get("others", [])]


def remarks(answers: Answers) -> list[Sentence]:
    """What will not work with these answers, said before anyone is disappointed (R001-13, R001-14)."""
    wishes = answers.get("products", {})
    said: list[Sentence] = []
    if "focus_po" in wishes.get("products", []):
        if wishes.get("year_classes") is False:
            said.append("Focus PO werkt alleen voor basisscholen met een jaarklassensysteem.")
        if wishes.get("pupil_system") == "other":
            said.append("Focus PO werkt alleen met gegevens uit ParnasSys of ESIS.")
    return said


WORKFLOW = Workflow(
    name="registration",
    title="Inschrijving",
    prefix="IN",
    version="2026-11",
    subject=Party.PERSON,
    introduction="U schrijft uw organisatie in. Daarna kan uw bestuur stukken tekenen en rapporten openen.",
    steps=(
        step(
            "kind",
            "Wie schrijft u in?",
            Choice(
                "kind",
                "Soort organisatie",
                options=(
                    ("board", "Schoolbestuur"),
                    ("school", "School of vestiging"),
                    ("school_group", "Scholengroep"),
                    ("support_body", "Ondersteunende instelling"),
                ),
            ),
        ),
        step(
            "party",
            "Welke organisatie is het?",
            FromRegister(
                "party",
                "Organisatie in het register",
                hint="Zoek op naam, plaats, BRIN-nummer, vestigingscode of bestuursnummer: Hoofddorp, 00AP of 13622",
            ),
            when=IN_REGISTER,
            intro="Wij zoeken in het register van DUO. Staat uw organisatie er niet bij? Vul dan zelf in.",
        ),
        step(
            "support",
            "Past uw instelling?",
            YesNo("for_education", "Is uw instelling er speciaal voor het (primair) onderwijs?"),
            Choice(
                "subsidised_by",
                "Van welke overheid krijgt u subsidie?",
                options=(
                    ("national", "Het Rijk"),
                    ("regional", "Een provincie of regio"),
                    ("local", "Een gemeente"),
                    ("none", "Geen overheid"),
                ),
            ),
            YesNo("commercial", "Heeft uw instelling een commercieel karakter?"),
            when=Answered("kind.kind", "support_body"),
            complaint=_support_may_join,
            intro="De leverancier beslist daarna per product of uw instelling mee kan doen.",
        ),
        step(
            "details",
            "Gegevens van de organisatie",
            Text("name", "Naam"),
            Text("street", "Straat en huisnummer"),
            Text("postcode", "Postcode", kind="postcode"),
            Text("place", "Plaats"),
            Text("board_number", "Bestuursnummer", kind="board_number", when=IN_REGISTER),
            Text("kvk", "KvK-nummer", kind="kvk", hint="8 cijfers, bijvoorbeeld 01234567"),
        ),
        step(
            "you",
            "Wie bent u?",
            Text("name", "Uw naam"),
            Text("function", "Uw functie"),
            ConfirmedEmail("email", "Uw e-mailadres op het werk"),
            Text("phone", "Telefoonnummer", kind="tel", longest=40, optional=True),
        ),
        step(
            "authority",
            "Wie mag tekenen?",
            YesNo("self", "Bent u zelf tekenbevoegd?"),
            Rows(
                "others",
                "Andere tekenbevoegden",
                questions=(Text("name", "Naam"), Text("function", "Functie"), Email("email", "E-mailadres")),
                row="Tekenbevoegde",
                most=12,
            ),
            Choice(
                "mode",
                "Hoe tekenen zij?",
                options=(
                    ("alone", "Ieder zelfstandig"),
                    ("jointly", "Gezamenlijk"),
                    ("majority", "Met de meerderheid van het bestuur"),
                ),
            ),
            Choice(
                "together",
                "Hoeveel personen moeten samen tekenen?",
                options=(("2", "Twee"), ("3", "Drie"), ("4", "Vier"), ("5", "Vijf")),
                when=Answered("authority.mode", "jointly"),
            ),
            Choice(
                "basis",
                "Waaruit blijkt dat?",
                options=(
                    ("trade_register", "Uittreksel Handelsregister"),
                    ("statutes", "Statuten"),
                    ("mandate_decision", "Mandaatbesluit"),
                ),
            ),
            File("evidence", "Bewijsstuk"),
            complaint=_authority_can_be_met,
            intro="De servicedesk vergelijkt de namen met het bewijsstuk.",
        ),
        step(
            "roles",
            "Wie doet wat?",
            Rows(
                "people",
                "Personen",
                questions=(
                    Text("name", "Naam"),
                    Email("email", "E-mailadres"),
                    Choices("roles", "Rol", options=ROLE_OPTIONS),
                ),
                row="Persoon",
                fewest=1,
                most=30,
                hint="Noem in elk geval één financieel contactpersoon.",
            ),
            complaint=_exactly_one_financial_contact,
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
            complaint=_address_fits_channel,
            intro="Een administratiekantoor krijgt de facturen pas als een tekenbevoegde dat heeft bevestigd.",
        ),
        step(
            "products",
            "Waar hebt u belangstelling voor?",
            Choices("products", "Producten", options=PRODUCTS, optional=True),
            Choice(
                "pupil_system",
                "Welk leerlingadministratiesysteem gebruikt u?",
                options=(("parnassys", "ParnasSys"), ("esis", "ESIS"), ("other", "Een ander systeem")),
            ),
            YesNo("year_classes", "Werkt u met een jaarklassensysteem?"),
        ),
    ),
    assessors=(
        Assessor(Role.SERVICE_DESK, at=Party.OPERATOR),
        Assessor(Role.ADMINISTRATOR, at=Party.SUPPLIER, when=Answered("kind.kind", "support_body")),
        Assessor(Role.SIGNATORY, at=Party.BOARD, when=Answered("kind.kind", "school")),
    ),
    document="documents/registration.html",
    outcome="register_organisation",
    submit="Inschrijving versturen",
    afterwards="De servicedesk beoordeelt uw inschrijving. Meestal hoort u binnen drie werkdagen van ons. "
    "Het bestuur van een school bevestigt haar daarna; over een ondersteunende instelling beslist ook de leverancier.",
    remarks=remarks,
)
