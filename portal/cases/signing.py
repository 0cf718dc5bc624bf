"""The act of signing: durable before it answers, evaluated and frozen in one transaction; the seal comes after."""

import uuid
from collections.abc import Callable

from sqlalchemy.orm import Session

from portal import clock
from portal.cases.access import Visitor, find
from portal.cases.answering import Follow
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState, Document, Signature
from portal.database import act
from portal.documents import vault
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties import mandates
from portal.parties.tables import Person
from portal.record import jobs, ledger, outbox
from portal.wording import say

CodeIsGood = Callable[[Session, uuid.UUID, str], bool]
"""Checks a one-time code inside the act, and uses it up."""


def document_to_sign(case: Case) -> Document | None:
    """The document of a case that is open for signatures."""
    if case.state != CaseState.SIGNING:
        return None
    return next((each for each in case.documents if each.void_at is None and each.certified), None)


def field_of(document: Document, person_id: uuid.UUID) -> dict[str, str] | None:
    """The signature field that was made for this person when the document was certified."""
    return next((each for each in document.facts["signatories"] if each["person"] == str(person_id)), None)


def sign(
    document_id: uuid.UUID,
    *,
    by: Visitor,
    typed_name: str,
    code: str,
    seen: str,
    code_is_good: CodeIsGood,
    follow: Follow,
) -> uuid.UUID:
    """Sign a document; gives the case's id. Pressing twice, or fifty times, signs once and answers the same.

    Raises InvalidError at the field for a wrong name or code; RefusedError when the document changed, the case was
    decided, or there is no authority (any more).
    """
    with act() as session:
        document = session.get(Document, document_id)
        if document is None or by.person_id is None:
            raise NotFoundError
        case = find(document.case_id, reader=by, session=session)
        if any(each.person_id == by.person_id for each in document.signatures):
            return case.id
        person = session.get_one(Person, by.person_id)
        field = _refuse_signature(session, case, document, person, seen)
        _refuse_name(typed_name, field["name"])
        if code_is_good(session, person.id, code):
            _sign(session, case, document, person, field=field, follow=follow)
            return case.id
    # The count of wrong codes is kept: only now is the act refused.
    sentence = "Deze code klopt niet, of is al gebruikt. Wacht op een nieuwe code in uw app."
    raise InvalidError(sentence, {"code": say(sentence)})


def _sign(
    session: Session,
    case: Case,
    document: Document,
    person: Person,
    *,
    field: dict[str, str],
    follow: Follow,
) -> None:
    assert case.organisation_id is not None
    authority = mandates.authority_of(session, person.id, case.organisation_id, at=clock.now())
    assert authority is not None
    signature = Signature(
        document_id=document.id,
        person_id=person.id,
        field=field["field"],
        typed_name=field["name"],
        function=field["function"],
        confirms=field["confirms"],
        authority=authority.as_mapping(),
        seen=document.certified or "",
    )
    given = [*(each.authority for each in document.signatures), signature.authority]
    signature.completes = mandates.is_met(given)
    head = ledger.append(
        session,
        act="sign",
        subject=f"document:{document.id}",
        actor=person.id,
        on_behalf_of=case.organisation_id,
        document=document.certified,
        case=str(case.id),
        field=signature.field,
        authority=signature.authority,
    )
    signature.ledger_size, signature.ledger_head = head.size, head.hash
    document.signatures.append(signature)
    session.flush()
    jobs.ask(session, "seal", f"seal:{document.id}:{signature.id}", document=str(document.id))
    _receipt(session, case, document, person)
    if signature.completes:
        case.state, case.decided_at = CaseState.DECIDED, clock.now()
        ledger.append(
            session,
            act="decide",
            subject=f"case:{case.id}",
            actor=person.id,
            on_behalf_of=case.organisation_id,
            document=document.certified,
        )
        follow(session, case)


def _refuse_signature(session: Session, case: Case, document: Document, person: Person, seen: str) -> dict[str, str]:
    if case.organisation_id is None or document.void_at is not None or document.certified is None:
        raise RefusedError("Dit stuk kan niet (meer) worden getekend.")
    if case.state != CaseState.SIGNING:
        raise RefusedError("Dit stuk is al volledig getekend. Uw handtekening is niet meer nodig.")
    if mandates.authority_of(session, person.id, case.organisation_id, at=clock.now()) is None:
        raise RefusedError("U bent op dit moment niet tekenbevoegd voor deze organisatie.")
    field = field_of(document, person.id)
    if field is None:
        raise RefusedError("Uw tekenbevoegdheid is van na dit stuk. Laat het stuk opnieuw klaarzetten.")
    if seen != document.certified or not _shown_is_kept(session, document):
        raise RefusedError("Het stuk is veranderd sinds u het opende. Lees het opnieuw, en teken dan.")
    return field


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
    outbox.put(
        session,
        key=f"signed:{document.id}:{person.id}",
        to=person.email,
        kind="signed",
        subject=say(
            "U hebt getekend: %(title)s %(reference)s", title=say(workflow_of(case).title), reference=case.reference
        ),
        about=f"case:{case.id}",
        link=("cases.show", {"case_id": str(case.id)}),
        name=person.name,
        title=document.title,
        reference=case.reference,
        certified=document.certified,
    )
