"""What is in force, for a person or an organisation, and until when: decisions, roles and the right to sign."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from portal.cases import in_force
from portal.cases.agreements import elsewhere
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, InForce
from portal.dossier.acting import live_memberships
from portal.offers.tables import Product
from portal.parties.authority import BASES
from portal.parties.tables import Mandate, Organisation, Person
from portal.wording import mark, say
from workflows.vocabulary import ROLE_NAMES, Role

Row = TypeVar("Row", Case, Product, Organisation, Person)
DECISION, ROLE, MANDATE = "decision", "role", "mandate"
KINDS = {DECISION: mark("besluit"), ROLE: mark("rol"), MANDATE: mark("tekenbevoegdheid")}


@dataclass(frozen=True)
class Holding:
    """One thing that holds or is still to begin."""

    key: str
    """Names it among all holdings, as "in_force-<id>"."""
    kind: str
    title: str
    whom: str
    """The organisation, product or person that it is about."""
    since: dt.datetime
    until: dt.datetime | None
    reference: str = ""
    case_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    schools: int = 0
    """For a declaration or an agreement of a board: how many schools it covers."""
    agreement_id: uuid.UUID | None = None
    """By which the register of agreements of its organisation knows it."""


def of_person(session: Session, person_id: uuid.UUID, *, at: dt.datetime) -> list[Holding]:
    """Everything that holds for a person: own decisions, roles, mandates, and the decisions of own organisations."""
    memberships = list(session.scalars(live_memberships(person_id)))
    organisations = {each.organisation_id for each in memberships}
    roles = [
        Holding(
            f"role-{each.id}",
            ROLE,
            say(ROLE_NAMES[Role(each.role)]),
            each.organisation.name,
            each.since,
            each.until,
            organisation_id=each.organisation_id,
        )
        for each in memberships
    ]
    held = mandates_of(session, Mandate.person_id == person_id, at=at, name_the_person=False)
    decided = [*_decisions(session, at, organisations, person_id), *_elsewhere(session, at, organisations)]
    return sorted([*decided, *held, *roles], key=lambda each: (each.kind, each.title, each.whom))


def of_organisation(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> list[Holding]:
    """Every decision and mandate that holds, or is to begin, for an organisation."""
    held = mandates_of(session, Mandate.organisation_id == organisation_id, at=at, name_the_person=True)
    return [*_decisions(session, at, {organisation_id}, None), *_elsewhere(session, at, {organisation_id}), *held]


def mandates_of(session: Session, *which: ColumnElement[bool], at: dt.datetime, name_the_person: bool) -> list[Holding]:
    """The mandates that hold or are to begin."""
    found = select(Mandate, Organisation).join(Organisation, Organisation.id == Mandate.organisation_id)
    not_over = or_(Mandate.until.is_(None), Mandate.until > at)
    rows = session.execute(found.where(*which, not_over).options(selectinload(Mandate.person)))
    return [
        Holding(
            f"mandate-{mandate.id}",
            MANDATE,
            say("Tekenbevoegdheid volgens %(basis)s", basis=say(BASES.get(mandate.basis, mandate.basis))),
            mandate.person.name if name_the_person else organisation.name,
            mandate.since,
            mandate.until,
            organisation_id=organisation.id,
        )
        for mandate, organisation in rows
    ]


def _decisions(
    session: Session, at: dt.datetime, organisations: Collection[uuid.UUID], person_id: uuid.UUID | None
) -> list[Holding]:
    """What decided cases made true; the schools of one declaration are one holding of their board."""
    whose: list[ColumnElement[bool]] = [
        InForce.organisation_id.in_(organisations),
        InForce.on_behalf_of.in_(organisations),
    ]
    if person_id:
        whose.append(InForce.person_id == person_id)
    not_over = or_(InForce.until.is_(None), InForce.until > at)
    rows = list(session.scalars(select(InForce).where(or_(*whose), not_over).order_by(InForce.since)))
    cases = _by_id(session, Case, {each.case_id for each in rows})
    products = _by_id(session, Product, {each.product_id for each in rows if each.product_id})
    boards = {each.on_behalf_of for each in rows if each.on_behalf_of}
    names = _by_id(session, Organisation, boards | {each.organisation_id for each in rows if each.organisation_id})
    people = _by_id(session, Person, {each.person_id for each in rows if each.person_id} - {person_id})
    found: dict[tuple[object, ...], list[InForce]] = {}
    for row in rows:
        as_board = row.on_behalf_of in organisations
        whom = row.on_behalf_of if as_board else row.organisation_id
        found.setdefault((row.case_id, row.kind, row.since, row.until, whom, row.person_id), []).append(row)
    holdings = []
    for same in found.values():
        row = same[0]
        case = cases[row.case_id]
        whom = row.on_behalf_of if row.on_behalf_of in organisations else row.organisation_id
        about = names[whom].name if whom else ""
        if row.product_id:
            about = products[row.product_id].title
        if row.person_id and row.person_id != person_id:
            about = f"{about} · {people[row.person_id].name}" if about else people[row.person_id].name
        holdings.append(
            Holding(
                f"in_force-{min(str(each.id) for each in same)}",
                DECISION,
                say("%(title)s (op papier getekend)", title=_title(row, case)) if case.on_paper else _title(row, case),
                about,
                row.since,
                row.until,
                reference=case.reference,
                case_id=case.id,
                organisation_id=whom,
                schools=sum(each.organisation_id != each.on_behalf_of for each in same)
                if row.on_behalf_of in organisations
                else 0,
                agreement_id=case.id if row.kind == in_force.PROCESSOR_AGREEMENT else None,
            )
        )
    return holdings


def _elsewhere(session: Session, at: dt.datetime, boards: Collection[uuid.UUID]) -> list[Holding]:
    """What these boards agreed outside the portal: it holds as well, and says that it was signed elsewhere."""
    return [
        Holding(
            f"elsewhere-{each.id}",
            DECISION,
            say("Verwerkersovereenkomst, versie %(version)s (elders getekend)", version=each.version),
            each.product.title,
            each.since,
            each.until,
            organisation_id=each.board_id,
            agreement_id=each.id,
        )
        for each in elsewhere.of_boards(session, boards)
        if each.until is None or each.until > at
    ]


def _title(row: InForce, case: Case) -> str:
    title = say(workflow_of(case).title)
    match row.kind:
        case in_force.USAGE_TERMS | in_force.PROCESSOR_AGREEMENT:
            return say("%(title)s, versie %(version)s", title=title, version=row.version)
        case in_force.BOARD_LICENCE:
            one = row.version == in_force.ONE_INVOICE
            return say("Bestuurslicentie, één factuur") if one else say("Bestuurslicentie, een factuur per school")
        case in_force.ADMISSION:
            return say("Toegelaten door de leverancier")
    return title


def _by_id(session: Session, table: type[Row], ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Row]:
    return {each.id: each for each in session.scalars(select(table).where(table.id.in_(ids)))} if ids else {}
