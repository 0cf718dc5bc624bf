"""What the portal has on file and a question can choose from: signatories, roles, declarations, products on offer."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.agreements.tables import AgreementEnd
from portal.cases.catalogue import workflow_of
from portal.cases.in_force import BOARD_DECLARATION
from portal.cases.tables import Case, InForce
from portal.offers.tables import Product
from portal.parties.tables import Mandate, Membership, Organisation
from portal.wording import day, say, say_count
from workflows.vocabulary import ROLE_NAMES, OnFile, Party, Role

ENDED_ELSEWHERE = (Role.SIGNATORY, Role.FINANCIAL_CONTACT, Role.BOARD_OFFICE)
"""Roles that end by a change of authority, by naming another, or by a declaration."""


@dataclass(frozen=True)
class Kept:
    """One thing on file."""

    key: str
    name: str
    more: str = ""
    gone: bool = False
    """It can be named, since an earlier answer may hold it, and not be chosen any more."""


def of(session: Session, case: Case) -> dict[str, tuple[Kept, ...]]:
    """Everything that the questions of this case choose from."""
    asked = {
        question.of for step in workflow_of(case).steps for question in step.questions if isinstance(question, OnFile)
    }
    return {each: tuple(_FILES[each](session, case)) for each in sorted(asked)}


def _signatories(session: Session, case: Case) -> list[Kept]:
    if case.organisation_id is None:
        return []
    now = clock.now()
    theirs = select(Mandate).where(Mandate.organisation_id == case.organisation_id)
    return [
        Kept(
            key=str(each.id),
            name=each.person.name,
            more=say("%(function)s, sinds %(day)s", function=each.person.function, day=day(clock.day_of(each.since)))
            if each.since <= now
            else say("%(function)s, vanaf %(day)s", function=each.person.function, day=day(clock.day_of(each.since))),
            gone=each.until is not None and (each.until <= now or each.until == each.since),
        )
        for each in session.scalars(theirs.order_by(Mandate.since, Mandate.id))
    ]


def _roles(session: Session, case: Case) -> list[Kept]:
    now = clock.now()
    theirs = select(Membership).where(
        Membership.organisation_id == case.organisation_id, Membership.role.not_in(ENDED_ELSEWHERE)
    )
    found = [
        Kept(
            key=str(each.id),
            name=say("%(name)s: %(role)s", name=each.person.name, role=say(ROLE_NAMES[Role(each.role)])),
            gone=each.status not in ("invited", "active") or (each.until is not None and each.until <= now),
        )
        for each in session.scalars(theirs)
    ]
    return sorted(found, key=lambda each: each.name)


def _declarations(session: Session, case: Case) -> list[Kept]:
    """Of a board its own, of a school the ones in which it stands or stood."""
    organisation = case.organisation
    if organisation is None:
        return []
    column = InForce.on_behalf_of if organisation.kind == Party.BOARD else InForce.organisation_id
    rows = session.scalars(
        select(InForce).where(InForce.kind == BOARD_DECLARATION, column == organisation.id).order_by(InForce.since)
    )
    by_case: dict[uuid.UUID, list[InForce]] = {}
    for row in rows:
        by_case.setdefault(row.case_id, []).append(row)
    return [_declaration(session, case_id, those) for case_id, those in by_case.items()]


def _declaration(session: Session, case_id: uuid.UUID, rows: list[InForce]) -> Kept:
    declared, now = session.get_one(Case, case_id), clock.now()
    board = session.get_one(Organisation, rows[0].on_behalf_of)
    return Kept(
        key=str(case_id),
        name=say("%(reference)s van %(board)s", reference=declared.reference, board=board.name),
        more=say(
            "vanaf %(day)s, %(schools)s",
            day=day(clock.day_of(rows[0].since), weekday=True),
            schools=say_count("%(count)s school of vestiging", "%(count)s scholen en vestigingen", len(rows)),
        ),
        gone=all(row.until is not None and (row.until <= now or row.until == row.since) for row in rows),
    )


def _chosen_by_boards() -> Select[Product]:
    """The products that an organisation chooses: the portal itself is not one of them."""
    return select(Product).join(Product.supplier).where(Organisation.kind != Party.OPERATOR).order_by(Product.title)


def _products(session: Session, _case: Case) -> list[Kept]:
    return [Kept(each.name, each.title) for each in session.scalars(_chosen_by_boards())]


def _ended_agreements(session: Session, case: Case) -> list[Kept]:
    """Of a supplier the agreements about its products that were ended, until their deletion is certified."""
    theirs = (
        select(AgreementEnd, Product.title, Organisation.name)
        .join(Product, Product.id == AgreementEnd.product_id)
        .join(Organisation, Organisation.id == AgreementEnd.board_id)
        .where(Product.supplier_id == case.organisation_id)
        .order_by(AgreementEnd.delete_by, Organisation.name)
    )
    return [
        Kept(
            key=str(each.agreement_id),
            name=say("%(product)s, %(board)s", product=title, board=board),
            more=say("geëindigd op %(day)s", day=day(clock.day_of(each.ends_at), weekday=True)),
            gone=each.certificate_id is not None or each.ends_at > clock.now(),
        )
        for each, title, board in session.execute(theirs)
    ]


_FILES: Mapping[str, Callable[[Session, Case], list[Kept]]] = {
    "signatories": _signatories,
    "roles": _roles,
    "declarations": _declarations,
    "products": _products,
    "ended_agreements": _ended_agreements,
}
