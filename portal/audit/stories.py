"""One document with all that is told about it: its rows, its case, and what the ledger says of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.tables import Case, Document, Revision, Signature
from portal.record.ledger import Entry
from portal.wording import mark


@dataclass(frozen=True)
class Story:
    """One document with all that is told about it."""

    name: str
    document: Document
    case: Case
    signatures: list[Signature]
    """In the order in which they were given."""
    revisions: list[Revision]
    entries: list[Entry]
    lengths: list[int] = field(default_factory=list)
    """Bytes in each revision, filled while they are read."""

    @property
    def sealed(self) -> list[Signature]:
        """The signatures that are in the file, in the order of their revisions."""
        return sorted((each for each in self.signatures if each.revision is not None), key=lambda s: s.revision or 0)

    @property
    def should_be_complete(self) -> bool:
        """Whether nobody has to sign (any more)."""
        return not self.document.facts["signatories"] or any(each.completes for each in self.sealed)

    @property
    def renewed(self) -> list[Entry]:
        """The entries of its renewals: each put a new time stamp over the whole."""
        return self.told("renew")

    def told(self, act: str) -> list[Entry]:
        """The ledger's entries of one act on this document."""
        return [each for each in self.entries if each.act == act]


def gather(kept: Snapshot, tally: Tally) -> Iterator[Story]:
    """Every document with its story; one that has no case or no facts is a finding."""
    cases = {each.id: each for each in kept.rows(Case)}
    signatures, revisions = kept.by(Signature, "document_id"), kept.by(Revision, "document_id")
    entries = kept.by(Entry, "subject")
    for document in kept.rows(Document):
        case = cases.get(document.case_id)
        if case is None or not isinstance(document.facts, dict):
            tally.find("document", document.id, mark("hoort bij geen zaak, of heeft geen gegevens"))
            continue
        yield Story(
            str(document.facts.get("reference", document.id)),
            document,
            case,
            sorted(signatures.get(document.id, []), key=lambda each: each.ledger_size),
            revisions.get(document.id, []),
            entries.get(f"document:{document.id}", []),
        )
