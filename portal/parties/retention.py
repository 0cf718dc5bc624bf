"""What the portal keeps of a person, what for, on what ground and for how long: one table, shown at /privacy.

The spans that the portal itself keeps to are constants here and used by `erasing`; where a row says otherwise, a person
decides. An operator has the grounds checked by a lawyer: they are ours, and say what we think holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from portal.wording import mark

ACCOUNT = timedelta(days=730)
"""After the end of the last role, or of what was last done, an account is erased."""
INVITATION = timedelta(days=30)
"""After it was used or expired, an invitation is deleted."""
NEVER_ACCEPTED = timedelta(days=365)
"""After the last invitation expired, the account of who never came is erased."""
MAIL = timedelta(days=365)
"""After sending, address and subject of a mail are wiped; its text goes when it is sent."""

OPENING = timedelta(days=730)
"""After it was first opened, that somebody opened a supplier's own report is forgotten."""
UNPUBLISHED = timedelta(days=30)
"""After it was chosen, a file that was never published is thrown away."""
LOOK = timedelta(days=730)
"""After it was done, that somebody looked back at what a person could open is forgotten."""
SHARE = timedelta(days=730)
"""After it was made, what was passed on of a report is forgotten."""

SESSION_IDLE = timedelta(minutes=60)
"""After the last use, who is signed in is signed out."""
SESSION_LONGEST = timedelta(hours=12)
"""After signing in, used or not."""


@dataclass(frozen=True)
class Kept:
    """One kind of record about persons."""

    name: str
    title: str
    what: str
    why: str
    ground: str
    how_long: str
    values: Mapping[str, object] = field(default_factory=dict)
    """What fills the named places of `how_long`."""


CONTRACT = mark("uitvoering van de afspraken met uw organisatie (AVG, artikel 6, lid 1, onder b en f)")
SECURITY = mark("gerechtvaardigd belang: het portaal veilig houden (AVG, artikel 6, lid 1, onder f)")
PROOF = mark("gerechtvaardigd belang: kunnen bewijzen wie wat besloot (AVG, artikel 6, lid 1, onder f)")

KEPT: tuple[Kept, ...] = (
    Kept(
        "account",
        mark("Account"),
        mark("Naam, functie, e-mailadres, telefoonnummer, versleuteld wachtwoord en app voor codes"),
        mark("Weten wie u bent als u inlogt, leest of tekent, en u kunnen bereiken."),
        CONTRACT,
        mark(
            "Tot %(days)s dagen na het einde van uw laatste rol. Daarna wissen wij het account. "
            "Hebt u getekend, dan blijven uw naam en functie staan: die horen bij het stuk."
        ),
        {"days": ACCOUNT.days},
    ),
    Kept(
        "roles",
        mark("Rollen en tekenbevoegdheden"),
        mark("Bij welke organisatie, van wanneer tot wanneer, met het bewijs"),
        mark("Bepalen wat u mag, en later kunnen nagaan waarom u iets mocht."),
        CONTRACT,
        mark("Zolang uw organisatie is ingeschreven. Een beëindigde rol blijft als regel bewaard, zonder uw naam."),
    ),
    Kept(
        "past",
        mark("Wanneer u toegang had"),
        mark("Van wanneer tot wanneer uw account, rollen, akkoorden en blokkades golden; en wie dat terugkeek"),
        mark("Later kunnen nagaan waarom iemand op een dag een rapport kon openen, of juist niet."),
        PROOF,
        mark(
            "Blijvend, met een nummer in plaats van uw naam, net als het logboek. "
            "Dat iemand terugkeek, bewaren wij %(days)s dagen."
        ),
        {"days": LOOK.days},
    ),
    Kept(
        "cases",
        mark("Zaken"),
        mark("Wat u begon, welke antwoorden u gaf, wat u beoordeelde, adviseerde of opmerkte"),
        mark("De procedure uitvoeren, en kunnen laten zien waarop een besluit rust."),
        CONTRACT,
        mark("Zolang het besluit uit de zaak geldt of nodig is als bewijs. Wij wissen zaken niet vanzelf."),
    ),
    Kept(
        "documents",
        mark("Stukken en handtekeningen"),
        mark("Uw naam, functie, bevoegdheid en het moment van tekenen"),
        mark("Een getekend stuk moet laten zien wie het tekende."),
        PROOF,
        mark("Zolang het stuk nodig is als bewijs. Een verzegeld stuk kan niet worden veranderd."),
    ),
    Kept(
        "readings",
        mark("Inzage"),
        mark("Welk stuk u opende en wanneer"),
        mark("Kunnen bewijzen dat u het stuk kon lezen voordat u tekende."),
        PROOF,
        mark("Zolang het stuk nodig is als bewijs."),
    ),
    Kept(
        "openings",
        mark("Rapporten van leveranciers"),
        mark("Welk rapport u opende, en wanneer voor het eerst"),
        mark("De leverancier ziet hoeveel personen een rapport openden, niet wie."),
        CONTRACT,
        mark("Tot %(days)s dagen nadat u het opende."),
        {"days": OPENING.days},
    ),
    Kept(
        "shares",
        mark("Gedeelde rapporten"),
        mark("Welk rapport u downloadde of deelde, met wie en waarvoor; van ontvangers naam, adres en organisatie"),
        mark("Rapporten zijn vertrouwelijk. De school en de rechthebbende kunnen nagaan wie ze aan wie gaf."),
        CONTRACT,
        mark("Tot %(days)s dagen nadat het rapport is gedeeld."),
        {"days": SHARE.days},
    ),
    Kept(
        "mails",
        mark("Berichten"),
        mark("Aan welk adres, waarover en of het aankwam"),
        mark("U op de hoogte houden, en kunnen zien of een bericht is aangekomen."),
        CONTRACT,
        mark(
            "De tekst wissen wij zodra de mail is verstuurd. "
            "Adres en onderwerp wissen wij %(days)s dagen na verzending."
        ),
        {"days": MAIL.days},
    ),
    Kept(
        "invitations",
        mark("Uitnodigingen"),
        mark("Dat en wanneer u bent uitgenodigd"),
        mark("U laten binnenkomen met een link die één keer werkt."),
        CONTRACT,
        mark(
            "Tot %(days)s dagen na gebruik of na afloop. Nam u nooit een uitnodiging aan, "
            "dan wissen wij uw gegevens %(never)s dagen nadat de laatste verliep."
        ),
        {"days": INVITATION.days, "never": NEVER_ACCEPTED.days},
    ),
    Kept(
        "sessions",
        mark("Inloggen"),
        mark("Op welk soort apparaat u bent ingelogd, en wanneer u dat het laatst gebruikte"),
        mark("U ingelogd houden, en u laten zien of iemand anders uw account gebruikt."),
        SECURITY,
        mark(
            "Tot u uitlogt. Anders tot een uur nadat u het portaal het laatst gebruikte, "
            "en nooit langer dan twaalf uur."
        ),
    ),
    Kept(
        "calendar",
        mark("Agenda"),
        mark("Dat u een adres hebt voor de termijnen in uw eigen agenda"),
        mark("Uw agenda de termijnen laten ophalen."),
        CONTRACT,
        mark("Tot u het adres intrekt, of tot uw account wordt gewist."),
    ),
    Kept(
        "ledger",
        mark("Logboek"),
        mark("Welke handeling u deed en wanneer, met een nummer in plaats van uw naam"),
        mark("Niemand mag ongemerkt kunnen veranderen wat er is gebeurd."),
        PROOF,
        mark(
            "Blijvend. Het logboek bevat geen namen. Is uw account gewist en staat uw naam in geen stuk, "
            "dan is het nummer niet meer naar u te herleiden."
        ),
    ),
)
"""Everything the portal keeps of persons, in the order in which a person would ask."""
