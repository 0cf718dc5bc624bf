"""What the two annexes of a processor agreement ask: sections of named columns, as data.

Annex 1 tells people what is done with personal data (the leaflet), annex 2 how it is secured. A section is a table of
rows, or a single row of fields. Values are strings; a yes or no is "yes" or "no", a day is an ISO date.
"""

from collections.abc import Iterator, Mapping, Sequence

from portal.offers.sections import Column, Kind, Row, Section
from portal.wording import mark

LONGEST = 2000
MOST_ROWS = 100
YES_NO = (("yes", mark("Ja")), ("no", mark("Nee")))
LEVELS = (("low", mark("laag")), ("middle", mark("midden")), ("high", mark("hoog")))
NEED = (("needed", mark("nodig om het product te gebruiken")), ("optional", mark("kan de school uitzetten")))
PEOPLE = (
    ("pupil", mark("leerling")),
    ("parent", mark("ouder of verzorger")),
    ("teacher", mark("leraar")),
    ("staff", mark("andere medewerker")),
)
DATA = (
    ("contact", mark("contactgegevens")),
    ("pupil_number", mark("leerlingnummer of ECK iD")),
    ("education_number", mark("onderwijsnummer of BSN")),
    ("birth_date", mark("geboortedatum")),
    ("gender", mark("geslacht")),
    ("results", mark("cijfers, toetsen en voortgang")),
    ("absence", mark("aanwezigheid en verzuim")),
    ("care", mark("zorg en begeleiding")),
    ("pictures", mark("foto en video")),
    ("financial", mark("financiële gegevens")),
    ("log_in", mark("inloggegevens")),
    ("usage", mark("gebruik en logboeken")),
    ("special", mark("bijzondere gegevens")),
    ("other", mark("andere gegevens")),
)
STATES = (
    ("in_place", mark("ingevoerd")),
    ("planned", mark("gepland")),
    ("not_applicable", mark("niet van toepassing")),
)
FRAMEWORKS = (
    ("rosa", mark("Certificeringsschema ROSA")),
    ("iso_27001", mark("ISO 27001")),
    ("nen_7510", mark("NEN 7510")),
    ("soc_2", mark("SOC 2")),
    ("other", mark("een ander kader")),
)
THEMES = (
    ("access", mark("toegang en tweede factor")),
    ("roles", mark("rollen en rechten")),
    ("encryption", mark("versleuteling onderweg en in rust")),
    ("logging", mark("logboeken en controle daarvan")),
    ("separation", mark("scheiding van klanten, test en productie")),
    ("patching", mark("updates van programma's")),
    ("backup", mark("reservekopieën en herstelproeven")),
    ("physical", mark("fysieke beveiliging")),
    ("personnel", mark("personeel: geheimhouding, VOG, training")),
    ("suppliers", mark("toezicht op leveranciers")),
    ("development", mark("veilig ontwikkelen")),
    ("testing", mark("pentest")),
)

LEAFLET: tuple[Section, ...] = (
    Section(
        "product",
        mark("Product"),
        (
            Column("name", mark("Naam en versie")),
            Column("description", mark("Wat het product doet")),
            Column("website", mark("Website")),
            Column("sector", mark("Sector en leeftijd")),
            Column("supplier", mark("Leverancier")),
        ),
        is_single=True,
    ),
    Section(
        "roles",
        mark("Wie waarover gaat"),
        (
            Column("controller", mark("Wie beslist over de gegevens")),
            Column("processor", mark("Wie de gegevens verwerkt")),
            Column("ask", mark("Bij wie u vragen stelt")),
        ),
        is_single=True,
    ),
    Section(
        "purposes",
        mark("Waarvoor gegevens worden gebruikt"),
        (
            Column("purpose", mark("Doel")),
            Column("functions", mark("In welke onderdelen")),
            Column("need", mark("Nodig?"), Kind.CHOICE, NEED),
        ),
    ),
    Section(
        "optional",
        mark("Wat de school zelf aan of uit zet"),
        (
            Column("what", mark("Wat")),
            Column("standard", mark("Staat aan als de school niets doet"), Kind.YES_NO, YES_NO),
            Column("how", mark("Hoe de school het aanpast")),
        ),
        fewest=0,
    ),
    Section(
        "people",
        mark("Van wie"),
        (
            Column("who", mark("Wie"), Kind.CHOICE, PEOPLE),
            Column("remark", mark("Toelichting"), optional=True),
        ),
    ),
    Section(
        "data",
        mark("Welke gegevens"),
        (
            Column("category", mark("Soort"), Kind.CHOICE, DATA),
            Column("which", mark("Welke")),
            Column("source", mark("Van wie ze komen")),
            Column("why", mark("Waarom ze nodig zijn")),
            Column("special", mark("Bijzonder?"), Kind.YES_NO, YES_NO),
        ),
    ),
    Section(
        "retention",
        mark("Hoe lang ze worden bewaard"),
        (
            Column("category", mark("Soort"), Kind.CHOICE, DATA),
            Column("term", mark("Termijn")),
            Column("start", mark("Vanaf")),
            Column("after", mark("Wat daarna gebeurt")),
        ),
    ),
    Section(
        "places",
        mark("Waar ze staan"),
        (
            Column("what", mark("Verwerking")),
            Column("country", mark("Land")),
            Column("in_eea", mark("Binnen de EER?"), Kind.YES_NO, YES_NO),
            Column("basis", mark("Grond voor doorgifte"), optional=True),
        ),
    ),
    Section(
        "subprocessors",
        mark("Subverwerkers"),
        (
            Column("name", mark("Naam")),
            Column("task", mark("Taak")),
            Column("data", mark("Gegevens")),
            Column("country", mark("Land")),
            Column("in_eea", mark("Binnen de EER?"), Kind.YES_NO, YES_NO),
            Column("basis", mark("Grond voor doorgifte"), optional=True),
        ),
        fewest=0,
    ),
    Section(
        "exchange",
        mark("Uitwisseling met andere systemen"),
        (Column("system", mark("Systeem")), Column("what", mark("Wat")), Column("direction", mark("Richting"))),
        fewest=0,
    ),
    Section(
        "automation",
        mark("Kunstmatige intelligentie en profielen"),
        (
            Column("used", mark("Gebruikt het product die?"), Kind.YES_NO, YES_NO),
            Column("explanation", mark("Uitleg")),
        ),
        is_single=True,
    ),
    Section("rights", mark("Rechten"), (Column("how", mark("Hoe het product daarbij helpt")),), is_single=True),
    Section(
        "contact",
        mark("Contact en klachten"),
        (
            Column("privacy", mark("E-mail voor privacyvragen"), Kind.EMAIL),
            Column("complaint", mark("Waar u een klacht indient")),
        ),
        is_single=True,
    ),
    Section(
        "version",
        mark("Versie"),
        (
            Column("day", mark("Datum"), Kind.DAY),
            Column("changes", mark("Wat er sinds de vorige versie is veranderd")),
        ),
        is_single=True,
    ),
)

SECURITY: tuple[Section, ...] = (
    Section(
        "classification",
        mark("Hoe zwaar de beveiliging moet zijn"),
        (
            Column("product", mark("Product of onderdeel")),
            Column("availability", mark("Beschikbaarheid"), Kind.CHOICE, LEVELS),
            Column("integrity", mark("Integriteit"), Kind.CHOICE, LEVELS),
            Column("confidentiality", mark("Vertrouwelijkheid"), Kind.CHOICE, LEVELS),
            Column("why", mark("Waarom")),
        ),
    ),
    Section(
        "frameworks",
        mark("Volgens welk kader"),
        (
            Column("framework", mark("Kader"), Kind.CHOICE, FRAMEWORKS),
            Column("scope", mark("Reikwijdte")),
            Column("proof", mark("Certificaat of zelfbeoordeling")),
            Column("until", mark("Geldig tot en met"), Kind.DAY),
        ),
    ),
    Section(
        "measures",
        mark("Maatregelen"),
        (
            Column("theme", mark("Onderwerp"), Kind.CHOICE, THEMES),
            Column("state", mark("Hoe het ermee staat"), Kind.CHOICE, STATES),
            Column("what", mark("Wat er is geregeld, of waarom niet")),
        ),
        fewest=len(THEMES),
    ),
    Section(
        "deviations",
        mark("Afwijkingen van het kader"),
        (Column("what", mark("Afwijking")), Column("why", mark("Waarom"))),
        fewest=0,
    ),
    Section(
        "breach",
        mark("Bij een datalek"),
        (
            Column("detection", mark("Hoe een lek wordt ontdekt")),
            Column("reporter", mark("Wie het meldt")),
            Column("contact", mark("Aan wie bij de school")),
            Column("hours", mark("Binnen hoeveel uur"), Kind.NUMBER),
            Column("content", mark("Wat in de melding staat")),
            Column("follow_up", mark("Wat daarna komt")),
        ),
        is_single=True,
    ),
    Section(
        "contacts",
        mark("Wie u bereikt"),
        (
            Column("what", mark("Waarvoor")),
            Column("name", mark("Naam of functie")),
            Column("email", mark("E-mail"), Kind.EMAIL),
            Column("phone", mark("Telefoon")),
        ),
    ),
    Section(
        "review",
        mark("Herziening"),
        (
            Column("frequency", mark("Hoe vaak")),
            Column("version", mark("Versie"), Kind.LINE),
            Column("day", mark("Datum"), Kind.DAY),
        ),
        is_single=True,
    ),
)
ANNEXES: Mapping[str, tuple[Section, ...]] = {"leaflet": LEAFLET, "security": SECURITY}
TITLES: Mapping[str, str] = {
    "leaflet": mark("Bijlage 1: privacybijsluiter"),
    "security": mark("Bijlage 2: beveiliging"),
}
Annex = Mapping[str, Sequence[Row]]
"""Section name → its rows; a single section has one."""


def subprocessors_of(leaflet: Annex) -> list[Row]:
    """Those who process on behalf of the supplier."""
    return list(leaflet.get("subprocessors", ()))


def outside_the_eea(leaflet: Annex) -> list[str]:
    """The countries outside the European Economic Area where data stand or go, each once."""
    rows = [*leaflet.get("places", ()), *subprocessors_of(leaflet)]
    return list(dict.fromkeys(row["country"] for row in rows if row.get("in_eea") == "no"))


def all_columns() -> Iterator[tuple[str, Section, Column]]:
    """Every column of both annexes, with the annex and the section that it stands in."""
    for annex, sections in ANNEXES.items():
        for section in sections:
            for column in section.columns:
                yield annex, section, column
