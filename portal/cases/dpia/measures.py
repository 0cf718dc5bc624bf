"""The measures that a board still has to carry out: evidence handed in, judged or sent back; an owner or day changed.

Who hands in evidence does not accept it. When a decision waited for its measures, accepting the last one settles it.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases.access import Visitor, roles_at
from portal.cases.dpia import decided
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.database import act
from portal.documents import vault
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties import memberships
from portal.parties.tables import Person
from portal.record import ledger, outbox
from portal.wording import day as day_in_words
from portal.wording import mark, say
from workflows.dpia_use import MONTHS_WHILE_IN_USE, months_after
from workflows.vocabulary import Role

Settle = Callable[[Session, DpiaDecision], None]
"""Asks the rule again and makes true what it says then; handed to an act, since it stands on a higher floor."""
JUDGES = Role.PRIVACY_OFFICER
"""Who accepts evidence."""
HANDS_IN = (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.SIGNATORY, Role.BOARD_OFFICE)
LONGEST, LONGEST_NAME = 5000, 200
OVER = mark("Over deze scholen is intussen anders besloten. Bewijs voor dit besluit is niet meer nodig.")


def of_board(session: Session, board_id: uuid.UUID) -> list[DpiaMeasure]:
    """Every measure of the decisions of a board, the first day first."""
    asked = (
        select(DpiaMeasure)
        .join(DpiaDecision)
        .where(DpiaDecision.organisation_id == board_id)
        .options(
            selectinload(DpiaMeasure.decision).selectinload(DpiaDecision.product),
            selectinload(DpiaMeasure.decision).selectinload(DpiaDecision.case),
        )
        .order_by(DpiaMeasure.due_on, DpiaMeasure.thing)
    )
    return list(session.scalars(asked))


def find(session: Session, measure_id: uuid.UUID, board_id: uuid.UUID) -> DpiaMeasure:
    """The measure of this board; NotFoundError where there is none."""
    found = session.get(DpiaMeasure, measure_id)
    if found is None or found.decision.organisation_id != board_id:
        raise NotFoundError
    return found


def may_hand_in(measure: DpiaMeasure, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor can show that it was done: who has such a role at the board, while it is open."""
    if measure.accepted_at is not None or visitor.person_id is None:
        return False
    roles = roles_at(visitor, measure.decision.organisation_id, session=session)
    return bool(roles & set(HANDS_IN))


def may_judge(measure: DpiaMeasure, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor can accept the evidence or send it back: a privacy officer who did not hand it in."""
    if measure.handed_in_at is None or measure.accepted_at is not None or visitor.person_id == measure.handed_in_by:
        return False
    return JUDGES in roles_at(visitor, measure.decision.organisation_id, session=session)


def may_change(measure: DpiaMeasure, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor can name another owner or another day."""
    if measure.accepted_at is not None:
        return False
    return bool(roles_at(visitor, measure.decision.organisation_id, session=session) & {JUDGES, Role.ADMINISTRATOR})


def hand_in(
    measure_id: uuid.UUID, board_id: uuid.UUID, *, text: str, file: tuple[bytes, str] | None, by: Visitor
) -> None:
    """Show that a measure was carried out: in words, with a file where there is one. Until it is judged, once more."""
    with act() as session:
        measure = find(session, measure_id, board_id)
        if by.person_id is None or not roles_at(by, board_id, session=session):
            raise NotFoundError
        if not may_hand_in(measure, by, session=session):
            raise RefusedError("Dit kan nu niet, of niet door u. Bekijk de maatregel opnieuw.")
        _refuse_when_over(session, measure)
        if not text:
            sentence = say("Schrijf op wat er is gedaan, en waaruit dat blijkt.")
            raise InvalidError(sentence, {"text": sentence})
        if len(text) > LONGEST:
            sentence = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST)
            raise InvalidError(sentence, {"text": sentence})
        if file is not None:
            measure.blob, measure.file_name = vault.keep(session, file[0]), file[1][:200]
        elif measure.handed_in_by != by.person_id:  # who judges must not find a file of their own among it
            measure.blob, measure.file_name = "", ""
        measure.evidence_text, measure.sent_back_words = text, ""
        measure.handed_in_by, measure.handed_in_at = by.person_id, clock.now()
        session.flush()
        _witness(session, measure, "hand_in_measure", by, text=digest(text), file=measure.blob or None)
        for each in memberships.roles_of(session, board_id, JUDGES):
            if each.person_id != by.person_id:
                _tell(session, measure, each.person, "measure_handed_in", f"{measure.handed_in_at:%Y%m%d%H%M%S%f}")


def accept(measure_id: uuid.UUID, board_id: uuid.UUID, *, seen: str, by: Visitor, settle: Settle) -> None:
    """The evidence is good enough; where the decision waited for this, the rule is asked again."""
    with act() as session:
        measure = find(session, measure_id, board_id)
        if measure.accepted_by is not None and measure.accepted_by == by.person_id:
            return  # pressed twice
        _refuse_unjudgeable(session, measure, seen, by)
        _refuse_when_over(session, measure)
        measure.accepted_by, measure.accepted_at = by.person_id, clock.now()
        session.flush()
        _witness(session, measure, "accept_measure", by, at=measure.accepted_at.isoformat())
        if measure.who_handed_in is not None:
            _tell(session, measure, measure.who_handed_in, "measure_accepted", "")
        settle(session, measure.decision)


def send_back(measure_id: uuid.UUID, board_id: uuid.UUID, *, words: str, seen: str, by: Visitor) -> None:
    """The evidence is not good enough: who handed it in is told why, and the measure is open again."""
    with act() as session:
        measure = find(session, measure_id, board_id)
        if measure.handed_in_at is None and words and measure.sent_back_words == words:
            return  # pressed twice
        _refuse_unjudgeable(session, measure, seen, by)
        if not words:
            sentence = say("Schrijf op wat er nog aan ontbreekt.")
            raise InvalidError(sentence, {"words": sentence})
        if len(words) > LONGEST:
            sentence = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST)
            raise InvalidError(sentence, {"words": sentence})
        who = measure.who_handed_in
        measure.sent_back_words, measure.handed_in_by, measure.handed_in_at = words, None, None
        measure.blob, measure.file_name = "", ""  # what was not enough does not come along with the next words
        session.flush()
        _witness(session, measure, "send_back_measure", by, words=digest(words))
        if who is not None:
            _tell(session, measure, who, "measure_sent_back", f"{clock.now():%Y%m%d%H%M%S%f}", words=words)


def change(
    measure_id: uuid.UUID,
    board_id: uuid.UUID,
    *,
    owner: str,
    owner_email: str,
    due_on: dt.date | None,
    why: str,
    by: Visitor,
) -> None:
    """Somebody else sees to it, or by another day, with the reason."""
    with act() as session:
        measure = find(session, measure_id, board_id)
        if not may_change(measure, by, session=session):
            raise NotFoundError
        _refuse_when_over(session, measure)
        day = due_on.isoformat() if due_on else measure.due_on
        if (owner, owner_email, day) == (measure.owner, measure.owner_email, measure.due_on):
            return
        if faults := _faults_of_owner(owner, owner_email):
            raise InvalidError("Nog niet alles is goed ingevuld.", faults)
        if due_on is not None and day != measure.due_on and due_on < clock.today():
            sentence = say("Deze dag is al voorbij. Kies vandaag of een latere dag.")
            raise InvalidError(sentence, {"due": sentence})
        if due_on is not None and (last := last_day(measure)) and due_on > last:
            sentence = say(
                "Dit is een kritieke maatregel: die is klaar op %(last)s of eerder.", last=day_in_words(last)
            )
            raise InvalidError(sentence, {"due": sentence})
        if not why:
            sentence = say("Schrijf op waarom dit verandert.")
            raise InvalidError(sentence, {"why": sentence})
        measure.owner, measure.owner_email, measure.due_on, measure.reminded_at = owner, owner_email, day, None
        session.flush()
        _witness(
            session, measure, "change_measure", by, owner=owner, owner_email=owner_email, due_on=day, why=digest(why)
        )


def _faults_of_owner(owner: str, owner_email: str) -> dict[str, str]:
    """What is wrong with who sees to it: reminded is only who has a name and an address."""
    faults: dict[str, str] = {}
    if not owner or len(owner) > LONGEST_NAME:
        faults["owner"] = say("Vul in wie ervoor zorgt, in hooguit %(most)s tekens.", most=LONGEST_NAME)
    try:
        validate_email(owner_email, check_deliverability=False)
    except EmailNotValidError:
        faults["owner_email"] = say("Dit is geen geldig e-mailadres. Een goed adres is bijvoorbeeld naam@school.nl.")
    return faults


def last_day(measure: DpiaMeasure) -> dt.date | None:
    """The last day on which a critical measure may be planned: when use begins, or three months after the decision.

    Once that day has passed, use waits or the measure is late already: then it is three months from today.
    """
    if not measure.is_critical:
        return None
    said, today = decided.facts_of(measure.decision.case), clock.today()
    if said.get("in_use") or not said.get("start"):
        last = months_after(clock.day_of(measure.decision.decided_at), MONTHS_WHILE_IN_USE)
    else:
        last = dt.date.fromisoformat(said["start"])
    return last if last >= today else months_after(today, MONTHS_WHILE_IN_USE)


def subject(measure: DpiaMeasure) -> str:
    """How the ledger names a measure."""
    return f"measure:{measure.id}"


def digest(text: str) -> str:
    """The SHA-256 of words, so that the ledger can tell a change without them."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_unjudgeable(session: Session, measure: DpiaMeasure, seen: str, by: Visitor) -> None:
    if JUDGES not in roles_at(by, measure.decision.organisation_id, session=session):
        raise NotFoundError
    if by.person_id == measure.handed_in_by:
        raise RefusedError("Wie het bewijs aanlevert, beoordeelt het niet zelf. Vraag een andere privacy officer.")
    if not may_judge(measure, by, session=session):
        raise RefusedError("Er ligt geen bewijs (meer) om te beoordelen. Bekijk de maatregel opnieuw.")
    if seen != version_of(measure):
        raise RefusedError("Het bewijs is intussen vervangen. Bekijk het opnieuw.")


def version_of(measure: DpiaMeasure) -> str:
    """By which the evidence on a screen is known."""
    return digest(f"{measure.blob} {measure.evidence_text} {measure.handed_in_at}")[:16]


def _refuse_when_over(session: Session, measure: DpiaMeasure) -> None:
    if not decided.still_about(session, measure.decision):
        raise RefusedError(OVER)


def _witness(session: Session, measure: DpiaMeasure, what: str, by: Visitor, **detail: Any) -> None:
    decision = measure.decision
    ledger.append(
        session,
        act=what,
        subject=subject(measure),
        actor=by.person_id,
        on_behalf_of=decision.organisation_id,
        case=str(decision.case_id),
        thing=measure.thing,
        **detail,
    )


SUBJECTS = {
    "measure_handed_in": mark("Bewijs te beoordelen: %(product)s"),
    "measure_accepted": mark("Bewijs geaccepteerd: %(product)s"),
    "measure_sent_back": mark("Bewijs teruggestuurd: %(product)s"),
}


def _tell(session: Session, measure: DpiaMeasure, person: Person, kind: str, key: str, **more: str) -> None:
    decision = measure.decision
    facts = {"product": decision.product.title, "measure": measure.text, "reference": decision.case.reference, **more}
    link = {"organisation_id": str(decision.organisation_id), "measure_id": str(measure.id)}
    outbox.put(
        session,
        key=f"{kind}:{measure.id}:{key}:{person.id}",
        to=person.email,
        kind=kind,
        subject=say(SUBJECTS[kind], **facts),
        about=f"case:{decision.case_id}",
        link=("dpia_measures.show", link),
        name=person.name,
        **facts,
    )
