"""Judging a submitted case: accept, ask, or refuse, each with its words; and advising on one."""

import uuid

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import course, permitting, printing, telling, waiting
from portal.cases.access import Seat, Visitor, find, may_advise, may_assess, relevant_answers, seats_left, seats_of
from portal.cases.course import Follow
from portal.cases.tables import Assessment, Case, CaseState
from portal.cases.telling import Recipient
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.record import ledger
from portal.wording import mark, say

ACCEPT, CONDITIONS, ASK, REFUSE, ADVISE = "accept", "conditions", "ask", "refuse", "advise"
SHORTEST_ADVICE = 20
LONGEST = 5000
JUDGED = mark("Deze zaak is intussen al beoordeeld.")
NOT_OPEN = {
    CaseState.DRAFT: mark("De indiener past de antwoorden aan. U krijgt een mail als u weer aan de beurt bent."),
    CaseState.WITHDRAWN: mark("Deze zaak is intussen ingetrokken. Er is niets meer te beoordelen."),
    CaseState.LAPSED: mark("Deze zaak is intussen vervallen. Er is niets meer te beoordelen."),
}
CHANGED = mark("De antwoorden zijn intussen gewijzigd. Lees ze opnieuw voordat u beslist.")
TOLD = {
    ASK: mark("Een vraag over uw zaak %(reference)s"),
    REFUSE: mark("Uw zaak %(reference)s is geweigerd"),
    CONDITIONS: mark("Voorwaarden bij uw zaak %(reference)s"),
    ACCEPT: mark("Antwoord op uw zaak %(reference)s"),
}


def assess(
    case_id: uuid.UUID, *, verdict: str, words: str, by: Visitor, follow: Follow, seen: str | None = None
) -> None:
    """One judgement from every seat that is this person's, and what follows from it.

    `seen` is the digest of the answers on the screen, where there was one. The operator's no, or the subject's, ends
    the case; a supplier's no keeps the case out of its own products only.
    """
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if by.person_id is None or not may_assess(case, by, session=session):
            raise NotFoundError
        mine = _seats_to_take(session, case, by)
        if not mine:
            said = [each for each in case.assessments if each.assessor_id == by.person_id]
            if said and (said[-1].verdict, said[-1].words) == (verdict, words):
                return  # pressed twice
            raise RefusedError(NOT_OPEN.get(CaseState(case.state), JUDGED))
        may_say = (ACCEPT, CONDITIONS, ASK, REFUSE) if mine[0].holder else (ACCEPT, ASK, REFUSE)
        if verdict not in may_say:
            raise InvalidError("Kies wat u wilt doen.", {"verdict": say("Kies wat u wilt doen.")})
        if verdict != ACCEPT and not words:
            raise InvalidError("Schrijf op waarom.", {"words": say("Schrijf op waarom, of wat u wilt weten.")})
        if len(words) > LONGEST:
            raise InvalidError("", {"words": say("Gebruik hooguit %(count)s tekens.", count=LONGEST)})
        if seen is not None and seen != printing.digest(relevant_answers(case)):
            raise InvalidError(CHANGED, {"words": say(CHANGED)})
        permitting.refuse_plain_yes(case, verdict)
        permitting.refuse_late_yes(case, verdict)
        not_needed = waiting.recipients(session, case) if verdict == REFUSE and mine[0].holder else []
        for seat in mine:
            _judge(session, case, seat, verdict=verdict, words=words, by=by.person_id)
        if verdict == ASK:
            case.state, case.submitted_at = CaseState.DRAFT, None
            _tell_starter(session, case, mine[0], verdict=verdict, words=words)
            case.round += 1
        elif verdict == REFUSE and _ends_it(session, case, mine):
            case.state, case.decided_at = CaseState.REFUSED, clock.now()
            _tell_starter(session, case, mine[0], verdict=verdict, words=words)
            _tell_others(session, case, not_needed, by=by.person_id)
            case.round += 1
        else:
            if words and verdict in (ACCEPT, CONDITIONS):
                _tell_starter(session, case, mine[0], verdict=verdict, words=words)
            course.advance(session, case, by=by, follow=follow)
        case.moved_at = clock.now()
        telling.receipt(session, case, by.person_id, verdict)


def advise(case_id: uuid.UUID, *, words: str, by: Visitor, follow: Follow) -> None:
    """Give advice, which becomes part of the document word for word; deciding is left to others."""
    with act() as session:
        case = find(case_id, reader=by, session=session)
        if by.person_id is None or not may_advise(case, by, session=session):
            raise NotFoundError
        if case.state != CaseState.ADVISING:
            if any(each.verdict == ADVISE and each.assessor_id == by.person_id for each in case.assessments):
                return  # pressed twice
            raise RefusedError("Deze zaak wacht niet (meer) op advies.")
        if len(words) < SHORTEST_ADVICE:
            sentence = mark("Schrijf uw advies op, in ten minste %(count)s tekens.")
            raise InvalidError("Schrijf uw advies op.", {"words": say(sentence, count=SHORTEST_ADVICE)})
        case.assessments.append(
            Assessment(case_id=case.id, assessor_id=by.person_id, verdict=ADVISE, words=words, round=case.round)
        )
        session.flush()
        ledger.append(session, act=ADVISE, subject=f"case:{case.id}", actor=by.person_id)
        course.advance(session, case, by=by, follow=follow)
        telling.receipt(session, case, by.person_id, ADVISE)


def _seats_to_take(session: Session, case: Case, by: Visitor) -> list[Seat]:
    if case.state != CaseState.ASSESSING:
        return []
    left = seats_left(case, session=session)
    return [seat for seat in seats_of(case, by, session=session) if seat in left]


def _ends_it(session: Session, case: Case, mine: list[Seat]) -> bool:
    """Whether a no from these seats is the end: any but a supplier's, and a supplier's where nobody said yes."""
    if not all(seat.supplier for seat in mine):
        return True
    said_yes = any(each.verdict == ACCEPT and each.round == case.round for each in case.assessments)
    return not said_yes and not seats_left(case, session=session)


def _tell_others(session: Session, case: Case, those: list[Recipient], *, by: uuid.UUID) -> None:
    """Whoever was still to decide hears that it is no longer needed."""
    for each in those:
        if each.person_id != by:
            telling.tell(
                session,
                case,
                each,
                kind="not_needed",
                key=f"not_needed:{case.id}:{case.round}",
                subject=mark("Niet meer nodig: %(title)s %(reference)s"),
            )


def _judge(session: Session, case: Case, seat: Seat, *, verdict: str, words: str, by: uuid.UUID) -> None:
    case.assessments.append(
        Assessment(
            case_id=case.id,
            assessor_id=by,
            verdict=verdict,
            words=words,
            round=case.round,
            for_organisation=seat.judges_for,
            role=seat.role,
        )
    )
    session.flush()
    ledger.append(session, act=verdict, subject=f"case:{case.id}", actor=by, on_behalf_of=seat.judges_for)


def _tell_starter(session: Session, case: Case, seat: Seat, *, verdict: str, words: str) -> None:
    if (to := telling.starter(case)) is not None:
        telling.tell(
            session,
            case,
            to,
            kind=f"assessed_{verdict}",
            key=f"{verdict}:{case.id}:{case.round}:{seat.judges_for or ''}",
            subject=TOLD[verdict],
            words=words,
            who=seat.name or say("De servicedesk"),
        )
