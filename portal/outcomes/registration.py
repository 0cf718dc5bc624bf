"""What follows when a registration is accepted: the organisation, its mandates, its people, what it may order."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force, telling
from portal.cases.access import answers_of
from portal.cases.catalogue import ENDED
from portal.cases.tables import Case
from portal.cases.telling import Recipient
from portal.errors import RefusedError
from portal.offers.tables import Product
from portal.outcomes.consequence import Given, person_of
from portal.parties import inviting, mandating, memberships, particulars
from portal.parties.authority import Rule
from portal.parties.tables import Organisation, Person
from portal.record import ledger
from portal.wording import mark
from workflows import registration
from workflows.vocabulary import Party, Role

KINDS = {
    "board": Party.BOARD,
    "school": Party.LOCATION,
    "school_group": Party.SCHOOL_GROUP,
    "support_body": Party.SUPPORT_BODY,
}


def register_organisation(session: Session, case: Case, answers: Given, link_secret: str) -> None:
    """The organisation is registered, its signatories have their mandates, and everybody named is invited."""
    organisation = _registered_organisation(session, answers)
    case.organisation_id = organisation.id
    now = clock.now()
    authority = answers["authority"]
    invited: dict[uuid.UUID, Person] = {}
    for named in registration.signatories_of(authority, answers):
        person = person_of(session, named)
        memberships.join(session, person, organisation, Role.SIGNATORY)
        invited[person.id] = person
    changed = mandating.change(
        session,
        organisation.id,
        at=now,
        joining=list(invited),
        rule=Rule(authority["mode"], registration.together_of(authority)),
        basis=authority["basis"],
        evidence=authority["evidence"]["sha256"],
        evidence_name=authority["evidence"]["name"],
    )
    starter = person_of(session, answers["you"])
    case.started_by = starter.id
    memberships.join(session, starter, organisation, Role.ADMINISTRATOR)
    invited[starter.id] = starter
    for named in answers["roles"]["people"]:
        person = person_of(session, named)
        for role in named["roles"]:
            memberships.join(session, person, organisation, Role(role))
        invited[person.id] = person
    in_force.put(session, in_force.REGISTRATION, case, since=now, organisation_id=organisation.id)
    admitted = _admit(session, case, organisation, answers)
    about = f"organisation:{organisation.id}"
    ledger.append(
        session,
        act="register",
        subject=about,
        case=str(case.id),
        key=organisation.register_key,
        admitted=admitted,
        kept=particulars.digest(organisation),
    )
    ledger.append(session, act="mandates", subject=about, case=str(case.id), **changed)
    for person in invited.values():
        inviting.send(session, person, organisation, link_secret=link_secret, about=f"case:{case.id}")
    _tell_who_came_later(session, case, organisation)


def register_key_of(answers: Given) -> str | None:
    """The register key of the organisation that a registration is about, also where it was typed by hand."""
    party = str(answers.get("party", {}).get("party", ""))
    if party.startswith(("board:", "location:")):
        return party
    number = answers.get("details", {}).get("board_number")
    is_board = answers.get("kind", {}).get("kind") == "board"
    return f"board:{number}" if is_board and number else None


def _registered_organisation(session: Session, answers: Given) -> Organisation:
    key, details = register_key_of(answers), answers["details"]
    known = session.scalar(select(Organisation).where(Organisation.register_key == key)) if key else None
    if known is not None and known.is_registered(at=clock.now()):
        raise RefusedError(
            mark("%(name)s is intussen al ingeschreven. Weiger deze inschrijving en wijs op het wijzigingsformulier."),
            name=known.name,
        )
    organisation = known or Organisation(register_key=key)
    organisation.kind = KINDS[answers["kind"]["kind"]]
    organisation.name = details["name"]
    organisation.board_number = details.get("board_number") or None
    organisation.kvk = details["kvk"]
    organisation.address = particulars.address_of(details)
    organisation.registered_at, organisation.ended_at = clock.now(), None
    organisation.profile = {"invoices": dict(answers["invoices"]), "products": dict(answers["products"])}
    session.add(organisation)
    session.flush()
    return organisation


def _admit(session: Session, case: Case, organisation: Organisation, answers: Given) -> list[str]:
    """R002-17: each supplier that said yes admits the support body to its own products that were asked for."""
    yes = {each.for_organisation for each in case.assessments if each.round == case.round and each.verdict == "accept"}
    wanted = select(Product).where(
        Product.name.in_(answers["products"].get("products", [])), Product.supplier_id.in_(yes - {None})
    )
    admitted = []
    for product in session.scalars(wanted.order_by(Product.name)):
        in_force.put(
            session,
            in_force.ADMISSION,
            case,
            since=clock.now(),
            organisation_id=organisation.id,
            product_id=product.id,
        )
        admitted.append(str(product.id))
    return admitted


def _tell_who_came_later(session: Session, case: Case, organisation: Organisation) -> None:
    """Of two registrations of one organisation the first that is accepted wins; whoever made another one is told."""
    if organisation.register_key is None:
        return
    others = select(Case).where(Case.workflow == case.workflow, Case.state.not_in(ENDED), Case.id != case.id)
    for other in session.scalars(others):
        given: Mapping[str, Mapping[str, Any]] = answers_of(other)
        if register_key_of(given) == organisation.register_key and other.starter_email:
            telling.tell(
                session,
                other,
                Recipient(other.starter_email),
                kind="overtaken",
                key=f"overtaken:{other.id}:{organisation.id}",
                subject=mark("Al ingeschreven: %(organisation)s"),
                organisation=organisation.name,
            )
