"""Judging a submitted case: accept, ask, or refuse, each with its words."""

import uuid

from portal import clock
from portal.cases import printing
from portal.cases.access import Visitor, find, may_assess
from portal.cases.answering import Follow
from portal.cases.catalogue import workflow_of
from portal.cases.drafts import new_draft_link
from portal.cases.tables import Assessment, Case, CaseState
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.record import ledger, outbox
from portal.wording import say

ACCEPT, ASK, REFUSE = "accept", "ask", "refuse"


def assess(case_id: uuid.UUID, *, verdict: str, words: str, by: Visitor, follow: Follow) -> None:
    """One judgement, and what follows from it: in force, back to the person, or the end."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if by.person_id is None or not may_assess(case, by, session=session):
            raise NotFoundError
        if case.state != CaseState.ASSESSING:
            if case.assessments and case.assessments[-1].verdict == verdict:
                return  # pressed twice
            raise RefusedError("Deze zaak is intussen al beoordeeld.")
        if verdict not in (ACCEPT, ASK, REFUSE):
            raise InvalidError("Kies wat u wilt doen.", {"verdict": say("Kies wat u wilt doen.")})
        if verdict != ACCEPT and not words:
            raise InvalidError("Schrijf op waarom.", {"words": say("Schrijf op waarom, of wat u wilt weten.")})
        case.assessments.append(Assessment(case_id=case.id, assessor_id=by.person_id, verdict=verdict, words=words))
        session.flush()
        ledger.append(session, act=verdict, subject=f"case:{case.id}", actor=by.person_id)
        if verdict == ACCEPT:
            case.state, case.decided_at = CaseState.DECIDED, clock.now()
            follow(session, case)
            printing.ask_document(session, case)
            return
        title = say(workflow_of(case).title)
        if verdict == ASK:
            case.state, case.submitted_at = CaseState.DRAFT, None
            subject = say("Een vraag over uw zaak %(reference)s", reference=case.reference)
        else:
            case.state, case.decided_at = CaseState.REFUSED, clock.now()
            subject = say("Uw zaak %(reference)s is geweigerd", reference=case.reference)
        link = ("registration.open_draft", {"token": new_draft_link(session, case)})
        outbox.put(
            session,
            key=f"{verdict}:{case.id}:{case.round}",
            to=_starter(case),
            kind=f"assessed_{verdict}",
            subject=subject,
            about=f"case:{case.id}",
            link=link if case.starter_email else ("cases.show", {"case_id": str(case.id)}),
            reference=case.reference,
            title=title,
            words=words,
        )
        case.round += 1


def _starter(case: Case) -> str:
    return case.starter_email or (case.starter.email if case.starter else "")
