"""What waits, and for whom: the tasks of a person, what they wait for, the queues, documents in the making."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, union
from sqlalchemy.orm import Session, aliased, selectinload

from portal import clock
from portal.cases import access, in_force, waiting
from portal.cases.access import Visitor
from portal.cases.agreements import confirming, objecting
from portal.cases.agreements.tables import SignedElsewhere, SubprocessorAnswer
from portal.cases.catalogue import ENDED, every_workflow, workflow_of
from portal.cases.offering import suppliers, threads
from portal.cases.tables import Case, CaseState, Document, DocumentState, Signature
from portal.dossier.acting import live_memberships
from portal.offers import publications
from portal.offers.tables import Product, Publication
from portal.parties import mandates
from portal.parties.tables import Membership, Organisation
from portal.wording import say
from workflows.vocabulary import Role

MOST = 300
"""How many open cases a person's lists show at once: the longest waiting."""
OPEN = tuple(state for state in CaseState if state not in ENDED)
SIGN, ANSWER, SUBMIT, ASSESS, ADVISE, REPLY = "sign", "answer", "submit", "assess", "advise", "reply"
AGREE = "agree"


@dataclass(frozen=True)
class Task:
    """An open case as a person sees it: what is asked of them, or else who is to act."""

    case: Case
    asks: str
    """sign, answer, submit, assess, advise or reply (to a question); empty where others must act."""
    who: tuple[str, ...]
    since: dt.datetime
    expected: dt.date | None


@dataclass(frozen=True)
class Terms:
    """Terms that somebody who reads reports has not accepted yet."""

    product: Product
    version: str
    until: dt.date | None
    """Until this day an earlier version, once accepted, suffices."""


@dataclass(frozen=True)
class Tasks:
    """Everything open that a person takes part in."""

    to_sign: list[Document]
    mine: list[Task]
    """What they are asked themselves, to sign excepted."""
    others: list[Task]
    terms: list[Terms]
    is_cut: bool
    """There is more than was looked at."""
    subprocessors: list[tuple[SubprocessorAnswer, bool]] = field(default_factory=list)
    """New sub-processors: to say something about for a board, or (True) objections to answer for a supplier."""

    elsewhere: list[SignedElsewhere] = field(default_factory=list)
    """What others say that a board signed elsewhere, for who can say so for the board."""

    @property
    def count(self) -> int:
        """How many things wait for this person."""
        return len(self.to_sign) + len(self.mine) + len(self.terms) + len(self.subprocessors) + len(self.elsewhere)


def tasks_of(session: Session, visitor: Visitor) -> Tasks:
    """What waits for this visitor and what they wait for, the longest waiting first, in a fixed number of queries."""
    assert visitor.person_id is not None
    known = access.well_known(visitor, session=session)
    documents = to_sign(session, visitor.person_id)
    open_cases = list(
        session.scalars(
            in_full(select(Case).where(_takes_part(known, OPEN)))
            .order_by(Case.moved_at, Case.reference)
            .limit(MOST + 1)
        )
    )
    on_cards = {each.case_id for each in documents}
    tasks = [_task(session, case, known) for case in open_cases[:MOST] if case.id not in on_cards]
    return Tasks(
        documents,
        [*to_reply(session, known), *(each for each in tasks if each.asks)],
        [each for each in tasks if not each.asks],
        terms_to_accept(session, visitor.person_id, at=clock.now()),
        len(open_cases) > MOST,
        objecting.waiting_for(session, known, at=clock.now()),
        confirming.waiting_for(session, known),
    )


def to_reply(session: Session, known: Visitor) -> list[Task]:
    """Cases with a question to a supplier for which this (well known) visitor speaks, the longest waiting first."""
    assert known.known is not None
    theirs = [each for each, roles in known.known.roles.items() if roles & suppliers.SPEAKS]
    if not theirs:
        return []
    asked = select(Case).where(
        Case.counterparty_id.in_(theirs), Case.state == CaseState.DRAFT, threads.waits_for_supplier(Case.id)
    )
    cases = session.scalars(in_full(asked).order_by(Case.moved_at, Case.reference).limit(MOST))
    return [Task(each, REPLY, (), each.moved_at, waiting.expected_on(each)) for each in cases]


def to_sign(session: Session, person_id: uuid.UUID) -> list[Document]:
    """The documents that wait for this person's signature, oldest first."""
    waiting_ones = (
        select(Document)
        .join(Case)
        .where(_may_wait_for(person_id))
        .options(selectinload(Document.signatures), selectinload(Document.case))
        .order_by(Document.made_at)
    )
    return [
        each
        for each in session.scalars(waiting_ones)
        if _is_named(person_id, each.facts["signatories"], each.case.signing_for)
    ]


def count_to_sign(session: Session, person_id: uuid.UUID) -> int:
    """How many documents wait for this person's signature, in one query."""
    asked = select(Document.facts["signatories"], Case.signing_for).join(Case).where(_may_wait_for(person_id))
    return sum(_is_named(person_id, signatories, turn) for signatories, turn in session.execute(asked))


def _may_wait_for(person_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition that a document is to be signed for an organisation that this person may bind, and not by them yet.

    Whom it names as signatories stands in its facts, and is looked at afterwards.
    """
    at = clock.now()
    own = select(Membership.organisation_id).where(Membership.person_id == person_id, *Membership.held(at))
    signed = exists().where(Signature.document_id == Document.id, Signature.person_id == person_id)
    return and_(
        Case.state == CaseState.SIGNING,
        Case.signing_for.in_(mandates.binding(person_id, at=at).intersect(own)),
        Document.void_at.is_(None),
        Document.certified.is_not(None),
        ~signed,
    )


def _is_named(person_id: uuid.UUID, signatories: Iterable[Mapping[str, str]], turn: uuid.UUID | None) -> bool:
    """Whether this person has a place at the side whose turn it is."""
    return any(
        each["person"] == str(person_id) and each.get("organisation", str(turn)) == str(turn) for each in signatories
    )


def terms_to_accept(session: Session, person_id: uuid.UUID, *, at: dt.datetime) -> list[Terms]:
    """The current terms of each product that this person reads, or has read, reports of and has not accepted."""
    accepted: dict[uuid.UUID, set[str]] = {}
    for row in in_force.holding(session, in_force.USAGE_TERMS, at=at, person_id=person_id):
        if row.product_id:
            accepted.setdefault(row.product_id, set()).add(row.version)
    reads = any(each.role == Role.READER for each in session.scalars(live_memberships(person_id)))
    effective = (
        select(Publication)
        .where(Publication.kind == in_force.USAGE_TERMS, Publication.since <= at)
        .options(selectinload(Publication.product))
        .order_by(Publication.since.desc())
    )
    newest: dict[uuid.UUID, Publication] = {}
    for publication in session.scalars(effective):
        newest.setdefault(publication.product_id, publication)
    return [
        Terms(each.product, each.version, _grace_until(each, at) if product_id in accepted else None)
        for product_id, each in newest.items()
        if (reads or product_id in accepted) and each.version not in accepted.get(product_id, set())
    ]


# --- All cases of a person ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """One page of cases, and how many there are."""

    cases: list[Case]
    total: int


SORTS = ("reference", "procedure", "organisation", "state", "moved")


def find_cases(
    session: Session,
    visitor: Visitor | None,
    *,
    text: str = "",
    workflow: str = "",
    states: Collection[str] = (),
    organisation_id: uuid.UUID | None = None,
    sort: str = "moved",
    descending: bool = True,
    offset: int = 0,
    limit: int = 25,
) -> Found:
    """The cases in which this visitor takes part (of one organisation all; without a visitor those of the whole house),
    searched, sorted and cut in SQL."""
    whose = _is_party(organisation_id) if organisation_id else true()
    if visitor is not None and organisation_id is None:
        whose = _takes_part(access.well_known(visitor), states)
    asked = select(Case).outerjoin(Case.organisation).where(whose)
    if text:
        asked = asked.where(_matches(text))
    if workflow:
        asked = asked.where(Case.workflow == workflow)
    if states:
        asked = asked.where(Case.state.in_(states))
    columns: dict[str, Any] = {
        "reference": Case.reference,
        "procedure": Case.workflow,
        "organisation": func.coalesce(Organisation.name, ""),
        "state": Case.state,
        "moved": Case.moved_at,
    }
    order = columns[sort]
    total = session.scalar(select(func.count()).select_from(asked.with_only_columns(Case.id).subquery())) or 0
    page = in_full(asked).order_by(order.desc() if descending else order, Case.reference).offset(offset).limit(limit)
    return Found(list(session.scalars(page)), total)


def cases_of(session: Session, person_id: uuid.UUID, *, drafts: Iterable[uuid.UUID] = ()) -> list[Case]:
    """The cases in which this person takes part, newest first; the two hundred newest."""
    return find_cases(session, Visitor(person_id, frozenset(drafts)), sort="moved", limit=200).cases


# --- The service desk --------------------------------------------------------------------------------------------


def to_assess(session: Session) -> list[Case]:
    """The cases that wait for a judgement, oldest first."""
    asked = select(Case).where(Case.state == CaseState.ASSESSING).options(selectinload(Case.answers))
    return list(session.scalars(asked.order_by(Case.submitted_at)))


def count_to_assess(session: Session) -> int:
    """How many cases wait for a judgement."""
    return session.scalar(select(func.count()).select_from(Case).where(Case.state == CaseState.ASSESSING)) or 0


def unfinished_documents(session: Session) -> list[Document]:
    """Documents that something keeps waiting, or that are still to be made; oldest first."""
    busy = (DocumentState.ASKED, DocumentState.WAITING)
    return list(
        session.scalars(
            select(Document).where(Document.state.in_(busy), Document.void_at.is_(None)).order_by(Document.made_at)
        )
    )


def waits_for(case: Case) -> list[str]:
    """The names of those who must act on this case now."""
    return waiting.names(case)


# --- How ---------------------------------------------------------------------------------------------------------


def _takes_part(visitor: Visitor, states: Collection[str]) -> ColumnElement[bool]:
    """The condition on cases that this (well known) visitor takes part in them, and they are in one of these states.

    No states means any. Each way to take part is asked by itself, with the states, because each has an index of its
    own: one condition of them all would have every case in the house looked at.
    """
    assert visitor.known is not None
    person_id, theirs = visitor.person_id, aliased(Case)
    ways = [theirs.person_id == person_id, theirs.started_by == person_id, theirs.assigned_to == person_id]
    # An empty list is left out: SQLite would look for nothing among all cases in these states.
    if visitor.known.roles:
        ways += [theirs.organisation_id.in_(visitor.known.roles)]
        ways += [access.signs_as_well(theirs, visitor.known.roles)]
        ways += [access.asks_as_holder(theirs, visitor.known.roles)]
    ways += [theirs.id.in_(visitor.drafts)] if visitor.drafts else []
    wanted = [theirs.state.in_(states)] if states else []
    return Case.id.in_(union(*(select(theirs.id).where(way, *wanted) for way in ways)))


def _is_party(organisation_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition that a case is of this organisation, or is to be signed by it as well."""
    return or_(Case.organisation_id == organisation_id, access.signs_as_well(Case, [organisation_id]))


def in_full(asked: Select[Case]) -> Select[Case]:
    """Cases with all that a list says of them, each kind in one query for all cases together."""
    return asked.options(
        selectinload(Case.organisation),
        selectinload(Case.answers),
        selectinload(Case.assessments),
        selectinload(Case.comments),
        selectinload(Case.counterparty),
        selectinload(Case.starter),
        selectinload(Case.person),
        selectinload(Case.assignee),
        selectinload(Case.publication).selectinload(Publication.product),
        selectinload(Case.documents).selectinload(Document.signatures),
    )


def _matches(text: str) -> ColumnElement[bool]:
    """The condition that a case's reference, procedure or organisation holds this text."""
    titled = [
        name
        for name, versions in every_workflow().items()
        if any(text.casefold() in say(each.title).casefold() for each in versions.values())
    ]
    return or_(
        Case.reference.icontains(text, autoescape=True),
        Organisation.name.icontains(text, autoescape=True),
        Case.workflow.in_(titled),
    )


def _task(session: Session, case: Case, visitor: Visitor) -> Task:
    return Task(
        case,
        _asks(session, case, visitor),
        tuple(waiting.names(case)),
        case.moved_at,
        waiting.expected_on(case),
    )


def _asks(session: Session, case: Case, visitor: Visitor) -> str:
    """What this visitor can do now to bring the case further; nothing where somebody else is asked by name."""
    match case.state:
        case CaseState.DRAFT if threads.unanswered(case):
            return ""
        case CaseState.DRAFT if case.assigned_to in (None, visitor.person_id):
            workflow = workflow_of(case)
            left = workflow.open_steps(access.answers_of(case))
            step = (left[:1] or workflow.steps[-1:])[0]
            if not access.may_answer(case, step, visitor, session=session):
                return ""
            return (ADVISE if step.advises else ANSWER) if left else SUBMIT
        case CaseState.ASSESSING:
            left_over = access.seats_left(case, session=session)
            return ASSESS if any(seat in left_over for seat in access.seats_of(case, visitor, session=session)) else ""
        case CaseState.AGREEING:
            return AGREE if visitor.person_id == case.person_id else ""
        case CaseState.ADVISING:
            return ADVISE if access.may_advise(case, visitor, session=session) else ""
    return ""


def _grace_until(publication: Publication, at: dt.datetime) -> dt.date | None:
    ends = publications.grace_ends(publication)
    return clock.day_of(ends - dt.timedelta(microseconds=1)) if ends > at else None
