"""Ways to tamper with a database behind the portal's back, each a function on an open session, as its owner could."""

import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.cases.tables import Case, Document, InForce, Revision, Signature, StepAnswer
from portal.documents.vault import Blob
from portal.parties.tables import Mandate, Person
from portal.record import ledger
from portal.record.heads import StampedHead
from portal.record.ledger import Entry
from portal.record.outbox import Mail


@dataclass(frozen=True)
class Forgery:
    """What is done, which words the witness names it by, and by which codes the verifier names it in a dossier."""

    tamper: Callable[[Session], None]
    witness: str
    dossier: frozenset[str] = frozenset()
    """None of them where a dossier that is made afterwards does not bear what was forged."""
    refused: bool = False
    """Whether no dossier can be made of it at all."""


def declaration(session: Session) -> Case:
    return session.query(Case).filter_by(workflow="board_declaration", state="decided").one()


def document(session: Session) -> Document:
    return session.query(Document).filter_by(case_id=declaration(session).id).one()


def changed_answer(session: Session) -> None:
    answer = session.get(StepAnswer, (declaration(session).id, "licence"))
    assert answer is not None
    answer.values = {"collective": True}


def changed_name_in_a_signature(session: Session) -> None:
    session.query(Signature).filter_by(document_id=document(session).id, field="Handtekening1").one().typed_name = "X"


def signature_given_to_another(session: Session) -> None:
    given = session.query(Signature).filter_by(document_id=document(session).id).all()
    others = session.query(Person).filter(Person.id.notin_([each.person_id for each in given]))
    given[0].person_id = others.order_by(Person.email).first().id  # type: ignore[union-attr]


def entry_deleted_in_the_middle(session: Session) -> None:
    session.delete(session.query(Entry).filter_by(act="sign").order_by(Entry.number).first())


def tail_cut_off(session: Session) -> None:
    last = session.query(Mail.size).order_by(Mail.size.desc()).first()
    assert last is not None
    session.query(Entry).filter(Entry.number >= last[0]).delete()


def chained_anew(key: bytes) -> Callable[[Session], None]:
    """Another actor in an early entry, and the whole chain after it made anew with the right key."""

    def tamper(session: Session) -> None:
        previous = ledger.FIRST
        for entry in session.query(Entry).order_by(Entry.number):
            if entry.number == 5:
                entry.actor = str(uuid.uuid4())
            entry.previous = previous
            previous = entry.hash = ledger.hash_of(entry)
            entry.mac = hmac.digest(key, previous.encode(), "sha256").hex()

    return tamper


def swapped_files(session: Session) -> None:
    one, other = (session.get_one(Blob, each.blob) for each in document(session).revisions[-2:])
    one.content, other.content = other.content, one.content


def deleted_file(session: Session) -> None:
    session.delete(session.get_one(Blob, document(session).current))


def older_revision_put_back(session: Session) -> None:
    """As an old database has it: everything after the certified version is gone, and the ledger kept."""
    found = document(session)
    session.query(Revision).filter(Revision.document_id == found.id, Revision.number > 1).delete()
    found.current = found.certified


def mandate_forged(session: Session) -> None:
    signature = session.query(Signature).filter_by(document_id=document(session).id).first()
    assert signature is not None
    mandate = session.get_one(Mandate, uuid.UUID(signature.authority["mandate"]))
    mandate.basis = "statutes"


def in_force_forged(session: Session) -> None:
    row = session.query(InForce).filter_by(kind="board_declaration").first()
    assert row is not None
    more = InForce(kind=row.kind, organisation_id=row.on_behalf_of, on_behalf_of=row.on_behalf_of, since=row.since)
    more.version, more.case_id = row.version, row.case_id
    session.add(more)


def head_removed(session: Session) -> None:
    session.query(StampedHead).delete()


def facts_changed(session: Session) -> None:
    found = document(session)
    found.facts = {**found.facts, "organisation": {**found.facts["organisation"], "name": "Stichting Anders"}}


def certified_anew(session: Session) -> None:
    """The ledger says that another file was certified."""
    entry = session.query(Entry).filter_by(act="certify", subject=f"document:{document(session).id}").one()
    entry.document = "0" * 64


def forgeries(key: bytes) -> dict[str, Forgery]:
    """All of them, by name."""
    return {
        "changed answer": Forgery(changed_answer, "andere antwoorden", frozenset({"answers"})),
        "changed name": Forgery(changed_name_in_a_signature, "een andere naam", frozenset({"facts"})),
        "signature moved": Forgery(signature_given_to_another, "staat niet in het logboek", frozenset({"case_rows"})),
        "entry deleted": Forgery(entry_deleted_in_the_middle, "ontbreekt", refused=True),
        "tail cut off": Forgery(tail_cut_off, "ontbreekt: ", frozenset({"witness"})),
        "chained anew": Forgery(chained_anew(key), "een andere kop", frozenset({"witness"})),
        "files swapped": Forgery(swapped_files, "andere bytes dan zijn naam", refused=True),
        "file deleted": Forgery(deleted_file, "verwijst ernaar", refused=True),
        "old version put back": Forgery(older_revision_put_back, "verzegelt in", frozenset({"document_missing"})),
        "mandate forged": Forgery(mandate_forged, "op een ander bewijs", frozenset({"mandate_rows"})),
        "in force forged": Forgery(in_force_forged, "iets anders van kracht", frozenset({"in_force"})),
        "head removed": Forgery(head_removed, "een kop die er niet meer is"),
        "facts changed": Forgery(facts_changed, "andere gegevens dan in de tabel"),
        "certified anew": Forgery(certified_anew, "is gewijzigd", frozenset({"entry_changed"})),
    }
