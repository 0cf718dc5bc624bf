"""The act of signing: durable before it answers, evaluated and frozen in one transaction; the seal comes after."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access, course, presigning, reading, sides, telling
from portal.cases.access import Visitor, find
from portal.cases.course import Follow
from portal.cases.tables import Case, CaseState, Document, Signature
from portal.cases.telling import Recipient
from portal.database import act
from portal.documents import vault
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties import mandates, particulars
from portal.parties.tables import Organisation, Person
from portal.record import jobs, ledger
from portal.wording import mark, say

NO_AUTHORITY = mark("U bent op dit moment niet tekenbevoegd voor dit stuk van deze organisatie.")
FIRST_THE_OTHER = mark("Eerst tekent %(organisation)s. Daarna krijgt u bericht dat u aan de beurt bent.")
ENOUGH = mark("Voor %(organisation)s is al genoeg getekend. Uw handtekening is niet meer nodig.")
NOT_PRESIGNED = mark(
    "%(supplier)s heeft deze versie niet meer vooraf getekend. Het stuk wordt opnieuw gemaakt; u krijgt bericht."
)
ONE_BY_ONE = mark(
    "Een ander stuk dat u tegelijk tekent, verandert wie %(title)s %(reference)s tekent. Teken dat andere stuk eerst, "
    "en kijk dan opnieuw."
)
CodeIsGood = Callable[[Session, uuid.UUID, str], bool]
"""Checks a one-time code inside the act, and uses it up."""


def document_to_sign(case: Case) -> Document | None:
    """The document of a case that is open for signatures."""
    if case.state != CaseState.SIGNING:
        return None
    return next((each for each in case.documents if each.void_at is None and each.certified), None)


@dataclass(frozen=True)
class Signed:
    """What one press of the button did."""

    cases: tuple[uuid.UUID, ...]
    """The cases of the documents that bear this person's signature now, in the order in which they were asked."""


def sign(
    seen: Mapping[uuid.UUID, str],
    *,
    by: Visitor,
    typed_name: str,
    code: str,
    code_is_good: CodeIsGood,
    follow: Follow,
) -> Signed:
    """Sign one or more documents with one code: all of them or, where one cannot be signed, none.

    `seen` says of each document which revision was on the screen. Pressing twice, or fifty times, signs once and
    answers the same. Raises InvalidError at the field for a wrong name or code; RefusedError when a document
    changed, its case was decided, or there is no authority (any more).
    """
    with act() as session:
        if by.person_id is None or not seen:
            raise NotFoundError
        person = session.get_one(Person, by.person_id)
        found = [_document(session, document_id, by) for document_id in seen]
        done = Signed(tuple(case.id for case, _ in found))
        to_do = [
            (case, document, _refuse_signature(session, case, document, person, seen[document.id]))
            for case, document in found
            if all(each.person_id != person.id for each in document.signatures)
        ]
        if not to_do:
            return done
        if len(seen) > 1:
            _refuse_unread(session, person, [document for _, document, _ in to_do])
        for _, _, field in to_do:
            _refuse_name(typed_name, field["name"])
        if code_is_good(session, person.id, code):
            for number, (case, document, field) in enumerate(to_do):
                if number:
                    _refuse_what_changed_by_this(session, case, document, person, seen[document.id])
                _sign(session, case, document, person, field=field, follow=follow)
            return done
    # The count of wrong codes is kept: only now is the act refused.
    sentence = "Deze code klopt niet, of is al gebruikt. Wacht op een nieuwe code in uw app."
    raise InvalidError(sentence, {"code": say(sentence)})


def _refuse_unread(session: Session, person: Person, documents: Iterable[Document]) -> None:
    """Several at once are signed by who opened each of them."""
    for document in reading.unread(session, person.id, documents):
        sentence = mark("U hebt %(title)s %(reference)s nog niet geopend. Lees het eerst.")
        values = {"title": document.title, "reference": document.facts["reference"]}
        raise InvalidError(sentence % values, {"documents": say(sentence, **values)})


def _refuse_what_changed_by_this(session: Session, case: Case, document: Document, person: Person, seen: str) -> None:
    """What was signed a moment before, in the same act, may have decided who signs this document, or made it void."""
    try:
        _refuse_signature(session, case, document, person, seen)
    except RefusedError as fault:
        values = {"title": document.title, "reference": document.facts["reference"]}
        raise RefusedError(ONE_BY_ONE, **values) from fault


def _document(session: Session, document_id: uuid.UUID, by: Visitor) -> tuple[Case, Document]:
    document = session.get(Document, document_id)
    if document is None:
        raise NotFoundError
    return find(document.case_id, reader=by, session=session), document


def _sign(
    session: Session,
    case: Case,
    document: Document,
    person: Person,
    *,
    field: dict[str, str],
    follow: Follow,
) -> None:
    organisation_id = sides.side_of(document, field)
    at, purpose = clock.now(), access.purpose_of(case)
    authority = mandates.authority_of(session, person.id, organisation_id, at=at, purpose=purpose)
    if authority is None:  # it ended since it was looked at a moment ago
        raise RefusedError(NO_AUTHORITY)
    signature = Signature(
        document_id=document.id,
        person_id=person.id,
        organisation_id=organisation_id,
        field=field["field"],
        typed_name=field["name"],
        function=field["function"],
        confirms=field["confirms"],
        authority=authority.as_mapping(),
        seen=document.certified or "",
    )
    head = ledger.append(
        session,
        act="sign",
        subject=f"document:{document.id}",
        actor=person.id,
        on_behalf_of=organisation_id,
        document=document.certified,
        case=str(case.id),
        field=signature.field,
        authority=signature.authority,
    )
    signature.ledger_size, signature.ledger_head = head.size, head.hash
    document.signatures.append(signature)
    turn = sides.waits_for(document)
    signature.completes = turn is None
    session.flush()
    jobs.ask(session, "seal", f"seal:{document.id}:{signature.id}", document=str(document.id))
    _receipt(session, case, document, person)
    if signature.completes:
        course.decide(session, case, by=Visitor(person.id), follow=follow, document=document.certified)
    elif turn != case.signing_for:
        case.signing_for, case.moved_at = turn, clock.now()
        jobs.ask(session, "invite", f"invite:{document.id}:{turn}", document=str(document.id))


def _refuse_signature(session: Session, case: Case, document: Document, person: Person, seen: str) -> dict[str, str]:
    if case.organisation_id is None or document.void_at is not None or document.certified is None:
        raise RefusedError("Dit stuk kan niet (meer) worden getekend.")
    if case.state != CaseState.SIGNING:
        raise RefusedError("Dit stuk is al volledig getekend. Uw handtekening is niet meer nodig.")
    particulars.refuse_when_ending(case.organisation, case.counterparty)
    if not presigning.still_holds(session, document):
        raise RefusedError(NOT_PRESIGNED, supplier=document.facts["presigned"]["name"])
    if not access.may_sign(case, Visitor(person.id), session=session):
        raise RefusedError(NO_AUTHORITY)
    field = sides.field_of(document, person.id)
    if field is None:
        raise RefusedError("Uw tekenbevoegdheid is van na dit stuk. Laat het stuk opnieuw klaarzetten.")
    _refuse_out_of_turn(session, document, person, sides.side_of(document, field))
    if seen != document.certified or not _shown_is_kept(session, document):
        raise RefusedError("Het stuk is veranderd sinds u het opende. Lees het opnieuw, en teken dan.")
    return field


def _refuse_out_of_turn(session: Session, document: Document, person: Person, organisation_id: uuid.UUID) -> None:
    """One side after the other, each by who may bind that very side."""
    case, asked = document.case, sides.asked_sides(document)
    authority = mandates.authority_of(
        session, person.id, organisation_id, at=clock.now(), purpose=access.purpose_of(case)
    )
    if authority is None:
        raise RefusedError(NO_AUTHORITY)
    turn = sides.waits_for(document)
    if turn is None or turn == organisation_id:
        return
    if asked.index(turn) < asked.index(organisation_id):
        raise RefusedError(FIRST_THE_OTHER, organisation=session.get_one(Organisation, turn).name)
    raise RefusedError(ENOUGH, organisation=session.get_one(Organisation, organisation_id).name)


def _shown_is_kept(session: Session, document: Document) -> bool:
    """The file as it is now must begin with the very bytes that were certified."""
    certified = vault.content(document.certified or "", session=session)
    return vault.content(document.current or "", session=session).startswith(certified)


def _refuse_name(typed_name: str, expected: str) -> None:
    """The name that was certified is the name that signs; how it is spaced or capitalised does not matter."""
    if " ".join(typed_name.casefold().split()) != " ".join(expected.casefold().split()):
        sentence = say("Typ uw naam zoals die in het stuk staat: %(name)s.", name=expected)
        raise InvalidError("Uw naam klopt niet.", {"typed_name": sentence})


def _receipt(session: Session, case: Case, document: Document, person: Person) -> None:
    telling.tell(
        session,
        case,
        Recipient.of(person),
        kind="signed",
        key=f"signed:{document.id}",
        subject=mark("U hebt getekend: %(title)s %(reference)s"),
        certified=document.certified,
    )
