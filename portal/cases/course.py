"""The course of a case: who is asked next, worked out from what has been said so far."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import permitting, printing, sides, telling, waiting
from portal.cases.access import Visitor, relevant_answers, seats, seats_left
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState
from portal.errors import RefusedError
from portal.parties import particulars
from portal.record import ledger
from portal.wording import mark

Follow = Callable[[Session, Case], None]
"""Makes true what a decided case means; handed to an act, since it stands on a higher floor."""

NOBODY_SIGNS = mark("Op dit moment zijn er te weinig tekenbevoegden, dus dit stuk kan niet worden getekend.")
TWO_SIGN = mark(
    "Dit stuk vraagt ten minste twee handtekeningen, en er zijn daarvoor te weinig tekenbevoegden. Is er maar één "
    "bestuurder? Dan wijst de raad van toezicht iemand aan die mee tekent. Geef die persoon tekenbevoegdheid met "
    "een wijziging tekenbevoegdheid, eventueel alleen voor dit soort stukken, en verstuur dan opnieuw."
)
OTHER_CANNOT = mark(
    "%(organisation)s moet dit stuk ook tekenen, en heeft daarvoor op dit moment te weinig tekenbevoegden. "
    "Wie voor de ene partij tekent, telt niet mee voor de andere."
)
OTHER_SUPPLIER = mark(
    "%(product)s is intussen van een andere leverancier dan die dit stuk zou tekenen. "
    "Trek deze zaak in en begin opnieuw."
)
TO_ASSESS = mark("Te beoordelen: %(title)s %(reference)s")
TO_AGREE = mark("Ga akkoord met de voorwaarden: %(title)s %(reference)s")
TO_ADVISE = mark("Uw advies gevraagd: %(title)s %(reference)s")


def advance(session: Session, case: Case, *, by: Visitor, follow: Follow) -> None:
    """Hand the case to whoever is asked next: assessors, adviser, signatories; after the last it is decided."""
    particulars.refuse_when_ending(case.organisation, case.counterparty)
    workflow = workflow_of(case)
    answers = relevant_answers(case)
    case.moved_at = clock.now()
    if case.counterparty_id and case.publication and case.counterparty_id != case.publication.product.supplier_id:
        raise RefusedError(OTHER_SUPPLIER, product=case.publication.product.title)
    if workflow.asks_rights_holders and not seats(case, session=session):
        raise RefusedError(permitting.NO_HOLDERS)
    if seats_left(case, session=session):
        case.state = CaseState.ASSESSING
        _call(session, case, "to_assess", TO_ASSESS)
    elif permitting.waits_for_agreement(case):
        case.state = CaseState.AGREEING
        _call(session, case, "to_agree", TO_AGREE, again=len(permitting.conditions(case)))
    elif workflow.asked_to_advise(answers) and not _advised(case):
        case.state = CaseState.ADVISING
        _call(session, case, "to_advise", TO_ADVISE)
    elif workflow.asked_to_sign(answers) and (missing := sides.who_cannot_bind(session, case)) is None:
        case.state = CaseState.PREPARING
        printing.ask_document(session, case)
    elif workflow.asked_to_countersign(answers):
        assert missing is not None
        raise RefusedError(OTHER_CANNOT, organisation=missing.name)
    elif workflow.asked_to_sign(answers) and not seats(case, session=session):
        signatory = workflow.asked_to_sign(answers)
        raise RefusedError(TWO_SIGN if signatory and signatory.fewest(answers) > 1 else NOBODY_SIGNS)
    else:
        decide(session, case, by=by, follow=follow)
        printing.ask_document(session, case)


def decide(session: Session, case: Case, *, by: Visitor, follow: Follow, document: str | None = None) -> None:
    """The case is decided, and what it means is true from now on."""
    case.state, case.decided_at = CaseState.DECIDED, clock.now()
    case.submitted_at = case.submitted_at or clock.now()
    ledger.append(
        session,
        act="decide",
        subject=f"case:{case.id}",
        actor=by.person_id,
        on_behalf_of=case.organisation_id,
        document=document,
        answers=printing.digest(relevant_answers(case)),
    )
    follow(session, case)


def _call(session: Session, case: Case, kind: str, subject: str, *, again: int = 0) -> None:
    """Tell those whose turn it is; who was told in this round is not told again, unless there is more to it."""
    organisation = case.organisation.name if case.organisation else ""
    for each in waiting.recipients(session, case):
        key = f"{kind}:{case.id}:{case.round}" + (f":{again}" if again else "")
        telling.tell(session, case, each, kind=kind, key=key, subject=subject, organisation=organisation)


def _advised(case: Case) -> bool:
    return any(each.verdict == "advise" and each.round == case.round for each in case.assessments)
