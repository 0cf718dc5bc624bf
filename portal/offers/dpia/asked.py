"""What a model DPIA asks: its parts as sections of named columns, to write, to read and to compare. Pure."""

from collections.abc import Mapping

from portal.offers.sections import Column, Kind, Section
from portal.wording import mark
from workflows.dpia_questions import LEVELS, REACHES, SIDE_NAMES

_LEVELS = tuple((str(key), name) for key, name in LEVELS)
_BY = (("school", mark("de school")), ("supplier", mark("de leverancier")), ("operator", mark("de beheerder")))
_YES_NO = (("yes", mark("ja")), ("no", mark("nee")))
_STEPS = (("0", mark("niet")), ("1", mark("één stap")), ("2", mark("twee stappen")))
GENERAL = Section(
    "general",
    mark("Over dit model"),
    (
        Column("maker", mark("Gemaakt door"), Kind.LINE, width="wide"),
        Column("made_on", mark("Gemaakt op"), Kind.DAY),
        Column("review_on", mark("Wordt herzien op"), Kind.DAY),
        Column("product_version", mark("Versie van het product"), Kind.LINE),
        Column("summary", mark("Waar het over gaat")),
    ),
    is_single=True,
)
ABOUT = Section(
    "about",
    GENERAL.title,
    (
        Column("title", mark("Titel"), Kind.LINE, width="wide"),
        Column("version", mark("Versienummer"), Kind.LINE, width="short"),
        *GENERAL.columns,
        Column("is_example", mark("Is dit een voorbeeld?"), Kind.YES_NO, _YES_NO, first="no"),
    ),
    is_single=True,
)
"""The same as it is written: with its title, its number, and whether it is only an example."""
LISTS: tuple[Section, ...] = (
    Section(
        "modules",
        mark("Onderdelen"),
        (Column("id", mark("Id"), Kind.ID), Column("name", mark("Naam"), Kind.LINE, width="wide")),
    ),
    Section(
        "conditions",
        mark("Voorwaarden"),
        (Column("id", mark("Nummer"), Kind.ID), Column("text", mark("Het model geldt alleen als"))),
        fewest=0,
    ),
    Section(
        "dimensions",
        mark("Het beschreven gebruik"),
        (
            Column("id", mark("Onderdeel"), Kind.ID, tuple(SIDE_NAMES.items())),
            Column("text", mark("Zo wordt het gebruikt")),
            Column("level", mark("Niveau"), Kind.CHOICE, REACHES),
        ),
    ),
    Section(
        "risks",
        mark("Risico's"),
        (
            Column("id", mark("Nummer"), Kind.ID),
            Column("text", mark("Wat er kan misgaan")),
            Column("chance", mark("Kans"), Kind.CHOICE, _LEVELS, width="half"),
            Column("impact", mark("Gevolg"), Kind.CHOICE, _LEVELS, width="half"),
            Column("chance_after", mark("Kans na maatregelen"), Kind.CHOICE, _LEVELS, width="half"),
            Column("impact_after", mark("Gevolg na maatregelen"), Kind.CHOICE, _LEVELS, width="half"),
        ),
    ),
    Section(
        "measures",
        mark("Maatregelen"),
        (
            Column("id", mark("Nummer"), Kind.ID),
            Column("text", mark("Wat er moet gebeuren")),
            Column("critical", mark("Kritiek"), Kind.YES_NO, _YES_NO, first="no", width="half"),
            Column("by", mark("Door"), Kind.CHOICE, _BY, width="half"),
            Column("lowers", mark("Verlaagt"), Kind.KEPT),
            Column("evidence", mark("Bewijs")),
            Column("modules", mark("Alleen voor"), Kind.SEVERAL, optional=True),
        ),
    ),
)
LOWERS = Section(
    "lowers",
    mark("Wat elke maatregel verlaagt"),
    (
        Column("measure", mark("Maatregel"), Kind.ID),
        Column("risk", mark("Risico"), Kind.CHOICE, width="wide"),
        Column("chance", mark("De kans wordt lager"), Kind.CHOICE, _STEPS, first="0", width="half"),
        Column("impact", mark("Het gevolg wordt lager"), Kind.CHOICE, _STEPS, first="0", width="half"),
    ),
)
"""Of each measure the risks that it makes smaller."""
HINTS: Mapping[tuple[str, str], str] = {
    ("about", "version"): mark("Elke versie heeft een eigen nummer, bijvoorbeeld 2027-01."),
    ("about", "maker"): mark("De organisatie of de mensen die de DPIA hebben gedaan."),
    ("about", "review_on"): mark("Op deze dag, of eerder, kijkt de maker opnieuw of het model nog klopt."),
    ("about", "is_example"): mark(
        "Kies nee zodra het een eigen model van de maker is. Bij ja staat er overal dat het een voorbeeld is."
    ),
    ("measures", "evidence"): mark("Bijvoorbeeld een schermafdruk, een verslag of een besluit."),
    ("measures", "modules"): mark("Kies niets als de maatregel voor het hele product geldt."),
}
"""What helps to fill in a field: by part and column."""
INTRODUCTIONS: Mapping[str, str] = {
    "modules": mark("Noem de delen van het product die een school apart kan gebruiken."),
    "conditions": mark("Waaraan moet een school voldoen voordat zij dit model mag gebruiken?"),
    "dimensions": mark(
        "Beschrijf van elke kant hoe het product wordt gebruikt, en hoe ver dat gaat: van 0 (speelt niet) tot 3 (ver). "
        "Een school legt haar eigen gebruik hiernaast."
    ),
    "risks": mark("Schat van elk risico de kans en het gevolg: eerst zonder de maatregelen, daarna met."),
    "measures": mark("Een maatregel is kritiek als een school het model zonder die maatregel niet mag gebruiken."),
    "lowers": mark(
        "Zeg van elke maatregel welke risico's erdoor kleiner worden. Eén stap is van hoog naar midden, "
        "of van midden naar laag."
    ),
}
"""What a part is about, where its title does not say enough."""
SIDE_HINTS: Mapping[str, str] = {
    "D1": mark("Waarvoor worden de gegevens gebruikt, en waarvoor juist niet?"),
    "D2": mark("Welke onderdelen staan aan, en met welke systemen wisselt het product gegevens uit?"),
    "D3": mark("Over wie gaan de gegevens: leerlingen (hoe oud), ouders, personeel?"),
    "D4": mark("Welke gegevens, ook bijzondere gegevens en nummers van leerlingen?"),
    "D5": mark("Om hoeveel leerlingen en scholen gaat het, en hoe vaak?"),
    "D6": mark("Hoe lang blijven de gegevens bewaard, en wie wist ze daarna?"),
    "D7": mark("Wie kan erbij: welke rollen, ook gasten en mensen buiten de school?"),
    "D8": mark("Welke verwerkers en subverwerkers krijgen de gegevens?"),
    "D9": mark("In welke landen staan de gegevens, ook bij ondersteuning, en op welke grond?"),
    "D10": mark("Maakt het product profielen, volgt het mensen, beslist het zelf, gebruikt het AI?"),
    "D11": mark("Hoe staat het product ingesteld: inloggen, tweede stap, apparaten?"),
    "D12": mark("Wat weten leerlingen en ouders, en hoe vragen zij hun gegevens op?"),
}
"""What the maker describes of each side."""
