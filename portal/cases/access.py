"""Who is looking at a case, and what each may do there."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import overtaken
from portal.cases.catalogue import every_workflow, workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.errors import NotFoundError
from portal.offers.tables import Product, ProductRightsHolder
from portal.parties import mandates
from portal.parties.authority import Purpose
from portal.parties.tables import Mandate, Membership, Organisation, Person
from portal.wording import mark, say
from workflows.vocabulary import Answers, Party, Role, Step

ANOTHER_ROLE = mark("Deze stap is voor een collega met een andere rol. U kunt de antwoorden wel lezen.")
FOR_THE_ADVISER = mark("Dit advies geeft alleen de FG, en niemand in diens plaats. U kunt het wel lezen.")
WROTE_IT = mark(
    "U begon of schreef zelf aan deze beoordeling. Een FG adviseert over het werk van een ander. "
    "Vraag een andere FG van uw bestuur om advies, of laat de beheerder er een uitnodigen."
)
CAN_SIGN = mark("U bent tekenbevoegd voor deze organisatie. Wie kan besluiten, geeft niet ook het advies als FG.")
ADVISED_BEFORE = mark("U adviseerde in deze zaak als FG. Wie adviseert, besluit niet mee.")


@dataclass(frozen=True)
class Known:
    """What a visitor is and may where, read once for a list of cases: never for an act."""

    roles: Mapping[uuid.UUID, frozenset[Role]]
    is_service_desk: bool
    authority: Mapping[uuid.UUID, Sequence[Mandate]]
    """This visitor's mandates, by the organisation that they bind."""


@dataclass(frozen=True)
class Visitor:
    """Whoever makes a request: a person who signed in, or a browser that opened mailed links."""

    person_id: uuid.UUID | None = None
    drafts: frozenset[uuid.UUID] = field(default_factory=frozenset)
    """Cases whose mailed link was opened in this browser."""
    known: Known | None = None


def well_known(visitor: Visitor, *, session: Session | None = None) -> Visitor:
    """The same visitor, whose roles are read here and now, so that a list of cases asks for them once."""
    if visitor.person_id is None:
        return visitor
    mine = (Membership.person_id == visitor.person_id, *Membership.held(clock.now()))
    rows = _session(session).execute(
        select(Membership.organisation_id, Membership.role, Organisation.kind).join(Organisation).where(*mine)
    )
    roles: dict[uuid.UUID, set[Role]] = {}
    desk = False
    for organisation_id, role, kind in rows:
        roles.setdefault(organisation_id, set()).add(Role(role))
        desk = desk or (role == Role.SERVICE_DESK and kind == Party.OPERATOR)
    return replace(
        visitor,
        known=Known(
            {each: frozenset(held) for each, held in roles.items()},
            desk,
            mandates.held_by(_session(session), visitor.person_id, at=clock.now()),
        ),
    )


def find(case_id: uuid.UUID, *, reader: Visitor, session: Session | None = None) -> Case:
    """The case, for somebody who may see it; anybody else is told that there is no such case."""
    case = _session(session).get(Case, case_id)
    if case is None or not may_read(case, reader, session=session):
        raise NotFoundError
    return case


def may_read(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor takes part in the case."""
    if case.id in visitor.drafts and case.starter_email:
        return True
    if visitor.person_id is None:
        return False
    if visitor.person_id in (case.person_id, case.started_by):
        return True
    if case.organisation_id and roles_at(visitor, case.organisation_id, session=session):
        return True
    if any(each.assessor_id == visitor.person_id for each in case.assessments):
        return True  # also when their seat is there no more
    if _is_counterparty(case, visitor, session):
        return True
    if workflow_of(case).asks_rights_holders and case.submitted_at is None:
        return False  # what was never sent, also when it ended so, is none of the rights holders' business
    return case.state != CaseState.DRAFT and may_assess(case, visitor, session=session)


def relevant_answers(case: Case) -> dict[str, dict[str, Any]]:
    """The answers on the path: those that decide who is asked."""
    return workflow_of(case).relevant(answers_of(case))


def answers_of(case: Case) -> dict[str, dict[str, Any]]:
    """All answers of a case that still stand, on the path or not."""
    return overtaken.standing(workflow_of(case), case)


def may_answer(case: Case, step: Step, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may answer this step now. Who can sign for the organisation may also fill in."""
    if case.state != CaseState.DRAFT or not may_read(case, visitor, session=session):
        return False
    return not why_not_theirs(case, step, visitor, session=session)


def why_not_theirs(case: Case, step: Step, visitor: Visitor, *, session: Session | None = None) -> str:
    """Why a step is not for this visitor to answer, in a sentence; empty where it is."""
    if case.organisation_id is None or step.by is None:
        mine = case.id in visitor.drafts or visitor.person_id in (case.person_id, case.started_by)
        return "" if mine else ANOTHER_ROLE
    roles, person = roles_at(visitor, case.organisation_id, session=session), str(visitor.person_id)
    if not step.advises:
        if not roles & {step.by, Role.SIGNATORY}:
            return ANOTHER_ROLE
        decides = step.by is Role.SIGNATORY and person in overtaken.advisers(workflow_of(case), case)
        return ADVISED_BEFORE if decides else ""
    if step.by not in roles:
        return FOR_THE_ADVISER
    if visitor.person_id == case.started_by or person in overtaken.authors(case, step.rests_on):
        return WROTE_IT
    return CAN_SIGN if _may_bind(visitor, case.organisation_id, purpose_of(case), session) else ""


def may_assess(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor is an assessor of this case. Nobody assesses what they started, or are named in."""
    return bool(seats_of(case, visitor, session=session))


def may_advise(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor is the adviser of this case. Whoever started, answered or can sign it never advises."""
    adviser = workflow_of(case).asked_to_advise(relevant_answers(case))
    if adviser is None or case.organisation_id is None or visitor.person_id is None:
        return False
    roles = roles_at(visitor, case.organisation_id, session=session)
    wrote = case.started_by == visitor.person_id or any(each.answered_by == visitor.person_id for each in case.answers)
    return adviser.role in roles and not wrote and not may_sign(case, visitor, session=session)


@dataclass(frozen=True)
class Seat:
    """A place from which a case is judged: the operator's, the subject's own, one supplier's, or a school's board's."""

    role: Role
    organisation_id: uuid.UUID | None
    """None for the operator: whoever works at the service desk."""
    name: str
    supplier: bool = False
    holder: bool = False
    """Of a rights holder of the product."""
    board: bool = False
    """Of the board of the school that registers; without an organisation while that board is not registered."""

    @property
    def judges_for(self) -> uuid.UUID | None:
        """For whom a judgement from here is given; None for the operator and the subject itself."""
        return self.organisation_id if self.supplier or self.board or self.holder else None


def seats(case: Case, *, session: Session | None = None) -> list[Seat]:
    """Every place from which this case is to be judged, with these answers and at this moment."""
    kept, workflow = _session(session), workflow_of(case)
    answers = relevant_answers(case)
    called = list(workflow.asked_to_assess(answers))
    signatory = workflow.asked_to_sign(answers)
    if signatory and signatory.or_else and not can_be_bound(case, session=kept):
        called.append(signatory.or_else)
    found: list[Seat] = []
    for assessor in called:
        match assessor.at:
            case Party.OPERATOR:
                found.append(Seat(assessor.role, None, ""))
            case Party.SUPPLIER:
                suppliers = _suppliers(kept, answers)
                found += [Seat(assessor.role, each.id, each.name, supplier=True) for each in suppliers]
                if not suppliers:
                    found.append(Seat(Role.SERVICE_DESK, None, ""))
            case Party.RIGHTS_HOLDER:
                product = kept.get(Product, case.product_id) if case.product_id else None
                holders = product.rights_holders if product else []
                found += [Seat(assessor.role, each.id, each.name, holder=True) for each in holders]
            case Party.BOARD if workflow.personal:
                found += _boards(kept, case, answers, assessor.role)
            case _ if case.organisation:
                found.append(Seat(assessor.role, case.organisation_id, case.organisation.name))
    return list(dict.fromkeys(found))


def seats_of(case: Case, visitor: Visitor, *, session: Session | None = None) -> list[Seat]:
    """The seats that this visitor may take."""
    if visitor.person_id is None or not workflow_of(case).may_be_assessed:
        return []
    desk = is_service_desk(visitor, session=session)
    mine = [seat for seat in seats(case, session=session) if _sits(seat, visitor, desk, session)]
    # Who signs for a board often signs for its schools too: confirming that is no judgement of one's own request.
    own = bool(mine) and _started(case, visitor.person_id, session)
    return _one_holder(case, visitor.person_id, [seat for seat in mine if seat.board or not own])


def _one_holder(case: Case, person_id: uuid.UUID, mine: list[Seat]) -> list[Seat]:
    """Of the rights holders one: whoever has a role at two never decides for both, also not one after the other."""
    holders = [seat for seat in mine if seat.holder]
    if not holders:
        return mine
    said = {each.for_organisation for each in case.assessments if each.assessor_id == person_id}
    if said:
        return [seat for seat in holders if seat.organisation_id in said][:1]
    others = {each.for_organisation for each in case.assessments if each.round == case.round}
    return ([seat for seat in holders if seat.organisation_id not in others] or holders)[:1]


def seats_left(case: Case, *, session: Session | None = None) -> list[Seat]:
    """The seats from which no judgement was given yet in this round."""
    said = [each for each in case.assessments if each.round == case.round and each.verdict != "advise"]
    judged = {(each.for_organisation, each.role) for each in said}
    return [
        seat
        for seat in seats(case, session=session)
        if (seat.judges_for, seat.role) not in judged or (seat.board and seat.organisation_id is None)
    ]


def _sits(seat: Seat, visitor: Visitor, desk: bool, session: Session | None) -> bool:
    if seat.organisation_id is None:
        return desk and not seat.board
    if seat.role not in roles_at(visitor, seat.organisation_id, session=session):
        return False
    return seat.role != Role.SIGNATORY or _may_bind(visitor, seat.organisation_id, None, session)


def _boards(session: Session, case: Case, answers: Answers, role: Role) -> list[Seat]:
    """The board of the school that registers, once the operator said yes; it must be registered itself to confirm."""
    said = [each for each in case.assessments if each.round == case.round and each.role == Role.SERVICE_DESK]
    if not any(each.verdict == "accept" for each in said):
        return []
    number = str(answers.get("details", {}).get("board_number", ""))
    board = session.scalar(select(Organisation).where(Organisation.register_key == f"board:{number}"))
    if board is None or not board.is_registered(at=clock.now()):
        sentence = mark("het schoolbestuur met nummer %(number)s, dat zich eerst zelf moet inschrijven")
        return [Seat(role, None, say(sentence, number=number), board=True)]
    return [Seat(role, board.id, say("een tekenbevoegde van %(board)s", board=board.name), board=True)]


def _suppliers(session: Session, answers: Answers) -> list[Organisation]:
    """The suppliers of the products that these answers name, as far as somebody there can decide (R002-17)."""
    named = answers.get("products", {}).get("products", [])
    theirs = (
        select(Organisation)
        .join(Product, Product.supplier_id == Organisation.id)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Product.name.in_(named), Membership.role == Role.ADMINISTRATOR, *Membership.held(clock.now()))
    )
    return list(session.scalars(theirs.order_by(Organisation.name)).unique())  # no DISTINCT: it has JSON


def _started(case: Case, person_id: uuid.UUID, session: Session | None) -> bool:
    """Whether this person began the case, or gets something by it: signed in, by a mailed link, or by being named."""
    person = _session(session).get(Person, person_id)
    if person is None or case.started_by == person_id or person.email == case.starter_email:
        return True
    rows = [row for each in case.answers for value in each.values.values() if isinstance(value, list) for row in value]
    return any(isinstance(row, dict) and str(row.get("email", "")).lower() == person.email for row in rows)


def may_sign(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor has authority to bind a side of this case to its document at this moment."""
    if may_bind(case, visitor, session=session):
        return True
    return _is_counterparty(case, visitor, session) and _may_bind(
        visitor, case.counterparty_id, purpose_of(case), session, without=advisers(case)
    )


def may_bind(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor has authority to bind the organisation whose case it is; who advised on it does not."""
    return _may_bind(visitor, case.organisation_id, purpose_of(case), session, without=advisers(case))


def may_sign_next(case: Case, visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor has authority at the side whose signatures the case waits for."""
    if case.state != CaseState.SIGNING:
        return False
    return _may_bind(visitor, case.signing_for, purpose_of(case), session, without=advisers(case))


def advisers(case: Case) -> frozenset[uuid.UUID]:
    """Everybody who ever advised on the case as a step of it: they do not sign it, nor does anybody for them."""
    return frozenset(map(uuid.UUID, overtaken.advisers(workflow_of(case), case)))


def signs_as_well(table: type[Case], organisations: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """The condition that one of these organisations signs a case as well, and that it was sent: also as it ended."""
    return and_(table.counterparty_id.in_(organisations), table.submitted_at.is_not(None))


def asks_as_holder(table: type[Case], organisations: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """The condition that a case asks the rights holders of a product, one of these among them, and that it was sent."""
    names = [
        each for each, versions in every_workflow().items() if any(v.asks_rights_holders for v in versions.values())
    ]
    theirs = select(ProductRightsHolder.product_id).where(ProductRightsHolder.organisation_id.in_(organisations))
    return and_(table.workflow.in_(names), table.product_id.in_(theirs), table.submitted_at.is_not(None))


def _is_counterparty(case: Case, visitor: Visitor, session: Session | None) -> bool:
    """Whether this visitor has a role at who signs as well: what was never sent is none of their business."""
    if case.counterparty_id is None or case.submitted_at is None:
        return False
    return bool(roles_at(visitor, case.counterparty_id, session=session))


def purpose_of(case: Case) -> Purpose:
    """What the document of this case is for: what a mandate must go for to sign it."""
    workflow = workflow_of(case)
    return Purpose(
        kind=workflow.name,
        amount=workflow.amount(relevant_answers(case)) if workflow.amount else 0,
        without_limits=workflow.signatory is not None and workflow.signatory.without_limits,
    )


def can_be_bound(case: Case, *, session: Session) -> bool:
    """Whether those who have authority now could bind the organisation to the document of this case together.

    Who advised on it is not counted.
    """
    if case.organisation_id is None:
        return False
    answers, signatory = relevant_answers(case), workflow_of(case).signatory
    at_least = signatory.fewest(answers) if signatory else 1
    now, purpose = clock.now(), purpose_of(case)
    return mandates.can_be_bound(
        session, case.organisation_id, at=now, purpose=purpose, at_least=at_least, without=advisers(case)
    )


def _may_bind(
    visitor: Visitor,
    organisation_id: uuid.UUID | None,
    purpose: Purpose | None,
    session: Session | None,
    *,
    without: frozenset[uuid.UUID] = frozenset(),
) -> bool:
    """Whether this visitor has authority there; not by that of these people, whether their own or lent by them."""
    if visitor.person_id is None or organisation_id is None or visitor.person_id in without:
        return False
    if visitor.known is not None:
        held = visitor.known.authority.get(organisation_id, ())
        fits = [each for each in held if purpose is None or each.covers(purpose)]
        if not without or all(each.granted_by is None for each in fits):
            return bool(fits)
    now = clock.now()
    found = mandates.authority_of(_session(session), visitor.person_id, organisation_id, at=now, purpose=purpose)
    return found is not None and found.principal not in without


def roles_at(visitor: Visitor, organisation_id: uuid.UUID, *, session: Session | None = None) -> frozenset[Role]:
    """The roles that this visitor has at the organisation now."""
    if visitor.person_id is None:
        return frozenset()
    if visitor.known is not None:
        return visitor.known.roles.get(organisation_id, frozenset())
    query = select(Membership.role).where(
        Membership.person_id == visitor.person_id,
        Membership.organisation_id == organisation_id,
        *Membership.held(clock.now()),
    )
    return frozenset(Role(role) for role in _session(session).scalars(query))


def is_service_desk(visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor works for the operator of the portal."""
    if visitor.known is not None:
        return visitor.known.is_service_desk
    return _is_at_operator(visitor, Role.SERVICE_DESK, session=session)


def may_look_back(visitor: Visitor, *, session: Session | None = None) -> bool:
    """Whether this visitor may ask what the gate said of others before: the service desk, and who audits the portal."""
    return _is_at_operator(visitor, Role.SERVICE_DESK, Role.AUDITOR, session=session)


def _is_at_operator(visitor: Visitor, *roles: Role, session: Session | None) -> bool:
    if visitor.person_id is None:
        return False
    query = (
        select(Membership.id)
        .join(Organisation)
        .where(
            Membership.person_id == visitor.person_id,
            *Membership.held(clock.now()),
            Membership.role.in_(roles),
            Organisation.kind == Party.OPERATOR,
        )
    )
    return _session(session).scalar(query.limit(1)) is not None


def _session(session: Session | None) -> Session:
    return session if session is not None else reader()
