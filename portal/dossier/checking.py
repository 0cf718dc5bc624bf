"""What the portal knows of a file that somebody holds, of a code on a document, or of a head of the ledger.

A file proves by itself who sealed it and that nothing changed since; that it was not cut back to an earlier version,
and that the portal made it at all, only the record can tell. Here the two are laid side by side.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.tables import Document, DocumentState, OnPaper, Revision, Signature
from portal.documents.verdicts import Changes, Examination, Verdict
from portal.record import ledger
from portal.wording import mark

MOST_REVISIONS = 500
"""More ends of file than this no document of ours has: one signature adds at most four."""

_END = re.compile(rb"%%EOF")
_AFTER_END = (b"\r\n", b"\n", b"\r", b"")

STANDINGS: Mapping[str, str] = {
    "last": mark("Dit is de laatste versie die het portaal bewaart."),
    "unfinished": mark("Dit is de laatste versie, maar nog niet iedereen heeft getekend."),
    "paper": mark(
        "Dit stuk is op papier getekend. Het bestand is onveranderd, maar draagt zelf niet de handtekeningen waarop "
        "het besluit rust: die staan op papier, en zijn geen elektronische handtekening."
    ),
    "scan": mark(
        "Dit is de scan van een stuk dat op papier is getekend. Twee medewerkers van de servicedesk hebben hem met het "
        "stuk vergeleken, en hij is sindsdien niet veranderd. Er staat geen elektronische handtekening in."
    ),
    "being_sealed": mark("Er is getekend. Het portaal is nog bezig met verzegelen: straks is er een nieuwe versie."),
    "earlier": mark("Dit is een eerdere versie. Er is een latere, met meer handtekeningen."),
    "lengthened": mark(
        "Dit is de laatste versie. Na het portaal heeft een ander programma er bewijs voor later aan toegevoegd, "
        "en verder niets."
    ),
    "changed": mark("Er is iets aan dit bestand veranderd nadat er is getekend. Vertrouw het niet."),
    "unknown": mark(
        "De zegels in dit bestand lijken te kloppen, maar het portaal heeft dit bestand nooit gemaakt of kent het "
        "niet meer. Vertrouw het niet."
    ),
    "not_ours": mark("Dit bestand komt niet uit dit portaal, of er staat een zegel in dat wij niet vertrouwen."),
}
"""How a file stands beside what is kept, in a sentence."""


@dataclass(frozen=True)
class Known:
    """A revision with which a file begins; `is_whole` when nothing comes after it."""

    document: Document
    number: int
    is_whole: bool


@dataclass(frozen=True)
class Kept:
    """One entry of the ledger, and whether it is there as it was written."""

    number: int
    hash: str
    holds: bool


@dataclass(frozen=True)
class Check:
    """What is said of a file: the verdict, how it stands beside what is kept, and the grounds."""

    verdict: Verdict
    standing: str
    """A word of STANDINGS."""
    known: Known | None
    examined: Examination
    entries: Mapping[int, Kept]
    """By the number of the revision: the entry with which it was stored."""
    scan_of: Document | None = None
    """The document that was signed on paper, where the file is its scan."""

    @property
    def document(self) -> Document | None:
        return self.known.document if self.known else self.scan_of

    def in_file(self, signature: Signature) -> bool:
        """Whether this very file bears the signature."""
        return self.known is not None and signature.revision is not None and signature.revision <= self.known.number


def by_code(session: Session, code: str) -> Document | None:
    """The document on which this code is printed, as it is written there."""
    return session.scalar(select(Document).where(Document.code == code))


def spelled(typed: str) -> str:
    """A code as it is printed, from how somebody typed it: "abcd efgh 2345" is ABCD-EFGH-2345."""
    letters = re.sub(r"[^A-Z0-9]", "", typed.upper())[:12]
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def beginnings(pdf: bytes) -> Iterator[tuple[int, str]]:
    """Every length at which an earlier version of this file can have ended, with the SHA-256 of that much."""
    so_far, at = hashlib.sha256(), 0
    lengths = {found.end() + len(end) for found in _ends(pdf) for end in _AFTER_END if pdf.startswith(end, found.end())}
    for length in sorted({*lengths, len(pdf)}):
        so_far.update(memoryview(pdf)[at:length])
        at = length
        yield length, so_far.hexdigest()


def _ends(pdf: bytes) -> Iterator[re.Match[bytes]]:
    for count, found in enumerate(_END.finditer(pdf)):
        if count >= MOST_REVISIONS:
            return
        yield found


def recognise(session: Session, pdf: bytes) -> Known | None:
    """The longest revision that this file is, or begins with; None when the portal knows none of it."""
    lengths = {sha256: length for length, sha256 in beginnings(pdf)}
    found = session.scalars(select(Revision).where(Revision.blob.in_(lengths)))
    longest = max(found, key=lambda each: lengths[each.blob], default=None)
    if longest is None:
        return None
    document = session.get_one(Document, longest.document_id)
    return Known(document, longest.number, is_whole=lengths[longest.blob] == len(pdf))


def compare(session: Session, pdf: bytes, examined: Examination) -> Check:
    """Lay what a file proves by itself beside what the portal keeps of it."""
    known = recognise(session, pdf)
    if known is None and (scanned := _scanned(session, pdf)):
        return Check(Verdict.INTACT_IN_PROGRESS, "scan", None, examined, {}, scan_of=scanned)
    verdict, standing = _judge(examined, known)
    entries = _entries(session, known.document) if known else {}
    if known and not all(number in entries and entries[number].holds for number in range(1, known.number + 1)):
        verdict, standing = Verdict.CHANGED, "unknown"
    return Check(verdict, standing, known, examined, entries)


def _scanned(session: Session, pdf: bytes) -> Document | None:
    """The document of which this is the scan, as two people confirmed it and the ledger still says."""
    digest = hashlib.sha256(pdf).hexdigest()
    rows = session.scalars(select(OnPaper).where(OnPaper.scan == digest, OnPaper.confirmed_at.is_not(None)))
    for row in rows:
        told = ledger.about(session, f"document:{row.document_id}")
        confirmed = [each for each in told if each.act == "paper_confirmed" and each.document == digest]
        if confirmed and all(ledger.hash_of(each) == each.hash for each in confirmed):
            return row.document
    return None


def _judge(examined: Examination, known: Known | None) -> tuple[Verdict, str]:
    if examined.verdict is Verdict.NOT_OURS:
        return examined.verdict, "not_ours"
    if examined.verdict is Verdict.CHANGED:
        return examined.verdict, "changed"
    if known is None or len(examined.signatures) != 1 + _sealed(known.document, known.number):
        return Verdict.CHANGED, "unknown"
    document = known.document
    is_last = known.number == len(document.revisions)
    is_complete = is_last and document.state == DocumentState.COMPLETE
    if known.is_whole and is_last and document.state == DocumentState.PAPER:
        return Verdict.INTACT_IN_PROGRESS, "paper"
    if not known.is_whole:
        added = examined.signatures[-1].changes in (Changes.NONE, Changes.LONG_TERM)
        if is_complete and added and examined.verdict is Verdict.INTACT_AND_COMPLETE:
            return examined.verdict, "lengthened"
        return Verdict.CHANGED, "changed"
    if is_complete:
        return examined.verdict, "last"
    if not is_last:
        return Verdict.INTACT_IN_PROGRESS, "earlier"
    waits = any(each.revision is None for each in document.signatures)
    return Verdict.INTACT_IN_PROGRESS, "being_sealed" if waits else "unfinished"


def _sealed(document: Document, number: int) -> int:
    """How many people's signatures this revision bears."""
    return sum(each.revision is not None and each.revision <= number for each in document.signatures)


def _entries(session: Session, document: Document) -> dict[int, Kept]:
    """With which entry each revision was stored: those that name its hash, in the order of the ledger."""
    stored = {each.blob: each.number for each in document.revisions}
    return {
        stored[entry.document]: Kept(entry.number, entry.hash, holds=ledger.hash_of(entry) == entry.hash)
        for entry in ledger.about(session, f"document:{document.id}")
        if entry.act in ("certify", "seal", "renew") and entry.document in stored
    }
