"""What pages show of a case's past: what happened, by whom, in whose words, and the mails about it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from typing import Any

from portal.cases import access, printing, reading, turning
from portal.cases.access import Visitor
from portal.cases.catalogue import workflow_of
from portal.cases.reading import Opened
from portal.cases.tables import Case, TurnKind
from portal.database import reader
from portal.parties import people
from portal.parties.tables import Person
from portal.record import ledger, outbox
from portal.record.ledger import Entry
from portal.wording import mark, moment, say
from workflows.dpia_questions import VERDICTS

ACTS = {
    "start": mark("Begonnen"),
    "submit": mark("Verstuurd"),
    "accept": mark("Akkoord"),
    "conditions": mark("Akkoord onder voorwaarden"),
    "agreed": mark("Akkoord met de voorwaarden"),
    "revoked": mark("Toestemming ingetrokken door een rechthebbende"),
    "ask": mark("Vraag gesteld"),
    "refuse": mark("Geweigerd"),
    "decide": mark("Rond: het besluit is van kracht"),
    "advise": mark("Advies gegeven"),
    "advice": mark("Advies van de FG gegeven"),
    "sent_back": mark("Teruggestuurd: de vragen staan weer open"),
    "declined": mark("Niet akkoord: de zaak is afgelopen"),
    "withdrawn": mark("Ingetrokken"),
    "lapsed": mark("Vervallen: er gebeurde te lang niets"),
    "handed_over": mark("Overgedragen aan een collega"),
    "taken_back": mark("Akkoord ingetrokken"),
    "moved": mark("Naar een nieuwere versie gezet"),
    "remind": mark("Herinnering gevraagd"),
    "comment": mark("Opmerking of vraag geschreven"),
    "comment_settled": mark("Opmerking afgehandeld"),
    "comment_opened": mark("Opmerking weer geopend"),
    "reopen": mark("Opnieuw te beoordelen"),
    "end_dpia": mark("Niet op tijd opnieuw beoordeeld"),
    "end": mark("Niet meer van kracht"),
    "sign": mark("Getekend"),
    "certify": mark("Stuk vastgesteld"),
    "paper": mark("Scan van een op papier getekend stuk vastgelegd"),
    "paper_confirmed": mark("Op papier getekend: door een tweede persoon bevestigd"),
    "paper_rejected": mark("Scan weggehaald: het stuk wacht weer op handtekeningen"),
    "seal": mark("Handtekening verzegeld"),
    "renew": mark("Tijdstempel vernieuwd"),
    "retry": mark("Opnieuw geprobeerd door de servicedesk"),
    "export": mark("Dossier gevraagd"),
}


ONE_ACT = dt.timedelta(minutes=1)
LAST_DAY = mark("Laatste dag vastgelegd")
OPENED = {reading.PAGE: mark("Stuk geopend als pagina"), reading.PDF: mark("Stuk geopend als PDF")}
UNOPENED = mark("Het portaal heeft niet gezien dat dit stuk vóór het tekenen is geopend.")


def events(case: Case) -> list[dict[str, Any]]:
    """What happened, by whom, with the words they gave, and what was seen to be opened; voided documents included.

    The acts stand in the order of the ledger, what was opened at its moment between them.
    """
    subjects = [f"case:{case.id}", *(f"document:{each.id}" for each in case.documents)]
    entries = sorted((entry for each in subjects for entry in ledger.about(reader(), each)), key=lambda e: e.number)
    seen = reading.opened(reader(), case.documents)
    actors = {entry.actor for entry in entries if entry.actor} | {str(each.person_id) for each in seen}
    names = people.names_of(actors, session=reader())
    told = merge(_acts(case, entries, seen, names), _openings(seen, names), key=lambda each: each["at"])
    return [{**each, "when": moment(each["at"])} for each in told]


def _acts(case: Case, entries: Sequence[Entry], seen: list[Opened], names: dict[str, str]) -> Iterator[dict[str, Any]]:
    words = _words_of(case, entries)
    unopened = {each.ledger_size for each in reading.signed_unopened(case.documents, seen)}
    for entry in entries:
        number = say("logboekregel %(number)s", number=entry.number)
        yield {
            "at": entry.at,
            "what": say(LAST_DAY if _is_later(entry) else ACTS.get(entry.act, entry.act)),
            "who": " · ".join([*([names[entry.actor]] if entry.actor in names else []), number]),
            "words": say(UNOPENED) if entry.number in unopened else words.get(entry.number, ""),
        }


def _is_later(entry: Entry) -> bool:
    """Whether an end was laid down for a moment still to come."""
    return entry.act == "end" and dt.datetime.fromisoformat(entry.detail["until"]) > entry.at + ONE_ACT


def _openings(seen: list[Opened], names: dict[str, str]) -> Iterator[dict[str, Any]]:
    for each in seen:
        again = say("%(times)s keer, laatst op %(when)s", times=each.times, when=moment(each.last))
        who = names.get(str(each.person_id), "")
        what = say(OPENED[each.form])
        yield {"at": each.first, "what": what, "who": " · ".join(filter(None, [who, again if each.times > 1 else ""]))}


def _words_of(case: Case, entries: Sequence[Entry]) -> dict[int, str]:
    """The reasons and judgements that were given, by the number of their entry: both stand in the order of time."""
    turned = [entry.number for entry in entries if entry.act in set(TurnKind)]
    judged = [entry.number for entry in entries if entry.act in printing.VERDICTS]
    why = {f"document:{each.id}": each.on_paper.why for each in case.documents if each.on_paper}
    papers = {entry.number: why[entry.subject] for entry in entries if entry.act == "paper" and entry.subject in why}
    return (
        dict(zip(turned, (each.words for each in case.turns), strict=False))
        | dict(zip(judged, (each.words for each in case.assessments), strict=False))
        | papers
        | _advised(case, entries)
    )


def _advised(case: Case, entries: Sequence[Entry]) -> dict[int, str]:
    """Each advice in the words in which it was given, also where it was asked again since; found by its digest."""
    said = [(each.step, each.values) for each in case.earlier_answers]
    said += [(each.step, each.values) for each in case.answers]
    given = {printing.digest({step: values}): values for step, values in said}
    asked = ((entry.number, given.get(str(entry.detail.get("advice")))) for entry in entries if entry.act == "advice")
    return {number: _advice_in_words(values) for number, values in asked if values}


def _advice_in_words(values: Mapping[str, Any]) -> str:
    """The verdict, the words, and the conditions: one text, or one below the other with their numbers."""
    verdict, conditions = dict(VERDICTS).get(values.get("verdict", "")), values.get("conditions") or []
    lines = [f"{say(verdict)}."] if verdict else []
    lines.append(str(values.get("words", "")))
    if isinstance(conditions, str):
        lines.append(conditions)
    else:
        lines += [f"{number}. {each.get('text', '')}" for number, each in enumerate(conditions, start=1)]
    return "\n".join(filter(None, lines))


def mails(case: Case, visitor: Visitor) -> list[dict[str, Any]]:
    """The mails about the case and how they fared; only who prepares or signs it sees whole addresses.

    Who asks and the rights holders who decide see of each other what they are called, and no more.
    """
    if visitor.person_id is None:
        return []
    me = reader.get_one(Person, visitor.person_id).email
    whole = not workflow_of(case).asks_rights_holders and (
        turning.prepares(case, visitor, session=None)
        or access.may_bind(case, visitor)
        or access.may_assess(case, visitor)
    )
    return [
        {
            "subject": mail.subject,
            "to": mail.to if whole or mail.to == me else f"{mail.to[:1]}…@{mail.to.rpartition('@')[2]}",
            "put_at": mail.put_at,
            "state": say(outbox.STATES[mail.state]),
        }
        for mail in outbox.sent_about(reader(), f"case:{case.id}")
    ]
