"""The words of every mail the portal sends by itself: one entry a kind, filled from what the outbox kept."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from portal import theme, wording
from portal.config import Settings
from portal.record.outbox import Letter, Mail
from portal.wording import mark, say

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
Address = Callable[[str, Mapping[str, str]], str]

PARAGRAPHS: Mapping[str, tuple[str, ...]] = {
    "draft": (
        mark("U begon met een inschrijving bij Tekenpoort. Het kenmerk is %(reference)s."),
        mark("Met de knop gaat u verder. Uw antwoorden worden bij elke stap bewaard. De link werkt %(days)s dagen."),
        mark("Hebt u dit niet gedaan? Dan hoeft u niets te doen."),
    ),
    "submitted": (
        mark("Wij hebben uw %(title)s %(reference)s ontvangen."),
        mark("%(afterwards)s"),
    ),
    "assessed_ask": (
        mark("%(who)s heeft een vraag over uw zaak %(reference)s:"),
        mark("%(words)s"),
        mark("Pas uw antwoorden aan en verstuur de zaak opnieuw."),
    ),
    "assessed_refuse": (
        mark("Uw zaak %(reference)s is geweigerd. %(who)s schrijft:"),
        mark("%(words)s"),
    ),
    "invitation": (
        mark("U bent uitgenodigd voor een rol bij %(organisation)s."),
        mark("Met de knop maakt u een account, of neemt u de rol aan. De link werkt één keer en %(days)s dagen lang."),
    ),
    "to_sign": (
        mark("Voor %(organisation)s ligt een %(title)s klaar om te tekenen (%(reference)s)."),
        mark("%(rule)s"),
        mark("U leest het stuk, typt uw naam en bevestigt met een code uit uw app."),
    ),
    "signed": (
        mark("U hebt de %(title)s %(reference)s getekend. Uw handtekening is vastgelegd."),
        mark("Het stuk dat u tekende heeft dit controlegetal (SHA-256): %(certified)s"),
    ),
    "on_paper": (
        mark("De %(title)s %(reference)s is op papier getekend. De servicedesk heeft de getekende scan vastgelegd."),
        mark("Dit is geen elektronische handtekening. Op papier hebt u zelf getekend; klopt dat niet, meld het dan."),
        mark("De scan heeft dit controlegetal (SHA-256): %(scan)s"),
    ),
    "complete": (
        mark("Het stuk %(title)s %(reference)s is klaar en verzegeld."),
        mark("Code van het stuk: %(code)s. Controlegetal (SHA-256): %(sha256)s"),
    ),
    "receipt": (
        mark("Op uw naam is vastgelegd: %(deed)s. Het gaat om de %(title)s %(reference)s."),
        mark("U hoeft niets te doen."),
    ),
    "dossier": (
        mark("Het dossier %(dossier)s dat u vroeg staat klaar."),
        mark("U kunt het %(days)s dagen lang downloaden. Daarna wordt het gewist."),
    ),
    "to_assess": (mark("Er wacht een %(title)s %(reference)s op uw oordeel."),),
    "to_agree": (
        mark("De rechthebbenden stelden voorwaarden bij uw %(title)s %(reference)s."),
        mark("Lees ze, en ga ermee akkoord als u ze kunt nakomen. Pas daarna geldt de toestemming."),
    ),
    "not_needed": (mark("Over de %(title)s %(reference)s hoeft u niet meer te beslissen: een ander weigerde."),),
    "agreed": (
        mark("%(who)s ging akkoord met de voorwaarden bij de %(title)s %(reference)s."),
        mark("De toestemming geldt zodra elke rechthebbende heeft toegestemd. U hoeft niets te doen."),
    ),
    "revoked": (
        mark("%(who)s heeft de %(title)s %(reference)s ingetrokken:"),
        mark("%(words)s"),
        mark("Wat onder deze toestemming is gedeeld, is niet meer te openen."),
    ),
    "assessed_conditions": (
        mark("%(who)s stemt toe in uw %(title)s %(reference)s, onder deze voorwaarden:"),
        mark("%(words)s"),
        mark("Zodra elke rechthebbende heeft beslist, vragen wij of u met de voorwaarden akkoord gaat."),
    ),
    "to_advise": (
        mark("%(organisation)s vraagt uw advies over de %(title)s %(reference)s."),
        mark("U leest de antwoorden en schrijft uw advies. Het komt woord voor woord in het stuk. U beslist niet mee."),
    ),
    "escalated": (
        mark("In de %(title)s %(reference)s wacht een stap al meer dan %(days)s dagen op een antwoord: %(step)s"),
        mark("De zaak wacht op: %(who)s. Kunt u ervoor zorgen dat iemand antwoordt, of dat een ander de rol krijgt?"),
    ),
    "your_turn": (
        mark("In de %(title)s %(reference)s van %(organisation)s bent u aan de beurt."),
        mark("De volgende stap is: %(step)s"),
    ),
    "sent_back": (
        mark("%(who)s stuurde de %(title)s %(reference)s terug:"),
        mark("%(words)s"),
        mark("De vragen staan weer open. Een stuk dat al klaarlag, geldt niet meer; ook handtekeningen niet."),
    ),
    "declined": (
        mark("%(who)s gaat niet akkoord met de %(title)s %(reference)s. De zaak is daarmee afgelopen."),
        mark("%(words)s"),
    ),
    "withdrawn": (
        mark("De %(title)s %(reference)s is ingetrokken. U hoeft niets meer te doen."),
        mark("%(words)s"),
    ),
    "lapsed": (
        mark("Met de %(title)s %(reference)s is te lang niets gebeurd. De zaak is vervallen."),
        mark("Is het nog nodig? Begin dan opnieuw."),
    ),
    "handed_over": (
        mark("%(who)s vraagt u verder te gaan met de %(title)s %(reference)s."),
        mark("%(words)s"),
    ),
    "taken_back": (
        mark("%(who)s heeft het akkoord met %(title)s %(reference)s ingetrokken."),
        mark("%(words)s"),
    ),
    "comment": (
        mark("%(who)s schreef bij de vraag “%(question)s” in %(reference)s:"),
        mark("%(words)s"),
    ),
    "question": (
        mark("%(who)s van %(organisation)s vraagt bij “%(question)s” in %(reference)s:"),
        mark("%(words)s"),
        mark("U antwoordt op dezelfde plaats. U ziet de vraag en uw eigen tekst, niet de andere antwoorden."),
    ),
    "answer": (
        mark("%(who)s van %(organisation)s antwoordt bij “%(question)s” in %(reference)s:"),
        mark("%(words)s"),
    ),
    "offered": (
        mark("%(supplier)s biedt %(organisation)s een verwerkersovereenkomst aan voor %(product)s."),
        mark("Het gaat om versie %(version)s. U beoordeelt de tekst, en daarna tekent uw bestuur."),
        mark("%(instead)s"),
        mark("%(before)s"),
    ),
    "offer_reminder": (
        mark("%(supplier)s vraagt of u naar de verwerkersovereenkomst voor %(product)s wilt kijken (%(reference)s)."),
        mark("Het gaat om versie %(version)s. %(before)s"),
    ),
    "offer_ended": (
        mark("%(organisation)s gaat niet verder met de verwerkersovereenkomst voor %(product)s (%(reference)s)."),
        mark("%(words)s"),
        mark("U kunt een nieuwe versie aanbieden. De opmerkingen van nu staan er dan bij."),
    ),
    "reminder": (
        mark("De %(title)s %(reference)s wacht op u sinds %(since)s. Reageer alstublieft uiterlijk %(expected)s."),
        mark("Gebeurt er niets, dan vervalt de zaak op %(lapses)s."),
    ),
    "lapses_soon": (
        mark("De %(title)s %(reference)s wacht op u sinds %(since)s en vervalt op %(lapses)s."),
        mark("Doet u voor die dag wat er gevraagd wordt, dan blijft de zaak open."),
    ),
    "new_version": (
        mark("De voorwaarden van %(product)s zijn veranderd. Versie %(version)s geldt vanaf %(since)s."),
        mark("%(changes)s"),
        mark("%(until)s"),
        mark("U leest eerst wat er anders is. Akkoord gaan duurt een paar minuten."),
    ),
    "new_version_reminder": (
        mark("U bent nog niet akkoord met versie %(version)s van de voorwaarden van %(product)s."),
        mark("%(changes)s"),
        mark("%(until)s"),
    ),
    "blocked": (
        mark("%(by)s heeft uw toegang tot %(product)s geblokkeerd. %(until)s"),
        mark("%(words)s"),
        mark("Hebt u een vraag? Mail %(contact)s."),
    ),
    "unblocked": (mark("Uw toegang tot %(product)s is niet langer geblokkeerd."),),
    "account_blocked": (
        mark("%(by)s heeft uw account geblokkeerd: u kunt niet inloggen. %(until)s"),
        mark("%(words)s"),
        mark("Hebt u een vraag? Mail %(contact)s."),
    ),
    "account_unblocked": (
        mark("Uw account is niet langer geblokkeerd. Uw rollen en uw wachtwoord zijn zoals ze waren."),
    ),
    "moved": (
        mark("De servicedesk heeft uw zaak %(title)s %(reference)s naar de nieuwste versie gebracht."),
        mark("%(words)s"),
    ),
    "certificate_ends": (
        mark("%(what)s eindigt op %(day)s. Er rusten %(documents)s complete stukken op."),
        mark("Een certificaat vraagt u aan bij uw uitgever; een tijdstempel vernieuwt het portaal zelf, als het kan."),
        mark("Op de pagina staat alles wat afloopt, en wanneer."),
    ),
    "declared": (
        mark("%(board)s heeft verklaard dat %(school)s onder dit bestuur valt en dat het voor de school mag handelen."),
        mark("Klopt dit niet? Maak dan bezwaar in het portaal, met een verzoek, of mail de servicedesk."),
    ),
    "dpia_decided": (
        mark("%(organisation)s heeft besloten over de DPIA van %(product)s. De uitkomst is: %(outcome)s."),
        mark("In het stuk staat waarom, en wat er nu moet gebeuren. Het kenmerk is %(reference)s."),
    ),
    "dpia_settled": (
        mark("Het bewijs van de maatregelen is geaccepteerd. De uitkomst voor %(product)s is nu: %(outcome)s."),
        mark("Het gaat om het besluit %(reference)s van %(organisation)s."),
    ),
    "measure_due": (
        mark("U zorgt bij %(organisation)s voor deze maatregel: %(measure)s"),
        mark("De maatregel is klaar op %(due)s. Laat in het portaal zien wat er is gedaan."),
        mark("Hebt u nog geen account? Vraag een beheerder van %(organisation)s."),
    ),
    "measure_late": (
        mark("U zorgt bij %(organisation)s voor deze maatregel: %(measure)s"),
        mark("De maatregel zou klaar zijn op %(due)s, en er is nog geen bewijs."),
        mark("Hebt u nog geen account? Vraag een beheerder van %(organisation)s."),
    ),
    "measure_handed_in": (
        mark("Er is bewijs aangeleverd voor een maatregel bij %(product)s: %(measure)s"),
        mark("Beoordeelt u of dit genoeg is? Het gaat om %(reference)s."),
    ),
    "measure_accepted": (mark("Uw bewijs is geaccepteerd. Het ging om deze maatregel bij %(product)s: %(measure)s"),),
    "measure_sent_back": (
        mark("Uw bewijs is nog niet genoeg. Het gaat om deze maatregel bij %(product)s: %(measure)s"),
        mark("%(words)s"),
    ),
    "dpia_reopened": (
        mark("De DPIA van %(product)s bij %(organisation)s moet opnieuw worden bekeken. %(cause)s"),
        mark("In zaak %(reference)s staan uw antwoorden van de vorige keer klaar. U beantwoordt wat anders is."),
        mark("Doe dat vóór %(due)s. Tot die dag blijft het vorige besluit gelden."),
    ),
    "dpia_without_model": (
        mark("De DPIA van %(product)s bij %(organisation)s moet opnieuw worden bekeken. %(cause)s"),
        mark("Er is nu geen model waarmee dat kan, of uw vorige zaak loopt nog. Een eigen DPIA kan wel."),
        mark("Tot %(due)s blijft het vorige besluit gelden."),
    ),
    "dpia_waits": (
        mark("De DPIA van %(product)s bij %(organisation)s moet opnieuw worden bekeken. %(cause)s"),
        mark("Uw vorige zaak hierover wordt nu getekend. Daarna zetten wij een nieuwe zaak klaar."),
        mark("Tot %(due)s blijft het vorige besluit gelden."),
    ),
    "dpia_model_withdrawn": (
        mark("Het model bij uw zaak %(reference)s is ingetrokken. De reden: %(why)s"),
        mark("Met dit model kunt u niet meer besluiten. Op de pagina van de zaak staat hoe u verdergaat."),
    ),
    "dpia_over": (
        mark("Het besluit over de DPIA van %(product)s bij %(organisation)s geldt niet meer. %(cause)s"),
        mark("Er is niet op tijd opnieuw besloten. Het kenmerk van het besluit is %(reference)s."),
    ),
    "gate_reminder": (
        mark("%(who)s vraagt of u iets wilt regelen voor de rapporten van %(product)s bij %(school)s."),
        mark("Wat er nu is: %(what)s."),
        mark("Op de pagina staat wat er nodig is. Zodra het geregeld is, gaan de rapporten open."),
    ),
    "share_link": (
        mark("%(who)s geeft u %(title)s van %(school)s (%(product)s). Waarvoor: %(purpose)s"),
        mark("Het rapport is vertrouwelijk: niet verder verstrekken. U bevestigt dat, en dan opent u het."),
        mark("De link werkt tot %(until)s. Het kenmerk is %(reference)s."),
        mark(
            "%(who)s gaf ons uw naam en e-mailadres, om u dit te kunnen sturen. Wij bewaren twee jaar dat u het "
            "rapport kreeg en wanneer u het opende. Wie wij zijn en wat uw rechten zijn, staat op de pagina Privacy."
        ),
    ),
    "share_recalled": (
        mark("Op %(on)s kreeg u %(title)s (%(product)s) van %(who)s, met kenmerk %(reference)s. Dat is teruggevraagd."),
        mark("De reden: %(why)s"),
        mark("Gooi het rapport weg, en wat u ervan maakte. Gaf u het aan anderen? Vraag hen hetzelfde."),
    ),
    "own_report": (
        mark("%(supplier)s publiceerde het rapport %(title)s bij %(product)s, voor %(organisations)s."),
        mark("Het gaat over %(first)s tot en met %(last)s. Dit is versie %(version)s."),
        mark(
            "Wie de poort van het rapport door mag, kan het lezen. Geldt dat nog niet, dan zegt de poort wat er nodig "
            "is."
        ),
    ),
    "undeclared": (
        mark("Vanaf %(day)s spreekt %(board)s niet meer voor %(school)s."),
        mark("Het handelt dan niet meer namens de school. De rapporten gaan dicht tot een bestuur voor u spreekt."),
    ),
    "acting_ended": (
        mark("Vanaf %(day)s handelt u niet meer namens de scholen van %(organisation)s."),
        mark("Uw bestuur heeft u in %(reference)s niet (meer) aangewezen. Vraag uw beheerder als dat niet klopt."),
    ),
    "authority_changed": (
        mark("Vanaf %(day)s verandert wie er namens %(organisation)s mag tekenen, of hoe (%(reference)s)."),
        mark("Wat al is getekend, blijft geldig. Stukken die nog wachten, worden zo nodig opnieuw gemaakt."),
    ),
    "reissued": (
        mark("Er is veranderd wie mag tekenen. Daarom geldt het stuk %(title)s %(reference)s dat klaarlag niet meer."),
        mark("%(signed)s"),
        mark("%(next)s"),
    ),
    "organisation_changed": (mark("De wijziging %(reference)s van %(organisation)s is verwerkt: %(changes)s."),),
    "dissolved": (
        mark("%(organisation)s houdt op te bestaan per %(day)s (%(reference)s)."),
        mark("Op die dag eindigen alle rollen en verklaringen. Getekende stukken blijven bewaard."),
    ),
    "overtaken": (
        mark("%(organisation)s is intussen al ingeschreven. Uw eigen inschrijving %(reference)s is niet meer nodig."),
        mark("Vraag de beheerder van uw organisatie om een rol. Uw inschrijving kunt u intrekken."),
    ),
    "assessed_accept": (
        mark("%(who)s antwoordt op uw zaak %(reference)s:"),
        mark("%(words)s"),
    ),
    "subprocessor": (
        mark("%(supplier)s neemt een nieuwe subverwerker voor %(product)s: %(subprocessor)s (%(country)s)."),
        mark("De taak: %(task)s. De subverwerker begint op %(effective)s."),
        mark("Uw bestuur kan tot en met %(last)s bezwaar maken, met een reden. %(silence)s"),
    ),
    "subprocessor_reminder": (
        mark("Uw bestuur heeft nog niets laten horen over de subverwerker %(subprocessor)s voor %(product)s."),
        mark("Bezwaar maken kan tot en met %(last)s. %(silence)s"),
    ),
    "subprocessor_withdrawn": (
        mark("%(supplier)s neemt %(subprocessor)s toch niet als subverwerker voor %(product)s."),
        mark("U hoeft niets te doen."),
    ),
    "objection": (
        mark("%(board)s maakt bezwaar tegen de subverwerker %(subprocessor)s voor %(product)s:"),
        mark("%(words)s"),
        mark("Antwoord in het portaal. Daarna sluit het bestuur het bezwaar af."),
    ),
    "objection_answered": (
        mark("%(supplier)s antwoordt op het bezwaar van uw bestuur tegen de subverwerker %(subprocessor)s:"),
        mark("%(reply)s"),
        mark("Sluit het bezwaar af: trek het in, of blijf erbij."),
    ),
    "objection_closed": (
        mark("%(board)s sloot het bezwaar tegen de subverwerker %(subprocessor)s voor %(product)s af."),
        mark("%(outcome)s"),
    ),
    "taken_in": (
        mark("%(by)s heeft vastgelegd dat uw bestuur buiten het portaal een overeenkomst tekende over %(product)s."),
        mark("Het gaat om versie %(version)s, getekend op %(signed)s, voor de scholen van uw bestuursverklaring."),
        mark("Klopt dit niet? Zeg de overeenkomst dan op bij de overeenkomst zelf, of mail de servicedesk."),
    ),
    "to_confirm": (
        mark("%(by)s legde vast dat uw bestuur buiten het portaal een overeenkomst tekende over %(product)s."),
        mark("Het gaat om versie %(version)s, getekend op %(signed)s, voor de scholen van uw bestuursverklaring."),
        mark("Kijk naar het stuk en zeg of dit klopt. Tot uw bestuur dat zegt, telt de overeenkomst niet mee."),
    ),
    "agreement_ends": (
        mark("%(by)s zegt de verwerkersovereenkomst over %(product)s op, per %(ends)s."),
        mark("%(why)s"),
        mark("Dit is vastgelegd door %(recorder)s. Klopt het niet, meld dat dan aan de servicedesk."),
        mark("Gegevens ophalen kan tot en met %(export)s. Uiterlijk %(delete)s wist de leverancier alles."),
        mark("Uit reservekopieën is alles uiterlijk %(backups)s weg. De leverancier verklaart dat in het portaal."),
    ),
    "export_ends": (
        mark("De overeenkomst over %(product)s eindigt op %(ends)s."),
        mark("Ophalen kan tot en met %(export)s. Daarna wist de leverancier de gegevens."),
    ),
    "delete_soon": (
        mark("De overeenkomst met %(board)s over %(product)s is geëindigd op %(ends)s."),
        mark("Wis de gegevens uiterlijk %(delete)s, en teken daarna de verklaring van verwijdering."),
    ),
    "deleted": (
        mark("De leverancier heeft verklaard dat de gegevens van %(board)s in %(product)s zijn gewist."),
        mark("De getekende verklaring staat bij de overeenkomst."),
    ),
    "delete_overdue": (
        mark("De gegevens van %(board)s in %(product)s moesten uiterlijk %(delete)s zijn gewist."),
        mark("De leverancier heeft nog niet verklaard dat dat is gebeurd."),
    ),
}
BUTTONS: Mapping[str, str] = {
    "draft": mark("Ga verder met de inschrijving"),
    "submitted": mark("Bekijk uw zaak"),
    "assessed_ask": mark("Beantwoord de vraag"),
    "assessed_refuse": mark("Bekijk uw zaak"),
    "invitation": mark("Neem de uitnodiging aan"),
    "to_sign": mark("Lees en teken"),
    "signed": mark("Bekijk de zaak"),
    "on_paper": mark("Bekijk de zaak"),
    "complete": mark("Bekijk het stuk"),
    "receipt": mark("Bekijk de zaak"),
    "dossier": mark("Download het dossier"),
    "declared": mark("Bekijk uw school"),
    "dpia_decided": mark("Bekijk het besluit"),
    "dpia_settled": mark("Bekijk het besluit"),
    "measure_due": mark("Bekijk de maatregel"),
    "measure_late": mark("Bekijk de maatregel"),
    "measure_handed_in": mark("Beoordeel het bewijs"),
    "measure_accepted": mark("Bekijk de maatregel"),
    "measure_sent_back": mark("Bekijk de maatregel"),
    "dpia_reopened": mark("Beantwoord wat anders is"),
    "dpia_without_model": mark("Bekijk de zaak"),
    "dpia_waits": mark("Bekijk de zaak"),
    "dpia_model_withdrawn": mark("Bekijk de zaak"),
    "dpia_over": mark("Bekijk de zaak"),
    "gate_reminder": mark("Bekijk wat er nodig is"),
    "share_link": mark("Bekijk en bevestig"),
    "own_report": mark("Naar de rapporten"),
    "undeclared": mark("Bekijk uw school"),
    "acting_ended": mark("Bekijk de organisatie"),
    "authority_changed": mark("Bekijk de organisatie"),
    "reissued": mark("Bekijk de zaak"),
    "organisation_changed": mark("Bekijk de zaak"),
    "dissolved": mark("Bekijk de zaak"),
    "overtaken": mark("Bekijk uw zaak"),
    "assessed_accept": mark("Bekijk uw zaak"),
    "new_version": mark("Lees wat er verandert"),
    "new_version_reminder": mark("Lees wat er verandert"),
    "unblocked": mark("Naar de rapporten"),
    "account_unblocked": mark("Inloggen"),
    "moved": mark("Bekijk de zaak"),
    "to_assess": mark("Bekijk de zaak"),
    "to_agree": mark("Lees de voorwaarden"),
    "not_needed": mark("Bekijk de zaak"),
    "agreed": mark("Bekijk de zaak"),
    "revoked": mark("Bekijk de zaak"),
    "assessed_conditions": mark("Bekijk uw zaak"),
    "to_advise": mark("Lees en adviseer"),
    "your_turn": mark("Ga verder met de zaak"),
    "escalated": mark("Bekijk de zaak"),
    "sent_back": mark("Bekijk de zaak"),
    "declined": mark("Bekijk de zaak"),
    "withdrawn": mark("Bekijk de zaak"),
    "lapsed": mark("Bekijk de zaak"),
    "handed_over": mark("Ga verder met de zaak"),
    "taken_back": mark("Bekijk de zaak"),
    "comment": mark("Lees en antwoord"),
    "question": mark("Lees en antwoord"),
    "answer": mark("Lees het antwoord"),
    "offered": mark("Bekijk en beoordeel"),
    "offer_reminder": mark("Bekijk en beoordeel"),
    "offer_ended": mark("Bekijk waar het staat"),
    "reminder": mark("Ga naar de zaak"),
    "lapses_soon": mark("Ga naar de zaak"),
    "taken_in": mark("Bekijk de overeenkomst"),
    "to_confirm": mark("Zeg of dit klopt"),
    "agreement_ends": mark("Bekijk de overeenkomst"),
    "export_ends": mark("Bekijk de overeenkomst"),
    "delete_soon": mark("Bekijk de overeenkomst"),
    "delete_overdue": mark("Bekijk de overeenkomst"),
    "deleted": mark("Bekijk de overeenkomst"),
    "subprocessor": mark("Bekijk de subverwerker"),
    "subprocessor_reminder": mark("Bekijk de subverwerker"),
    "subprocessor_withdrawn": mark("Bekijk de subverwerker"),
    "objection": mark("Beantwoord het bezwaar"),
    "objection_answered": mark("Lees het antwoord"),
    "objection_closed": mark("Bekijk het bezwaar"),
    "certificate_ends": mark("Bekijk wat wanneer afloopt"),
}


def write(mail: Mail, address: Address, settings: Settings) -> Letter:
    """Both parts of a mail, in the words of its kind; an account's mail was written by the accounts themselves."""
    with wording.speaking(wording.RECORDED):
        return _written(mail, address, settings)


def _written(mail: Mail, address: Address, settings: Settings) -> Letter:
    facts = dict(mail.facts)
    if not facts:
        return Letter(say("De inhoud van deze mail is na verzending gewist."), "")
    if "text" in facts:
        return Letter(facts["text"], facts["html"])
    link = None
    if "endpoint" in facts:
        link = {"text": say(BUTTONS[mail.kind]), "url": address(facts["endpoint"], facts["address"])}
    given = {
        "language": wording.language(),
        "look": theme.load(settings.theme).for_mail(),
        "subject": mail.subject,
        "name": facts.get("name", ""),
        "paragraphs": [line for line in (say(each, **facts) for each in PARAGRAPHS[mail.kind]) if line.strip()],
        "link": link,
        "receipt": {"size": mail.size, "head": mail.head},
        "portal_url": settings.public_url,
        "contact": settings.contact,
        "is_demo": settings.demo,
    }
    return Letter(_template("layout.txt").render(given), _template("layout.html").render(given))


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
    )
    environment.globals |= {"_": say, "ngettext": wording.say_count}
    return environment.get_template(name)
