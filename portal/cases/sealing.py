"""The worker's part of a document: make and certify it, seal each signature into it, say when it is complete.

Rendering, time stamps and revocation data happen outside any transaction. What comes of them is stored by
compare-and-swap on the revision it was made from, so that nothing is sealed twice and nothing is overwritten.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import presigning, sides, telling
from portal.cases.tables import Case, CaseState, Document, DocumentState, Revision, Signature
from portal.cases.telling import Recipient
from portal.database import act, reader
from portal.documents import child, render, vault
from portal.documents.outside import awaited
from portal.documents.seal import Sealer
from portal.documents.stamps import Stamp
from portal.errors import PortalError, UnavailableError
from portal.parties import people
from portal.parties.authority import authority_sentence
from portal.parties.tables import Person
from portal.record import ledger
from portal.wording import mark, say

MOST_NAMED = 3
"""So many people whose places are closed a stamp has room to name."""
LONGEST = 90
"""Seconds for one document: an outside service that stamps time is given up on much sooner."""


def make(document_id: uuid.UUID, *, sealer: Sealer, operator: Mapping[str, str], link_secret: str) -> None:
    """Render and certify a document that was asked for; where nobody signs it, it is complete with that."""
    document = reader.get_one(Document, document_id)
    if document.certified is not None or document.void_at is not None:
        return
    facts = {**document.facts, "test_seal": sealer.is_test, "operator": dict(operator)}
    template, at, alone = document.template, document.made_at, not document.facts["signatories"]
    beforehand = presigning.enclosed(document)
    reader.rollback()
    with _waiting_is_shown(document_id):
        certified, stamp = child.in_child(
            lambda: _certified(template, facts, beforehand, at=at, sealer=sealer), seconds=LONGEST
        )
    with act() as session:
        document = session.get_one(Document, document_id)
        if document.certified is not None or document.void_at is not None:
            return
        case = session.get_one(Case, document.case_id)
        if alone and case.state == CaseState.PREPARING:
            raise PortalError(NOBODY_SIGNS)
        document.certified = document.current = vault.keep(session, certified)
        document.is_test = sealer.is_test
        _waits_no_more(document, DocumentState.COMPLETE if alone else DocumentState.CERTIFIED)
        session.add(Revision(document_id=document.id, number=1, blob=document.certified, **stamp_facts(stamp)))
        ledger.append(
            session,
            act="certify",
            subject=f"document:{document.id}",
            document=document.certified,
            case=str(document.case_id),
        )
        if alone:
            _complete(session, case, document)
        elif case.state == CaseState.PREPARING:
            case.state, case.moved_at = CaseState.SIGNING, clock.now()
            case.signing_for = sides.waits_for(document)
            _invite_signatories(session, case, document, link_secret=link_secret)


def seal(document_id: uuid.UUID, *, sealer: Sealer) -> None:
    """Seal every signature that has not been sealed yet, in the order in which they were given."""
    while (signature := _next_unsealed(document_id)) is not None:
        _seal_one(document_id, signature, sealer)


def _seal_one(document_id: uuid.UUID, signature: Signature, sealer: Sealer) -> None:
    document = reader.get_one(Document, document_id)
    base, final = document.current or "", signature.completes
    before = vault.content(base)
    facts = _signature_facts(document, signature, is_test=sealer.is_test)
    done = [each.field for each in document.signatures if each.revision is not None]
    reader.rollback()
    with _waiting_is_shown(document_id):
        work = partial(_signed, before, facts, done=done, sealer=sealer, final=final)
        sealed, stamp = child.in_child(work, seconds=LONGEST)
    with act() as session:
        document = session.get_one(Document, document_id)
        kept = session.get_one(Signature, signature.id)
        if document.current != base or kept.revision is not None:
            return  # another worker was first; the loop looks again
        number = len(document.revisions) + 1
        document.current = vault.keep(session, sealed)
        _waits_no_more(document, DocumentState.COMPLETE if final else DocumentState.CERTIFIED)
        session.add(Revision(document_id=document.id, number=number, blob=document.current, **stamp_facts(stamp)))
        kept.revision = number
        ledger.append(
            session,
            act="seal",
            subject=f"document:{document.id}",
            document=document.current,
            case=str(document.case_id),
            signature=str(kept.id),
            revision=number,
        )
        if final:
            _complete(session, session.get_one(Case, document.case_id), document)


# --- In the child: what takes memory, or could hang


def _certified(
    template: str, facts: Mapping[str, Any], beforehand: bytes | None, *, at: dt.datetime, sealer: Sealer
) -> tuple[bytes, Stamp]:
    """The document, with the portal's seal in it and what its supplier signed beforehand; where nobody signs it,
    nothing may follow."""
    alone = not facts["signatories"]
    enclosed = []
    if beforehand is not None:
        described = say("Het stuk waarmee de leverancier deze versie vooraf tekende")
        enclosed.append(render.Enclosed(presigning.ENCLOSED, beforehand, described))
    rendered = render.render(template, facts, at=at, enclosed=enclosed)
    width, height = rendered.seal.size
    stamp = render.stamp(_seal_facts(facts), width=width, height=height)
    reason = say("Vastgestelde versie van %(reference)s", reference=facts["reference"])
    certified = sealer.certify(sealer.prepare(rendered), stamp=stamp, reason=reason, final=alone)
    return certified, sealer.check(certified, fields=[], final=alone)


def _signed(
    before: bytes, facts: Mapping[str, str], *, done: list[str], sealer: Sealer, final: bool
) -> tuple[bytes, Stamp]:
    """The document with this signature added, after those that were done."""
    field = facts["field"]
    width, height = sealer.sizes(before)[field]
    stamp = render.stamp(facts, width=width, height=height)
    sealed = sealer.sign(
        before, field=field, stamp=stamp, reason=facts["confirms"], signer_name=facts["name"], final=final
    )
    return sealed, sealer.check(sealed, fields=[*done, field], final=final, before=before)


def _next_unsealed(document_id: uuid.UUID) -> Signature | None:
    reader.rollback()
    document = reader.get_one(Document, document_id)
    return next((each for each in document.signatures if each.revision is None), None)


class _waiting_is_shown:  # noqa: N801 (reads as the sentence it is: with waiting is shown)
    """While something outside does not answer, the document says so, with the cause."""

    def __init__(self, document_id: uuid.UUID) -> None:
        self.document_id = document_id

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        if isinstance(fault, UnavailableError):
            with act() as session:
                _show_waiting(session.get_one(Document, self.document_id), fault)


def _seal_facts(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "kind": "seal",
        "name": str(facts["operator"]["name"]),
        "test_seal": "1" if facts["test_seal"] else "",
        "at": facts["made_at"],
        "reference": facts["reference"],
        "ledger": _ledger_line(facts["ledger"]["size"], facts["ledger"]["head"]),
    }


def _signature_facts(document: Document, signature: Signature, *, is_test: bool) -> dict[str, str]:
    return {
        "kind": "signature",
        "field": signature.field,
        "name": signature.typed_name,
        "function": _function(document, signature),
        "authority": authority_sentence(signature.authority),
        "confirms": signature.confirms,
        "closes": _closed(document) if signature.completes else "",
        "test_seal": "1" if is_test else "",
        "at": signature.at.isoformat(timespec="seconds"),
        "reference": document.facts["reference"],
        "ledger": _ledger_line(signature.ledger_size, signature.ledger_head),
    }


def _function(document: Document, signature: Signature) -> str:
    """The function, and for whom where two sides sign."""
    organisation = sides.named(document, signature.organisation_id)
    parts = [signature.function, say("namens %(organisation)s", organisation=organisation) if organisation else ""]
    return ", ".join(filter(None, parts))


def _closed(document: Document) -> str:
    """That with this signature the document is complete, and whose places are closed by it."""
    signed = {each.field for each in document.signatures}
    spare = [each["name"] for each in document.facts["signatories"] if each["field"] not in signed]
    if not spare:
        return say("Hiermee is het stuk volledig getekend.")
    if len(spare) > MOST_NAMED:
        return say(
            "Hiermee is het stuk volledig getekend. De %(count)s andere plaatsen zijn gesloten.", count=len(spare)
        )
    return say("Hiermee is het stuk volledig getekend. Gesloten: de plaats van %(names)s.", names=", ".join(spare))


def _ledger_line(size: int, head: str) -> str:
    return say("logboek %(size)s · %(head)s", size=size, head=head[:16])


def _complete(session: Session, case: Case, document: Document) -> None:
    """The document is complete: everyone who signed it, or for whom it was made, gets word."""
    document.completed_at = clock.now()
    told = {each.person_id: Recipient.of(each.person) for each in document.signatures}
    whose = Recipient.of(case.person) if case.person else telling.starter(case)
    for each in told.values() or filter(None, [whose]):
        telling.tell(
            session,
            case,
            each,
            kind="complete",
            key=f"complete:{document.id}",
            subject=mark("Uw stuk is klaar: %(title)s %(reference)s"),
            sha256=document.current,
            code=document.code,
        )


def invite(document_id: uuid.UUID, *, link_secret: str) -> None:
    """One side has signed: call those of the other."""
    with act() as session:
        document = session.get_one(Document, document_id)
        case = session.get_one(Case, document.case_id)
        if document.void_at is None and case.state == CaseState.SIGNING:
            _invite_signatories(session, case, document, link_secret=link_secret)


def _invite_signatories(session: Session, case: Case, document: Document, *, link_secret: str) -> None:
    """Mail everyone who may sign now; who has no account yet makes one on the way to the document."""
    printed = {each["organisation"]: each for each in document.facts.get("sides", [])}
    whose = printed.get(str(case.signing_for), {**document.facts["organisation"], "rule": document.facts["rule"]})
    for signatory in document.facts["signatories"]:
        if sides.side_of(document, signatory) != case.signing_for:
            continue
        person = session.get_one(Person, uuid.UUID(signatory["person"]))
        link = ("signing.sign", {"document_id": str(document.id)})
        if person.password is None:
            token = people.invite(session, person, at=clock.now(), link_secret=link_secret)
            link = ("accounts.invitation", {"token": token, "document": str(document.id)})
        telling.tell(
            session,
            case,
            Recipient.of(person),
            kind="to_sign",
            key=f"to_sign:{document.id}",
            subject=mark("Te tekenen: %(title)s %(reference)s"),
            link=link,
            organisation=whose["name"],
            rule=whose["rule"],
        )


NOT_MADE = mark("Het stuk kon niet worden gemaakt.")
NOBODY_SIGNS = mark("Niemand is op dit moment tekenbevoegd, dus niemand kan dit stuk tekenen.")


def note_fault(document_id: uuid.UUID, fault: PortalError) -> None:
    """Show with the document why it could not be made or sealed."""
    with act() as session:
        _show_waiting(session.get_one(Document, document_id), fault)


def stamp_facts(stamp: Stamp) -> dict[str, Any]:
    """What a revision's row says of its last time stamp: who gave it, and until when it proves anything."""
    return {"stamped_by": stamp.by[:200], "stamp_hash": stamp.hash, "stamp_ends": stamp.ends}


def _show_waiting(document: Document, fault: PortalError) -> None:
    """Only while there is something to wait for: another worker may have finished it meanwhile."""
    if document.certified is None or any(each.revision is None for each in document.signatures):
        document.state, document.cause = DocumentState.WAITING, str(fault) or NOT_MADE
        document.waits_for = awaited(fault)
        document.waits_since = document.waits_since or clock.now()


def _waits_no_more(document: Document, state: DocumentState) -> None:
    document.state, document.cause, document.waits_for, document.waits_since = state, "", None, None
