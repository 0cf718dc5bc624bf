"""What pages show of a case's past: what happened, by whom, in whose words, and the mails about it."""

from collections.abc import Sequence
from typing import Any

from portal.cases import access, printing, turning
from portal.cases.access import Visitor
from portal.cases.tables import Case, TurnKind
from portal.database import reader
from portal.parties import people
from portal.record import ledger, outbox
from portal.record.ledger import Entry
from portal.wording import mark, moment, say

ACTS = {
    "start": mark("Begonnen"),
    "submit": mark("Verstuurd"),
    "accept": mark("Akkoord"),
    "ask": mark("Vraag gesteld"),
    "refuse": mark("Geweigerd"),
    "decide": mark("Rond: het besluit is van kracht"),
    "advise": mark("Advies gegeven"),
    "sent_back": mark("Teruggestuurd: de vragen staan weer open"),
    "declined": mark("Niet akkoord: de zaak is afgelopen"),
    "withdrawn": mark("Ingetrokken"),
    "lapsed": mark("Vervallen: er gebeurde te lang niets"),
    "handed_over": mark("Overgedragen aan een collega"),
    "taken_back": mark("Akkoord ingetrokken"),
    "moved": mark("Naar een nieuwere versie gezet"),
    "remind": mark("Herinnering gevraagd"),
    "comment": mark("Opmerking geschreven"),
    "comment_settled": mark("Opmerking afgehandeld"),
    "comment_opened": mark("Opmerking weer geopend"),
    "end": mark("Niet meer van kracht"),
    "sign": mark("Getekend"),
    "certify": mark("Stuk vastgesteld"),
    "seal": mark("Handtekening verzegeld"),
    "renew": mark("Tijdstempel vernieuwd"),
    "retry": mark("Opnieuw geprobeerd door de servicedesk"),
    "export": mark("Dossier gevraagd"),
}


def events(case: Case) -> list[dict[str, Any]]:
    """What happened, by whom, with the words they gave; documents that were voided included."""
    subjects = [f"case:{case.id}", *(f"document:{each.id}" for each in case.documents)]
    entries = sorted((entry for each in subjects for entry in ledger.about(reader(), each)), key=lambda e: e.number)
    names = people.names_of({entry.actor for entry in entries if entry.actor}, session=reader())
    words = _words_of(case, entries)
    return [
        {
            "when": moment(entry.at),
            "what": say(ACTS.get(entry.act, entry.act)),
            "who": " · ".join(
                [
                    *([names[entry.actor]] if entry.actor in names else []),
                    say("logboekregel %(number)s", number=entry.number),
                ]
            ),
            "words": words.get(entry.number, ""),
        }
        for entry in entries
    ]


def _words_of(case: Case, entries: Sequence[Entry]) -> dict[int, str]:
    """The reasons and judgements that were given, by the number of their entry: both stand in the order of time."""
    turned = [entry.number for entry in entries if entry.act in set(TurnKind)]
    judged = [entry.number for entry in entries if entry.act in printing.VERDICTS]
    return dict(zip(turned, (each.words for each in case.turns), strict=False)) | dict(
        zip(judged, (each.words for each in case.assessments), strict=False)
    )


def mails(case: Case, visitor: Visitor) -> list[dict[str, Any]]:
    """The mails about the case and how they fared; only who prepares or signs it sees whole addresses."""
    if visitor.person_id is None:
        return []
    whole = (
        turning.prepares(case, visitor, session=None)
        or access.may_sign(case, visitor)
        or access.may_assess(case, visitor)
    )
    return [
        {
            "subject": mail.subject,
            "to": mail.to if whole else f"{mail.to[:1]}…@{mail.to.rpartition('@')[2]}",
            "put_at": mail.put_at,
            "state": say(outbox.STATES[mail.state]),
        }
        for mail in outbox.sent_about(reader(), f"case:{case.id}")
    ]
