"""Looking at a decision again: a new case with what was answered before, where only what changed is asked."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import overtaken, starting, telling
from portal.cases.access import Visitor, relevant_answers, roles_at
from portal.cases.catalogue import ENDED
from portal.cases.dpia import anew, carrying, courses, decided, owed
from portal.cases.dpia.carrying import Kind
from portal.cases.dpia.courses import Before, Course
from portal.cases.dpia.outcomes import holds
from portal.cases.dpia.reopening_tables import DpiaTrigger
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case, CaseState, KeptFile, StepAnswer
from portal.database import act
from portal.errors import InvalidError, NotFoundError
from portal.offers.tables import Publication
from portal.parties import memberships
from portal.record import ledger
from portal.wording import day, mark, say
from workflows.vocabulary import Role

SAYS = (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.SIGNATORY)
"""Who says for a board that something changed."""
SAID_BY_HAND = (Kind.MODULE, Kind.USE, Kind.BREACH, Kind.BY_HAND)
GRACE = dt.timedelta(days=90)
"""So long a decision holds at the least after something happened to what it rests on."""
LONGEST_WORDS = 2000
CAME_TO_NOTHING = (CaseState.REFUSED, CaseState.DECLINED, CaseState.WITHDRAWN, CaseState.LAPSED)
REOPENED = mark("Opnieuw beoordelen: de DPIA van %(product)s")
SOURCE = mark("Besluit %(reference)s.")


def may_say(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor can say for the board that something changed since this case was decided."""
    if courses.of(case) is None or case.state != CaseState.DECIDED or case.organisation_id is None:
        return False
    return bool(roles_at(visitor, case.organisation_id, session=session) & set(SAYS))


def say_so(case_id: uuid.UUID, kind: Kind | None, *, words: str, on: dt.date | None, by: Visitor) -> uuid.UUID | None:
    """The board says that something changed; the reopened case, or None while there is no model to go on with."""
    with act() as session:
        case = session.get(Case, case_id)
        decision = session.get(DpiaDecision, case_id)
        if case is None or decision is None or decision.ended_at is not None or not may_say(case, by, session=session):
            raise NotFoundError
        _refuse_unclear(kind, words, on)
        assert kind is not None
        about = hashlib.sha256(f"{on} {words}".encode()).hexdigest()
        found = note(
            session, decision, kind, about=about, words=words, on=on, due_on=clock.today() + GRACE, by=by.person_id
        )
        return found.case_id


def note(
    session: Session,
    decision: DpiaDecision,
    kind: Kind,
    *,
    about: str,
    words: str = "",
    on: dt.date | None = None,
    due_on: dt.date | None = None,
    by: uuid.UUID | None = None,
) -> DpiaTrigger:
    """Inside an act: that this happened to a decision, once; its board then has one open case to look at it in."""
    known = session.scalar(select(DpiaTrigger).filter_by(decision_id=decision.case_id, kind=kind.value, about=about))
    if known is not None:
        look_into(session, known, by=by)
        return known
    made = DpiaTrigger(
        decision_id=decision.case_id,
        kind=kind.value,
        about=about,
        words=words,
        on_day=on.isoformat() if on else None,
        due_on=due_on.isoformat() if due_on else None,
        said_by=by,
        at=clock.now(),
    )
    made.decision = decision
    session.add(made)
    if not look_into(session, made, by=by):
        _tell_of(session, made, None, by=by)
    return made


def is_looked_at(trigger: DpiaTrigger) -> bool:
    """Whether there is a case in which it is looked at, or was decided about; not where that came to nothing."""
    return trigger.case is not None and trigger.case.state not in CAME_TO_NOTHING


def look_into(session: Session, trigger: DpiaTrigger, *, by: uuid.UUID | None = None) -> bool:
    """Inside an act: see that there is a case to look at it in, again where that came to nothing; whether it is new."""
    if is_looked_at(trigger):
        return False
    case = _case_for(session, trigger, by=by)
    if case is None:
        session.flush()
        return False
    if trigger.due_on:
        trigger.due_on = max(trigger.due_on, clock.today().isoformat())
    trigger.case_id, trigger.case = case.id, case
    _tell_of(session, trigger, case, by=by)
    return True


def _tell_of(session: Session, trigger: DpiaTrigger, case: Case | None, *, by: uuid.UUID | None) -> None:
    """Into the ledger, and by mail."""
    session.flush()
    decision = trigger.decision
    ledger.append(
        session,
        act="reopen",
        subject=f"case:{decision.case_id}",
        actor=by,
        on_behalf_of=decision.organisation_id,
        kind=trigger.kind,
        about=trigger.about,
        due_on=trigger.due_on,
        into=str(case.id) if case else None,
    )
    _tell(session, decision, trigger, case)


def _case_for(session: Session, trigger: DpiaTrigger, *, by: uuid.UUID | None) -> Case | None:
    """The open draft of this board about these schools, brought to what is so now; else a new one.

    While one about them is being signed, or there is no model to decide by, there is none: the round comes again.
    """
    decision, kind = trigger.decision, Kind(trigger.kind)
    course, schools = courses.of(decision.case), decided.still_about(session, decision)
    assert course is not None
    model = courses.model_for(session, decision.product_id) if course.needs_model else None
    if course.needs_model and model is None:
        return None
    for case in _under_way(session, course, decision):
        if case.state != CaseState.DRAFT and _schools_of(case) & schools:
            return None
    for case in _under_way(session, course, decision):
        if case.state == CaseState.DRAFT and schools and schools <= _schools_of(case):
            _ask_again(session, case, course, model, kind)
            return case
    case = starting.offered(
        session,
        course.workflow,
        model,
        organisation_id=decision.organisation_id,
        product_id=decision.product_id,
        by=by,
    )
    case.started_by = by
    session.flush()
    session.refresh(case)
    _carry(session, case, course, trigger)
    return case


def _under_way(session: Session, course: Course, decision: DpiaDecision) -> list[Case]:
    """The open cases of the same kind and board about the same product, the oldest first."""
    theirs = select(Case).where(
        Case.workflow == course.workflow,
        Case.organisation_id == decision.organisation_id,
        Case.product_id == decision.product_id,
        Case.state.not_in(ENDED),
    )
    return list(session.scalars(theirs.order_by(Case.started_at, Case.reference)))


def _schools_of(case: Case) -> frozenset[str]:
    """The schools that an open case is about, as far as it says."""
    given = overtaken.stored(case, "subject")
    return frozenset(given.values.get("schools", ())) if given else frozenset()


def _carry(session: Session, case: Case, course: Course, trigger: DpiaTrigger) -> None:
    """The earlier answers into the new case, with who wrote them; of schools about which it still says something."""
    decision = trigger.decision
    earlier, schools = decision.case, decided.still_about(session, decision)
    written = {each.step: each for each in earlier.answers}
    before = Before(
        carrying.about(relevant_answers(earlier), schools),
        earlier.publication,
        decided_on=clock.day_of(decision.decided_at),
        decided_by=say(SOURCE, reference=earlier.reference),
        accepted=decided.accepted(session, decision.case_id),
        owed=owed.rows(decided.measures_of(session, decision.case_id)),
        holds=holds(decision.outcome),
    )
    for name, each in course.carried(before, case.publication, Kind(trigger.kind)).items():
        author = written.get(name) or written["subject"]
        case.answers.append(
            StepAnswer(
                case_id=case.id,
                step=name,
                values=_with_own_files(session, case, each.values),
                version=1 if each.is_whole else 0,
                answered_by=author.answered_by,
                answered_at=case.started_at,
                authors=list(author.authors),
                rests_on={},
            )
        )
    session.flush()


def _ask_again(session: Session, case: Case, course: Course, model: Publication | None, kind: Kind) -> None:
    """What a second trigger opens in a draft that is there already; a newer model takes the place of its own."""
    before = Before({each.step: each.values for each in case.answers}, case.publication)
    found = course.carried(before, model, kind)
    for each in case.answers:
        after = found.get(each.step)
        if after is None or (after.is_whole and dict(after.values) == each.values):
            continue
        each.values = dict(after.values)
        each.version = abs(each.version) + 1 if after.is_whole else -abs(each.version)
    if model is not None and case.publication_id != model.id:
        case.publication_id = model.id
        ledger.append(
            session,
            act="dpia_moved",
            subject=f"case:{case.id}",
            on_behalf_of=case.organisation_id,
            publication=model.sha256,
        )
    case.moved_at = clock.now()
    session.flush()


def _with_own_files(session: Session, case: Case, value: Any) -> Any:
    """The same values; each file in them kept for this case as well."""
    if isinstance(value, dict) and "sha256" in value:
        kept = KeptFile(case_id=case.id, blob=value["sha256"], name=value["name"], size=value.get("size", 0))
        session.add(kept)
        session.flush()
        return {**value, "kept": str(kept.id)}
    if isinstance(value, dict):
        return {name: _with_own_files(session, case, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_own_files(session, case, each) for each in value]
    return value


def _tell(session: Session, decision: DpiaDecision, trigger: DpiaTrigger, case: Case | None) -> None:
    """Mail the privacy officers of the board, or its administrators where there are none."""
    roles = memberships.roles_of(session, decision.organisation_id, Role.PRIVACY_OFFICER)
    roles = roles or memberships.roles_of(session, decision.organisation_id, Role.ADMINISTRATOR)
    due = day(dt.date.fromisoformat(trigger.due_on), weekday=True) if trigger.due_on else ""
    course = courses.of(decision.case)
    kind = "dpia_reopened" if case else "dpia_without_model" if course and course.needs_model else "dpia_waits"
    for each in roles:
        telling.tell(
            session,
            case or decision.case,
            telling.Recipient.of(each.person),
            kind=kind,
            key=f"reopen:{trigger.id}:{case.id if case else ''}",
            subject=REOPENED,
            product=decision.product.title,
            organisation=decision.organisation.name,
            cause=anew.cause(trigger),
            due=due,
        )


def _refuse_unclear(kind: Kind | None, words: str, on: dt.date | None) -> None:
    faults: dict[str, str] = {}
    if kind not in SAID_BY_HAND:
        faults["kind"] = say("Kies wat er is veranderd.")
    if not words:
        faults["words"] = say("Schrijf op wat er is veranderd.")
    elif len(words) > LONGEST_WORDS:
        faults["words"] = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST_WORDS)
    if kind is not Kind.BY_HAND:
        if on is None:
            faults["on"] = say("Vul de dag in, bijvoorbeeld 1 3 2027.")
        elif on > clock.today():
            faults["on"] = say("Deze dag moet nog komen. Zeg het als het zover is.")
    if faults:
        raise InvalidError(say("Nog niet alles is goed ingevuld."), faults)
