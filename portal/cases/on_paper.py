"""The paper way out: a document that was printed, signed by hand and scanned, put down by the operator, two of them.

It decides the case as signatures would, and is never one: no revision bears it, and everywhere it says that it was
signed on paper.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access, course, sides, telling
from portal.cases.access import Visitor
from portal.cases.course import Follow
from portal.cases.tables import Case, CaseState, Document, DocumentState, OnPaper
from portal.cases.telling import Recipient
from portal.database import act
from portal.documents import incoming, vault
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties import mandates, particulars
from portal.parties.tables import Person
from portal.record import ledger
from portal.wording import mark, say

LARGEST = 10 * 1024 * 1024
LONGEST_WHY = 2000
NOT_OPEN = mark("Dit stuk wacht niet (meer) op handtekeningen. Op papier tekenen kan dan ook niet.")
NOT_MET = mark("Deze personen kunnen de organisatie samen niet binden. Voor dit stuk geldt: %(rule)s")


def waiting_for_paper(session: Session) -> Sequence[OnPaper]:
    """What was put down and waits for a second pair of eyes, the oldest first."""
    waiting = select(OnPaper).where(OnPaper.confirmed_at.is_(None)).order_by(OnPaper.entered_at)
    return session.scalars(waiting).all()


def put_down(
    document_id: uuid.UUID,
    *,
    scan: bytes,
    name: str,
    people: Iterable[str],
    why: str,
    signed_on: dt.date | None,
    stated: bool,
    by: Visitor,
) -> None:
    """Put down a scanned signed copy: who signed, on which day, why not in the portal. Another person confirms it.

    Raises InvalidError with a sentence at each field that is not right, RefusedError when the document is not open.
    """
    faults = _faults_of_scan(scan, why)  # before the act: the scan is opened in a child, and the lock waits for nobody
    with act() as session:
        document = _open_document(session, document_id, by)
        those = set(people)
        named = [each["person"] for each in document.facts["signatories"] if each["person"] in those]
        faults |= _faults_of_day(document, signed_on)
        if not _binds(document, _authorities(session, document, named)):
            faults["people"] = say(NOT_MET, rule=document.facts["rule"])
        if not stated:
            faults["stated"] = say("Bevestig dat u de scan met het stuk hebt vergeleken.")
        if faults or signed_on is None:
            raise InvalidError("Nog niet alles is goed ingevuld.", faults)
        if document.on_paper is not None:
            raise RefusedError("Er ligt al een scan van dit stuk, die op een collega wacht.")
        row = OnPaper(
            document_id=document.id,
            scan=vault.keep(session, scan),
            scan_name=name[:200],
            people=named,
            why=why,
            signed_on=signed_on.isoformat(),
            entered_by=by.person_id,
        )
        session.add(row)
        _note(session, "paper", document, row, by)


def confirm(document_id: uuid.UUID, *, by: Visitor, follow: Follow) -> None:
    """A colleague of who put it down saw the same: from now on the case is decided, on paper."""
    with act() as session:
        document = _open_document(session, document_id, by)
        row = _seen_by_another(document, by)
        case = document.case
        authorities = _authorities(session, document, row.people)
        if not _binds(document, authorities):
            raise RefusedError(NOT_MET, rule=document.facts["rule"])
        row.authorities, row.confirmed_by, row.confirmed_at = authorities, by.person_id, clock.now()
        document.state, document.cause = DocumentState.PAPER, ""
        case.on_paper = True
        _note(session, "paper_confirmed", document, row, by, authorities=authorities)
        for person_id in {*row.people, *(str(each.person_id) for each in document.signatures)}:
            _tell(session, case, document, session.get_one(Person, uuid.UUID(person_id)), row)
        course.decide(session, case, by=by, follow=follow, document=document.certified)


def reject(document_id: uuid.UUID, *, by: Visitor) -> None:
    """Take back a scan that is not right: by who put it down or a colleague. The document waits as before."""
    with act() as session:
        document = _open_document(session, document_id, by)
        row = document.on_paper
        if row is None:
            raise NotFoundError
        _note(session, "paper_rejected", document, row, by)
        session.delete(row)


def _open_document(session: Session, document_id: uuid.UUID, by: Visitor) -> Document:
    document = session.get(Document, document_id)
    if document is None or by.person_id is None or not access.is_service_desk(by, session=session):
        raise NotFoundError
    case = document.case
    if case.state != CaseState.SIGNING or document.void_at is not None or document.certified is None:
        raise RefusedError(NOT_OPEN)
    particulars.refuse_when_ending(case.organisation, case.counterparty)
    if any(each.revision is None for each in document.signatures):
        raise RefusedError("Er wordt net een handtekening verzegeld. Probeer het over een minuut opnieuw.")
    return document


def _faults_of_scan(scan: bytes, why: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not why or len(why) > LONGEST_WHY:
        faults["why"] = say("Schrijf op waarom tekenen in het portaal niet kon.")
    if not scan.startswith(b"%PDF-") or len(scan) > LARGEST:
        faults["scan"] = say("Kies de scan als PDF-bestand van ten hoogste 10 MB.")
    elif sentence := incoming.complaint(scan):
        faults["scan"] = sentence
    return faults


def _faults_of_day(document: Document, signed_on: dt.date | None) -> dict[str, str]:
    if signed_on is not None and clock.day_of(document.made_at) <= signed_on <= clock.today():
        return {}
    return {"signed_on": say("Kies een dag vanaf de dag waarop het stuk is gemaakt, tot en met vandaag.")}


def _authorities(session: Session, document: Document, people: Iterable[str]) -> dict[str, dict[str, object]]:
    """What each of these may do now for the side at which they have a place; who may nothing is left out."""
    purpose, found = access.purpose_of(document.case), {}
    for person_id in people:
        field = sides.field_of(document, uuid.UUID(person_id))
        if field is not None:
            side = sides.side_of(document, field)
            held = mandates.authority_of(session, uuid.UUID(person_id), side, at=clock.now(), purpose=purpose)
            if held is not None:
                found[person_id] = held.as_mapping()
    return found


def _binds(document: Document, authorities: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether these people together bind every side of the document."""
    places = [each for each in document.facts["signatories"] if each["person"] in authorities]
    given = ((sides.side_of(document, each), authorities[each["person"]]) for each in places)
    return sides.first_unbound(document, given) is None


def _seen_by_another(document: Document, by: Visitor) -> OnPaper:
    row = document.on_paper
    if row is None:
        raise NotFoundError
    if row.entered_by == by.person_id:
        raise RefusedError("U hebt deze scan zelf vastgelegd. Een collega van de servicedesk bevestigt hem.")
    if str(by.person_id) in row.people:
        raise RefusedError("U hebt dit stuk zelf getekend. Een collega van de servicedesk bevestigt de scan.")
    return row


def _note(session: Session, what: str, document: Document, row: OnPaper, by: Visitor, **more: object) -> None:
    ledger.append(
        session,
        act=what,
        subject=f"document:{document.id}",
        actor=by.person_id,
        on_behalf_of=document.case.organisation_id,
        document=row.scan,
        case=str(document.case_id),
        people=row.people,
        signed_on=row.signed_on,
        why=hashlib.sha256(row.why.encode()).hexdigest(),
        **more,
    )


def _tell(session: Session, case: Case, document: Document, person: Person, row: OnPaper) -> None:
    telling.tell(
        session,
        case,
        Recipient.of(person),
        kind="on_paper",
        key=f"on_paper:{document.id}",
        subject=mark("Op papier getekend: %(title)s %(reference)s"),
        scan=row.scan,
    )
