"""The register of agreements as a spreadsheet: what article 30 AVG wants it to say."""

from collections.abc import Iterable

from portal import clock
from portal.cases.agreements.agreed import WAYS, Agreed, Subprocessor
from portal.documents.sheets import Cell
from portal.offers.agreements import summary
from portal.views import agreement_cards
from portal.wording import day, mark, say


def sheet(chosen: Iterable[Agreed]) -> tuple[list[str], list[list[Cell]]]:
    """What article 30 AVG wants a register to say, a line for each agreement; a semicolon parts several things."""
    columns = [
        say("Product"),
        say("Verwerkingsverantwoordelijke"),
        say("Contact van de verantwoordelijke"),
        say("Verwerker"),
        say("Contact van de verwerker"),
        say("Doelen"),
        say("Van wie"),
        say("Soorten gegevens"),
        say("Ontvangers"),
        say("Doorgifte buiten de EER"),
        say("Bewaartermijnen"),
        say("Beveiliging in het kort"),
        say("Melden van een datalek"),
        say("Scholen"),
        say("Versie"),
        say("Vanaf"),
        say("Tot"),
        say("Status"),
        say("Getekend"),
        say("Kenmerk"),
        say("Nieuwere versie"),
    ]
    return columns, [_cells(each) for each in chosen]


def _cells(each: Agreed) -> list[Cell]:
    body = each.text.body if each.text else None
    named = [_subprocessor(one) for one in each.subprocessors]
    return [
        each.product.title,
        each.board.name,
        _contact_of(each),
        each.product.supplier.name,
        summary.cells(body, "leaflet", "contact")[0]["privacy"] if body else "",
        _list(summary.purposes(body)) if body else "",
        _list(summary.people(body)) if body else "",
        _list(summary.data(body)) if body else "",
        _list([each.product.supplier.name, *named]),
        (_list(agreement_cards.transfer(*one) for one in each.transfers) or say("geen")) if body else "",
        _list(summary.retention(body)) if body else "",
        _list(summary.measures(body)) if body else "",
        _reporting(each.breach),
        _list(school.name for school in each.schools),
        each.version,
        clock.day_of(each.since),
        clock.day_of(each.until) if each.until else None,
        say(each.state[1]),
        say(WAYS[each.signed]),
        each.reference,
        each.newer,
    ]


def _reporting(breach: summary.Breach | None) -> str:
    if breach is None:
        return ""
    who = _list(f"{one.name} {one.email} {one.phone}" for one in breach.contacts)
    told = mark("binnen %(hours)s uur, via %(channel)s: %(who)s")
    return say(told, hours=breach.hours, channel=breach.channel, who=who)


def _subprocessor(one: Subprocessor) -> str:
    said = f"{one.name}: {one.task}, {one.data}, {one.country}"
    return say("%(who)s (vanaf %(day)s)", who=said, day=day(one.since)) if one.since else said


def _contact_of(each: Agreed) -> str:
    """Whom the board named in the agreement."""
    return f"{each.contact_name} {each.contact_email}".strip()


def _list(texts: Iterable[str]) -> str:
    return "; ".join(texts)
