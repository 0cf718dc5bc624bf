"""What can be done with a case besides answering, judging and signing: send back, decline, withdraw, hand over."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force, permitting, sides, telling, waiting
from portal.cases.access import Visitor, advisers, answers_of, find, may_bind, may_sign_next, roles_at
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.offering import suppliers
from portal.cases.tables import Case, CaseState, InForce, Turn, TurnKind
from portal.cases.telling import Recipient
from portal.database import act, reader
from portal.errors import InvalidError, RefusedError
from portal.offers.tables import Publication
from portal.parties.tables import Membership, Person
from portal.record import ledger
from portal.wording import mark, say
from workflows.vocabulary import Role, Step

Then = Callable[[Session, Case, str, uuid.UUID], None]
"""What ends with what was taken back; handed to an act, since it stands on a higher floor."""
SAY_WHY = mark("Schrijf op waarom. Wie erbij betrokken is, leest dit.")
GOING_ROUND = (CaseState.ASSESSING, CaseState.ADVISING, CaseState.PREPARING, CaseState.SIGNING)
TOLD_THE_SUPPLIER = (TurnKind.DECLINED, TurnKind.WITHDRAWN, TurnKind.LAPSED)
SUBJECTS = {
    TurnKind.SENT_BACK: mark("Teruggestuurd: %(title)s %(reference)s"),
    TurnKind.DECLINED: mark("Niet akkoord: %(title)s %(reference)s"),
    TurnKind.WITHDRAWN: mark("Ingetrokken: %(title)s %(reference)s"),
    TurnKind.LAPSED: mark("Vervallen: %(title)s %(reference)s"),
    TurnKind.HANDED_OVER: mark("Aan u overgedragen: %(title)s %(reference)s"),
    TurnKind.MOVED: mark("Nieuwe versie: %(title)s %(reference)s"),
    TurnKind.AGREED: mark("Akkoord met de voorwaarden: %(title)s %(reference)s"),
    TurnKind.REVOKED: mark("Toestemming ingetrokken: %(title)s %(reference)s"),
    TurnKind.TAKEN_BACK: mark("Akkoord ingetrokken: %(title)s %(reference)s"),
}


# --- Whether ----------------------------------------------------------------------------------------------------


def may_send_back(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may re-open the questions: who can sign, and who prepared the case."""
    return case.state in GOING_ROUND and (
        prepares(case, visitor, session=session) or _can_sign_now(case, visitor, session=session)
    )


def may_decline(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may say no for good: who is asked to sign, or whose terms they are."""
    if case.state == CaseState.SIGNING:
        return _can_sign_now(case, visitor, session=session)
    if case.state == CaseState.AGREEING:
        return visitor.person_id is not None and visitor.person_id == case.person_id
    if case.state != CaseState.DRAFT:
        return False
    workflow = workflow_of(case)
    if workflow.rejected_by and case.organisation_id:
        if visitor.person_id in advisers(case):
            return False  # who advises does not decide, and saying no for good is deciding
        return bool(roles_at(visitor, case.organisation_id, session=session) & set(workflow.rejected_by))
    return workflow.one_sitting and visitor.person_id is not None and visitor.person_id == case.person_id


def may_withdraw(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may end the case: who started or prepared it, and who can sign it."""
    if case.state in ENDED:
        return False
    return prepares(case, visitor, session=session) or may_bind(case, visitor, session=session)


def may_hand_over(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may ask a colleague to go on with the draft."""
    return (
        case.state == CaseState.DRAFT
        and case.organisation_id is not None
        and visitor.person_id is not None
        and prepares(case, visitor, session=session)
    )


def was_taken_back(case: Case) -> bool:
    """Whether what came of it was ended by whoever gave it, or by a rights holder."""
    return any(each.kind in (TurnKind.TAKEN_BACK, TurnKind.REVOKED) for each in case.turns)


def may_take_back(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this person may take back what they decided for themselves; a permission, as long as it runs."""
    if workflow_of(case).asks_rights_holders and not permitting.is_running(session or reader(), case.id):
        return False
    return (
        case.state == CaseState.DECIDED
        and bool(workflow_of(case).taken_back)
        and visitor.person_id is not None
        and visitor.person_id == case.person_id
        and not was_taken_back(case)
    )


def prepares(case: Case, visitor: Visitor, *, session: Session | None) -> bool:
    """Whether this visitor may answer every step of the path, were the case a draft; those of who advises excepted,
    and those of who decides.
    """
    if case.organisation_id is None or case.starter_email:
        return case.id in visitor.drafts or (
            visitor.person_id is not None and visitor.person_id in (case.person_id, case.started_by)
        )
    roles = roles_at(visitor, case.organisation_id, session=session)
    path = [each for each in workflow_of(case).path(answers_of(case)) if not (each.advises or _decides(each))]
    return bool(roles) and all(each.by is None or roles & {each.by, Role.SIGNATORY} for each in path)


def _decides(step: Step) -> bool:
    return step.by is Role.SIGNATORY and bool(step.rests_on)


def colleagues(session: Session, case: Case, visitor: Visitor) -> list[Person]:
    """To whom the draft can be handed over: who may answer its steps at this organisation."""
    path = workflow_of(case).path(answers_of(case))
    roles = {each.by for each in path if each.by and not each.advises} | {Role.SIGNATORY}
    theirs = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == case.organisation_id,
            *Membership.held(clock.now()),
            Membership.role.in_(roles),
            Person.id != visitor.person_id,
        )
    )
    return list(session.scalars(theirs.order_by(Person.name)).unique())  # no DISTINCT: it has JSON


# --- The acts ---------------------------------------------------------------------------------------------------


def send_back(case_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    """Re-open the questions: the document is void, and whoever signed or judged it is told."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if case.state == CaseState.DRAFT and _last_turn(case) == (TurnKind.SENT_BACK, by.person_id):
            return  # pressed twice
        _refuse_unless(may_send_back(case, by, session=session), case)
        refuse_silence(words)
        told, speaks_for = waiting.everyone(session, case), _speaks_for(session, case, by)
        void_documents(case)
        case.state, case.submitted_at = CaseState.DRAFT, None
        turn(session, case, TurnKind.SENT_BACK, words=words, by=by, told=told, speaks_for=speaks_for)
        telling.receipt(session, case, by.person_id, TurnKind.SENT_BACK)
        case.round += 1


def decline(case_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    """Say no, for good: nothing comes into force. Who declines terms also gives up an earlier version of them."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if case.state == CaseState.DECLINED and _last_turn(case) == (TurnKind.DECLINED, by.person_id):
            return
        _refuse_unless(may_decline(case, by, session=session), case)
        if case.person_id is None:
            refuse_silence(words)
        told, speaks_for = waiting.everyone(session, case), _speaks_for(session, case, by)
        void_documents(case)
        case.state, case.decided_at = CaseState.DECLINED, clock.now()
        turn(session, case, TurnKind.DECLINED, words=words, by=by, told=told, speaks_for=speaks_for)
        if case.person_id is not None:
            held = in_force.holding(
                session, case.workflow, at=clock.now(), person_id=case.person_id, product_id=case.product_id
            )
            in_force.end(session, held, at=clock.now(), by=by.person_id, because=case)
        telling.receipt(session, case, by.person_id, TurnKind.DECLINED)


def withdraw(case_id: uuid.UUID, *, words: str, by: Visitor) -> None:
    """End a case that is under way; only a draft that nobody else has seen needs no reason."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if case.state == CaseState.WITHDRAWN and _last_turn(case) == (TurnKind.WITHDRAWN, by.person_id):
            return
        _refuse_unless(may_withdraw(case, by, session=session), case)
        if case.state != CaseState.DRAFT:
            refuse_silence(words)
        told = waiting.everyone(session, case)
        void_documents(case)
        case.state, case.decided_at = CaseState.WITHDRAWN, clock.now()
        turn(session, case, TurnKind.WITHDRAWN, words=words, by=by, told=told)
        telling.receipt(session, case, by.person_id, TurnKind.WITHDRAWN)


def hand_over(case_id: uuid.UUID, *, to: uuid.UUID | None, words: str, by: Visitor) -> None:
    """Ask a colleague to go on with the draft: from now on they are mailed and reminded."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if to is not None and case.assigned_to == to and _last_turn(case) == (TurnKind.HANDED_OVER, by.person_id):
            return
        _refuse_unless(may_hand_over(case, by, session=session), case)
        colleague = next((each for each in colleagues(session, case, by) if each.id == to), None)
        if colleague is None:
            raise InvalidError("Kies een collega.", {"to": say("Kies een collega uit de lijst.")})
        case.assigned_to, case.moved_at = colleague.id, clock.now()
        told = [Recipient(colleague.email, colleague.name, colleague.id)]
        turn(session, case, TurnKind.HANDED_OVER, words=words, by=by, told=told, to=str(colleague.id))


def take_back(case_id: uuid.UUID, *, words: str, by: Visitor, then: Then | None = None) -> None:
    """Take back a decision of one's own: what it made true ends now, with what rests on it."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if _last_turn(case) == (TurnKind.TAKEN_BACK, by.person_id):
            return
        _refuse_unless(may_take_back(case, by, session=session), case)
        told = waiting.everyone(session, case)
        turn(session, case, TurnKind.TAKEN_BACK, words=words, by=by, told=told)
        held = session.scalars(select(InForce).where(InForce.case_id == case.id, *in_force.holds(clock.now())))
        in_force.end(session, held, at=clock.now(), by=by.person_id, because=case)
        if then is not None and by.person_id is not None:
            then(session, case, words, by.person_id)
        telling.receipt(session, case, by.person_id, TurnKind.TAKEN_BACK)


def replace_drafts(session: Session, case: Case, *, by: Visitor) -> None:
    """Who goes on with a newer text leaves the drafts on an older one behind. Inside an act."""
    older = select(Case).where(
        Case.workflow == case.workflow,
        Case.person_id == case.person_id,
        Case.product_id == case.product_id,
        Case.publication_id != case.publication_id,
        Case.state == CaseState.DRAFT,
    )
    for draft in session.scalars(older):
        draft.state, draft.decided_at = CaseState.WITHDRAWN, clock.now()
        words = say("Er is een nieuwere tekst. Daarmee is verdergegaan in %(reference)s.", reference=case.reference)
        turn(session, draft, TurnKind.WITHDRAWN, words=words, by=by, told=[])


def stays_with_its_text(case: Case, newer: Publication | None) -> bool:
    """Whether an open case is not left for this text: it was signed already, or its own text is the newer one."""
    document = waiting.open_document(case)
    if newer is None or case.publication is None or (document is not None and document.signatures):
        return True
    return case.publication.since >= newer.since


def make_way(session: Session, case: Case, *, for_: Case, by: Visitor, speaks_for: uuid.UUID | None = None) -> None:
    """End a case because another one goes on with a newer text; who is not told of that one hears it. Inside an act."""
    assert for_.publication is not None
    known = {each.email for each in waiting.recipients(session, for_)}
    told = [each for each in waiting.everyone(session, case) if each.email not in known]
    void_documents(case)
    case.state, case.decided_at = CaseState.WITHDRAWN, clock.now()
    words = say(
        "Er is een nieuwere tekst: versie %(version)s. Daarmee gaat het verder in %(reference)s.",
        version=for_.publication.version,
        reference=for_.reference,
    )
    turn(session, case, TurnKind.WITHDRAWN, words=words, by=by, told=told, speaks_for=speaks_for)


def lapse(session: Session, case: Case) -> None:
    """Nothing happened for so long that the case is over; everybody who took part is told. Inside an act."""
    told = waiting.everyone(session, case)
    void_documents(case)
    case.state, case.decided_at = CaseState.LAPSED, clock.now()
    turn(session, case, TurnKind.LAPSED, words="", by=Visitor(), told=told)


# --- What they share --------------------------------------------------------------------------------------------


def _can_sign_now(case: Case, visitor: Visitor, *, session: Session | None) -> bool:
    """Whether this visitor may bind the side whose turn it is, and has no place at the other."""
    document = waiting.open_document(case)
    if document is None or visitor.person_id is None:
        return False
    place = sides.field_of(document, visitor.person_id)
    return (
        may_sign_next(case, visitor, session=session)
        and (place is None or sides.side_of(document, place) == case.signing_for)
        and all(each.person_id != visitor.person_id for each in document.signatures)
    )


def _refuse_unless(allowed: bool, case: Case) -> None:
    if allowed:
        return
    if case.state in ENDED:
        raise RefusedError("Deze zaak is al afgelopen.")
    raise RefusedError("Dit kan nu niet, of niet door u. Bekijk de zaak opnieuw.")


def refuse_silence(words: str) -> None:
    """Who ends or turns a case says why."""
    if not words:
        raise InvalidError(SAY_WHY, {"words": say(SAY_WHY)})


def _last_turn(case: Case) -> tuple[str, uuid.UUID | None] | None:
    return (case.turns[-1].kind, case.turns[-1].person_id) if case.turns else None


def _speaks_for(session: Session, case: Case, by: Visitor) -> uuid.UUID | None:
    """For whom this visitor acts: whose case it is, or who signs it as well."""
    if case.counterparty_id is None or case.organisation_id is None or by.person_id is None:
        return case.organisation_id
    document = waiting.open_document(case)
    place = sides.field_of(document, by.person_id) if document and case.state == CaseState.SIGNING else None
    if document and place and sides.side_of(document, place) == case.signing_for:
        return case.signing_for
    theirs = roles_at(by, case.organisation_id, session=session)
    others = roles_at(by, case.counterparty_id, session=session)
    return case.counterparty_id if others and not theirs else case.organisation_id


def void_documents(case: Case) -> None:
    """None of the case's documents counts any more, nor what was signed on it."""
    for document in case.documents:
        document.void_at = document.void_at or clock.now()


def turn(
    session: Session,
    case: Case,
    kind: TurnKind,
    *,
    words: str,
    by: Visitor,
    told: Iterable[Recipient],
    speaks_for: uuid.UUID | None = None,
    **detail: Any,
) -> None:
    """Keep one turn with its words, write it in the ledger, and mail those who are to know. Inside an act."""
    case.moved_at = clock.now()
    case.turns.append(Turn(case_id=case.id, kind=kind, person_id=by.person_id, words=words))
    session.flush()
    ledger.append(
        session,
        act=kind,
        subject=f"case:{case.id}",
        actor=by.person_id,
        on_behalf_of=speaks_for or _speaks_for(session, case, by),
        **detail,
    )
    actor = session.get(Person, by.person_id) if by.person_id else None
    _tell_supplier(session, case, kind, words=words, by=speaks_for or _speaks_for(session, case, by))
    for each in told:
        if each.person_id is None or each.person_id != by.person_id:
            telling.tell(
                session,
                case,
                each,
                kind=kind,
                key=f"{kind}:{case.id}:{len(case.turns)}",
                subject=SUBJECTS[kind],
                who=actor.name if actor else "",
                words=words,
            )


def _tell_supplier(session: Session, case: Case, kind: TurnKind, *, words: str, by: uuid.UUID | None) -> None:
    """Who offered a text hears that it goes no further: of what a board began and never sent, it knows nothing."""
    knows = case.started_by is None or case.submitted_at is not None
    if kind not in TOLD_THE_SUPPLIER or case.publication is None or not knows or by == case.counterparty_id:
        return
    for each in suppliers.people(session, case):
        telling.tell(
            session,
            case,
            each,
            kind="offer_ended",
            key=f"{kind}:{case.id}:{len(case.turns)}",
            subject=SUBJECTS[kind],
            organisation=case.organisation.name if case.organisation else "",
            product=case.publication.product.title,
            words=words,
        )
