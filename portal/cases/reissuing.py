"""Signatures asked for anew: when who may bind an organisation changes, its open documents are made again."""

import datetime as dt
import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import presigning, printing, sides, telling, waiting
from portal.cases.tables import Case, CaseState, Document
from portal.cases.telling import Recipient
from portal.database import act
from portal.parties.authority import authority_sentence
from portal.parties.tables import Person
from portal.record import jobs, ledger
from portal.wording import mark, say

REISSUE = "reissue"
"""The work of looking, when a change takes effect, which open documents ask the wrong people."""


def ask(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> None:
    """Look at the organisation's open documents when the change takes effect: now, or on its day."""
    if at <= clock.now():
        _reissue(session, organisation_id)
    else:
        key = f"{REISSUE}:{organisation_id}:{at.isoformat()}"
        jobs.ask(session, REISSUE, key, at=at, organisation=str(organisation_id))


def reissue(organisation_id: uuid.UUID) -> int:
    """The same by the worker, on the day itself. Says how many documents were made again."""
    with act() as session:
        return _reissue(session, organisation_id)


def still_satisfies(session: Session, document: Document) -> bool:
    """Whether everybody whom the document asks may still bind their side to it, by the rule that it prints.

    A side for which enough have signed answers for its moment, whatever changes there later; one that signed
    beforehand must be bound by that until then.
    """
    if not presigning.still_holds(session, document):
        return False
    in_order, turn = sides.asked_sides(document), sides.waits_for(document)
    to_come = in_order[in_order.index(turn) :] if turn else []
    printed = {each["organisation"]: each["rule"] for each in document.facts.get("sides", [])}
    for side in sides.sides_of(session, document.case):
        if side.organisation.id not in to_come:
            continue
        asked = [
            each for each in document.facts["signatories"] if sides.side_of(document, each) == side.organisation.id
        ]
        held = [side.people.get(uuid.UUID(each["person"])) for each in asked]
        for each, authority in zip(asked, held, strict=True):
            if authority is None or authority_sentence(authority.as_mapping()) != each["authority"]:
                return False
        if printed.get(str(side.organisation.id), document.facts["rule"]) != side.rule_for(filter(None, held)):
            return False
    return True


def _reissue(session: Session, organisation_id: uuid.UUID) -> int:
    """A document that asks people, or names a rule, of before is void; a new one is made and those people are told."""
    theirs = or_(Case.organisation_id == organisation_id, Case.counterparty_id == organisation_id)
    open_ones = select(Case).where(theirs, Case.state.in_((CaseState.PREPARING, CaseState.SIGNING)))
    count = 0
    for case in session.scalars(open_ones.order_by(Case.reference)):
        document = waiting.open_document(case)
        if document is None or still_satisfies(session, document):
            continue
        if sides.who_cannot_bind(session, case) is not None:
            continue  # too few are left to sign it; the case waits until there are enough
        count += 1
        signed = {str(each.person_id) for each in document.signatures}
        document.void_at = clock.now()
        case.state, case.moved_at = CaseState.PREPARING, clock.now()
        ledger.append(
            session,
            act=REISSUE,
            subject=f"case:{case.id}",
            on_behalf_of=organisation_id,
            document=document.certified,
            voided=str(document.id),
        )
        session.flush()
        new = printing.ask_document(session, case)
        session.expire(case, ["documents"])
        asked = {each["person"] for each in new.facts["signatories"]}
        for each in document.facts["signatories"]:
            person = session.get_one(Person, uuid.UUID(each["person"]))
            telling.tell(
                session,
                case,
                Recipient.of(person),
                kind="reissued",
                key=f"{REISSUE}:{document.id}",
                subject=mark("Niet meer geldig: %(title)s %(reference)s"),
                signed=say("Uw handtekening op dat stuk telt niet meer.") if each["person"] in signed else "",
                next=say("U krijgt een nieuw stuk om te tekenen.") if each["person"] in asked else "",
            )
    return count
