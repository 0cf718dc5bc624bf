"""The words of every mail the portal sends by itself: one entry a kind, filled from what the outbox kept."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from portal import wording
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
        mark("De servicedesk heeft een vraag over uw zaak %(reference)s:"),
        mark("%(words)s"),
        mark("Pas uw antwoorden aan en verstuur de zaak opnieuw."),
    ),
    "assessed_refuse": (
        mark("Uw zaak %(reference)s is geweigerd. De servicedesk schrijft:"),
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
    "complete": (
        mark("Het stuk %(title)s %(reference)s is klaar en verzegeld."),
        mark("Code van het stuk: %(code)s. Controlegetal (SHA-256): %(sha256)s"),
    ),
    "declared": (
        mark("%(board)s heeft verklaard dat %(school)s onder dit bestuur valt en dat het voor de school mag handelen."),
        mark("Klopt dit niet? Antwoord dan op deze mail of mail de servicedesk."),
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
    "complete": mark("Bekijk het stuk"),
    "declared": mark("Bekijk uw school"),
}


def write(mail: Mail, address: Address, settings: Settings) -> Letter:
    """Both parts of a mail, in the words of its kind; an account's mail was written by the accounts themselves."""
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
