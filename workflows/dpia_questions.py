"""The lists of a DPIA: when one is needed, the twelve sides of a use, and what one may say about each."""

from workflows.dpia_facts import Comparison, Level, MeasureState, Verdict

Options = tuple[tuple[str, str], ...]

AP_LIST: Options = (
    ("biometric", "Biometrie: iemand herkennen aan gezicht, vinger of stem"),
    ("cameras", "Cameratoezicht op grote schaal"),
    ("flexible_cameras", "Camera's die meebewegen: op kleding, in auto's of op drones"),
    ("communication", "Gegevens over communicatie: wie belde of mailde met wie, en waar"),
    ("employees", "Personeel volgen op grote schaal, zoals mail, internet of plaats"),
    ("credit", "Kredietscores"),
    ("finances", "Gegevens over inkomen, vermogen of schulden"),
    ("fraud", "Fraude opsporen en voorkomen"),
    ("genetic", "Genetische gegevens"),
    ("health", "Gegevens over gezondheid op grote schaal, zoals in (speciaal) onderwijs"),
    ("covert", "Onderzoek dat mensen niet merken"),
    ("things", "Apparaten die met internet zijn verbonden en mensen meten"),
    ("location", "Gegevens over waar iemand is"),
    ("behaviour", "Gedrag waarnemen of beïnvloeden"),
    ("profiling", "Profielen maken, zoals van prestaties van leerlingen"),
    ("partnerships", "Samenwerkingen die gevoelige gegevens delen"),
    ("blacklists", "Zwarte lijsten: mensen die niet meer welkom zijn"),
)
"""The seventeen kinds of processing of the Autoriteit Persoonsgegevens for which a DPIA is obligatory."""

EDPB_LIST: Options = (
    ("scoring", "Mensen beoordelen of scores geven, zoals toetsen en adviezen"),
    ("automated", "Besluiten zonder tussenkomst van een mens, met grote gevolgen"),
    ("monitoring", "Mensen stelselmatig en op grote schaal volgen"),
    ("sensitive", "Gevoelige gegevens, zoals over zorg, gezondheid of geloof"),
    ("scale", "Gegevens op grote schaal: veel mensen, veel gegevens of lang"),
    ("matching", "Gegevens uit verschillende bronnen samenvoegen"),
    ("vulnerable", "Kwetsbare mensen, zoals kinderen"),
    ("technology", "Nieuwe techniek, zoals kunstmatige intelligentie"),
    ("blocking", "Iemand kan een recht, dienst of contract niet krijgen"),
)
"""The nine criteria of the European supervisors; with two of them a DPIA is needed."""

ART35_LIST: Options = (
    ("decisions", "Stelselmatig en uitgebreid mensen beoordelen door een computer, met grote gevolgen voor hen"),
    ("special", "Bijzondere of strafrechtelijke gegevens op grote schaal"),
    ("public", "Stelselmatig en op grote schaal toezicht houden op openbare ruimten"),
)
"""The three cases that article 35(3) of the AVG itself names."""

SIDES: tuple[tuple[str, str, str], ...] = (
    ("D1", "Doelen", "Waarvoor gebruikt u de gegevens? Een doel dat het model niet noemt, is een verschil."),
    ("D2", "Functies en koppelingen", "Welke onderdelen staan aan, en met welke systemen wisselt het gegevens uit?"),
    ("D3", "Mensen", "Om wie gaat het: leerlingen (en hoe jong), ouders, personeel?"),
    ("D4", "Soorten gegevens", "Welke gegevens, ook bijzondere gegevens en onderwijsnummers?"),
    ("D5", "Omvang", "Hoeveel leerlingen en scholen? Eén camera buiten is iets anders dan een in elk trappenhuis."),
    ("D6", "Bewaartermijn", "Hoe lang bewaart u de gegevens, en wie wist ze daarna?"),
    ("D7", "Toegang", "Wie kan erbij: welke rollen, gasten, mensen buiten de school?"),
    ("D8", "Verwerkers", "Welke verwerkers en subverwerkers krijgen de gegevens?"),
    ("D9", "Landen", "In welke landen staan de gegevens, ook bij ondersteuning, en op welke grond?"),
    ("D10", "Techniek", "Maakt het profielen, volgt het mensen, beslist het zelf, gebruikt het AI?"),
    ("D11", "Instellingen", "Hoe staat het ingesteld: inloggen, tweede stap, apparaten?"),
    ("D12", "Informatie en rechten", "Wat weten leerlingen en ouders, en hoe vragen zij hun gegevens op?"),
)
"""The twelve sides of a use: id, name, and what to think of."""
SIDE_NAMES = {side: name for side, name, _ in SIDES}
SIDE_OPTIONS: Options = tuple((side, name) for side, name, _ in SIDES)

COMPARISONS: Options = (
    (Comparison.SAME, "Gelijk aan het model"),
    (Comparison.NARROWER, "Beperkter dan het model"),
    (Comparison.DIFFERENT, "Anders, maar niet meer risico"),
    (Comparison.RISKIER, "Anders, met meer risico"),
    (Comparison.ABSENT, "Staat niet in het model"),
)
REACHES: Options = (
    ("0", "0: speelt niet"),
    ("1", "1: beperkt"),
    ("2", "2: gewoon"),
    ("3", "3: ver"),
)
"""How far a use goes on one side."""
LEVELS: Options = ((Level.LOW, "Laag"), (Level.MEDIUM, "Midden"), (Level.HIGH, "Hoog"))
STATES: Options = (
    (MeasureState.DONE, "Uitgevoerd"),
    (MeasureState.PLANNED, "Gepland"),
    (MeasureState.REPLACED, "Vervangen door iets anders"),
    (MeasureState.REFUSED, "Doen wij niet"),
    (MeasureState.NOT_APPLICABLE, "Niet van toepassing"),
)
VERDICTS: Options = (
    (Verdict.POSITIVE, "Positief"),
    (Verdict.CONDITIONAL, "Positief, onder voorwaarden"),
    (Verdict.NEGATIVE, "Negatief"),
)
CONFIRMATIONS: Options = (
    ("read", "Ik heb de beoordeling en het advies van de FG gelezen."),
    ("true", "Voor zover ik weet, klopt de beschrijving van ons gebruik."),
    ("measures", "Het bestuur zorgt dat de maatregelen worden uitgevoerd en blijven werken."),
    ("again", "Het bestuur beoordeelt opnieuw als het gebruik, het product of het model verandert."),
)
"""What a board confirms when it decides: all four."""
