"""The ledger: every link, every MAC, and every witness that holds its size and head."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.tables import Document, Signature
from portal.config import Settings
from portal.record.heads import StampedHead
from portal.record.ledger import Entry
from portal.record.outbox import Mail
from portal.wording import mark

BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True)
class Witness:
    """Who holds how long the ledger was at some moment, and the hash of its last entry then."""

    kind: str
    name: str
    size: int
    head: str


def check(kept: Snapshot, settings: Settings, tally: Tally) -> None:
    """Numbers without a gap, each entry on the one before, unchanged, and made with the key; then the witnesses."""
    entries = kept.rows(Entry)
    tally.checked["ledger_entries"] = len(entries)
    key = key_of(settings, tally)
    last, previous = 0, BEFORE_THE_FIRST
    for entry in entries:
        for missing in range(last + 1, min(entry.number, last + 4)):
            tally.find("ledger_entry", missing, mark("ontbreekt"))
        if entry.number < 1:
            tally.find("ledger_entry", entry.number, mark("heeft een nummer dat niet kan"))
        elif entry.previous != previous and entry.number == last + 1:
            tally.find("ledger_entry", entry.number, mark("sluit niet aan op de regel ervoor"))
        with tally.guarded("ledger_entry", entry.number):
            if fingerprint(entry) != entry.hash:
                tally.find("ledger_entry", entry.number, mark("is gewijzigd: de inhoud past niet bij de hash"))
            if key is not None and not hmac.compare_digest(_mac(entry.hash, key), entry.mac):
                tally.find("ledger_entry", entry.number, mark("is niet met de sleutel van dit logboek gemaakt"))
        last, previous = entry.number, entry.hash
    _hear_witnesses(kept, entries, tally)


def fingerprint(entry: Entry) -> str:
    """SHA-256 of an entry as a JSON object without spaces, its keys in the order of the alphabet, moments in UTC."""
    at = f"{entry.at:%Y-%m-%dT%H:%M:%S}.{entry.at.microsecond:06}+00:00"
    columns = [
        ("act", entry.act),
        ("actor", entry.actor),
        ("at", at),
        ("detail", entry.detail),
        ("document", entry.document),
        ("number", entry.number),
        ("on_behalf_of", entry.on_behalf_of),
        ("previous", entry.previous),
        ("subject", entry.subject),
    ]
    return hashlib.sha256(
        f"{{{','.join(f'{_json(key)}:{_json(value)}' for key, value in columns)}}}".encode()
    ).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _mac(fingerprint_: str, key: bytes) -> str:
    return hmac.digest(key, fingerprint_.encode(), "sha256").hex()


def key_of(settings: Settings, tally: Tally) -> bytes | None:
    """The key as it is kept beside the database; looking must not make a new one."""
    if not (settings.data / "secrets.json").exists():
        tally.find("file", settings.data, mark("secrets.json ontbreekt: de sleutel van het logboek staat erin"))
        return None
    return settings.secret("ledger").encode()


def _hear_witnesses(kept: Snapshot, entries: list[Entry], tally: Tally) -> None:
    heads = {0: BEFORE_THE_FIRST} | {entry.number: entry.hash for entry in entries}
    size = max(heads)
    for each in _witnesses(kept, tally):
        tally.checked["witnesses"] += 1
        known = heads.get(each.size)
        if known == each.head:
            continue
        if each.size > size:
            what = mark("ontbreekt: %(witness)s getuigt dat er %(size)s regels waren")
            tally.find("ledger_entry", size + 1, what, witness=_said(each), size=each.size)
        elif known is not None:
            what = mark(
                "is niet de regel die er stond, of een regel ervoor is veranderd: %(witness)s heeft een andere kop"
            )
            tally.find("ledger_entry", each.size, what, witness=_said(each))
        else:
            tally.find(
                each.kind, each.name, mark("noemt een logboek van %(size)s regels dat er niet was"), size=each.size
            )


def _said(witness: Witness) -> str:
    return f"{witness.kind} {witness.name}"


def _witnesses(kept: Snapshot, tally: Tally) -> Iterator[Witness]:
    """Stamped heads, mails, and documents with their signatures; those that cannot speak are findings."""
    for kept_head in kept.rows(StampedHead):
        yield Witness("head", str(kept_head.size), kept_head.size, kept_head.hash)
    references = {}
    for document in kept.rows(Document):
        with tally.guarded("document", document.id):
            references[document.id] = document.facts["reference"]
            head = document.facts["ledger"]
            yield Witness("document", document.facts["reference"], int(head["size"]), str(head["head"]))
    for signature in kept.rows(Signature):
        name = f"{references.get(signature.document_id, signature.document_id)}, {signature.field}"
        yield Witness("signature", name, signature.ledger_size, signature.ledger_head)
    mails = kept.rows(Mail)
    tally.checked["mails"] = len(mails)
    for mail in mails:
        yield Witness("mail", f"{mail.kind} {mail.id}", mail.size, mail.head)
