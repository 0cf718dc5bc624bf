"""Starting a case: by a person with the right role, or by mail for somebody without an account."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import permitting, turning
from portal.cases.access import Visitor, roles_at
from portal.cases.catalogue import ENDED, current
from portal.cases.dpia import refusing
from portal.cases.drafts import DRAFT_LINK_LASTS, new_draft_link
from portal.cases.tables import Case
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.offers import publications
from portal.offers.tables import Product, Publication
from portal.parties import particulars
from portal.parties.spelling import address
from portal.parties.tables import Organisation
from portal.record import ledger, outbox
from portal.wording import say
from workflows.vocabulary import ROLE_NAMES, Party, Role, Workflow

DIGITS = 5
"""Of the number in a reference, with noughts before it; after 99,999 cases of a procedure in a year it gets longer."""


def start(
    workflow_name: str,
    *,
    by: Visitor,
    organisation_id: uuid.UUID | None = None,
    product_id: uuid.UUID | None = None,
    publication_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Start a case, or return to the one that this organisation or person has open already.

    About the text that is effective now; who speaks for its own product may name one that is still to take effect.
    """
    workflow = current(workflow_name)
    if workflow.personal:
        organisation_id = None  # a person's own case is on nobody's behalf, whatever the form says
    if not (workflow.publication or workflow.about or workflow.asks_rights_holders):
        product_id = None
    with act() as session:
        _refuse_start(session, workflow, by, organisation_id, product_id)
        person_id = by.person_id if workflow.personal else None
        publication = None
        if workflow.publication:
            if product_id is None:
                raise NotFoundError
            publication = _text(session, workflow, product_id, publication_id)
            refusing.refuse_start(session, publication)
        same = select(Case.id).where(
            Case.workflow == workflow.name,
            Case.organisation_id == organisation_id,
            Case.person_id == person_id,
            Case.product_id == product_id,
            Case.publication_id == (publication.id if publication else None),
            Case.state.not_in(ENDED),
        )
        already = session.scalar(same.limit(1))
        if already:
            return already
        older = _agreement_under_way(session, workflow, publication, organisation_id)
        if older is not None and turning.stays_with_its_text(older, publication):
            return older.id
        case = _new(session, workflow, organisation_id=organisation_id, started_by=by.person_id)
        case.person_id = person_id
        case.product_id = product_id
        _begin(session, case, workflow, publication, actor=by.person_id)
        if older is not None:
            turning.make_way(session, older, for_=case, by=by)
        if publication and person_id:
            turning.replace_drafts(session, case, by=by)
        return case.id


def _text(session: Session, workflow: Workflow, product_id: uuid.UUID, publication_id: uuid.UUID | None) -> Publication:
    """The text that a case is about."""
    assert workflow.publication is not None
    if publication_id is None:
        return publications.current(session, product_id, workflow.publication, at=clock.now())
    named = session.get(Publication, publication_id)
    whose = (product_id, workflow.publication)
    if named is None or (named.product_id, named.kind) != whose or workflow.personal or workflow.countersignatory:
        raise NotFoundError
    known = publications.versions(session, product_id, workflow.publication)
    if any(named.since < each.since <= clock.now() for each in known):
        raise RefusedError("Er is al een nieuwere versie. Begin daarmee.")
    return named


def offered(
    session: Session,
    workflow_name: str,
    publication: Publication | None,
    *,
    organisation_id: uuid.UUID,
    product_id: uuid.UUID | None = None,
    by: uuid.UUID | None,
) -> Case:
    """A case that nobody of the organisation began: its supplier offers it a text, or time reopens it. In an act.

    About the product of the text, or about this one where there is no text.
    """
    workflow = current(workflow_name)
    case = _new(session, workflow, organisation_id=organisation_id, started_by=None)
    case.product_id = product_id
    _begin(session, case, workflow, publication, actor=by)
    return case


def _begin(
    session: Session, case: Case, workflow: Workflow, publication: Publication | None, *, actor: uuid.UUID | None
) -> None:
    """Pin a new case to its text, and witness by whom it was begun."""
    if publication is not None:
        case.product_id, case.publication_id = publication.product_id, publication.id
        case.counterparty_id = publication.product.supplier_id if workflow.countersignatory else None
    session.flush()
    ledger.append(
        session,
        act="start",
        subject=f"case:{case.id}",
        actor=actor,
        on_behalf_of=case.organisation_id,
        workflow=workflow.name,
        version=workflow.version,
        **({"counterparty": str(case.counterparty_id)} if case.counterparty_id else {}),
    )


def _agreement_under_way(
    session: Session, workflow: Workflow, publication: Publication | None, organisation_id: uuid.UUID | None
) -> Case | None:
    """The open case of this organisation about another version of what two sides sign: there is never a second."""
    if publication is None or organisation_id is None or not workflow.countersignatory:
        return None
    return under_way(session, workflow.name, publication, organisation_id=organisation_id)


def under_way(
    session: Session, workflow_name: str, publication: Publication, *, organisation_id: uuid.UUID
) -> Case | None:
    """The open case of this organisation about any version of this text."""
    mine = (Case.workflow == workflow_name, Case.organisation_id == organisation_id)
    theirs = select(Case).where(*mine, Case.product_id == publication.product_id, Case.state.not_in(ENDED))
    return session.scalar(theirs.order_by(Case.started_at).limit(1))


def start_by_mail(workflow_name: str, *, email: str) -> None:
    """Start a draft for somebody without an account: the mailed link is the way in."""
    workflow = current(workflow_name)
    with act() as session:
        case = _new(session, workflow, organisation_id=None, started_by=None)
        case.starter_email = address(email)
        session.flush()
        token = new_draft_link(session, case)
        ledger.append(session, act="start", subject=f"case:{case.id}", workflow=workflow.name, version=workflow.version)
        outbox.put(
            session,
            key=f"draft:{case.id}",
            to=case.starter_email,
            kind="draft",
            subject=say("Ga verder met uw inschrijving (%(reference)s)", reference=case.reference),
            about=f"case:{case.id}",
            link=("registration.open_draft", {"token": token}),
            reference=case.reference,
            days=DRAFT_LINK_LASTS.days,
        )


def _new(
    session: Session, workflow: Workflow, *, organisation_id: uuid.UUID | None, started_by: uuid.UUID | None
) -> Case:
    prefix = f"{workflow.prefix}-{clock.today():%Y}-"
    case = Case(
        reference=f"{prefix}{_highest(session, prefix) + 1:0{DIGITS}}",
        workflow=workflow.name,
        workflow_version=workflow.version,
        organisation_id=organisation_id,
        started_by=started_by,
    )
    session.add(case)
    return case


def _highest(session: Session, prefix: str) -> int:
    """The highest number given out under this prefix: cases are never deleted, so none comes twice."""
    highest, digits = 0, DIGITS
    while highest == 10 ** (digits - 1) - 1 or digits == DIGITS:  # as texts, "100000" comes before "99999"
        # The bounds let the index serve, which it does not for LIKE; how signs are ordered differs by database.
        within = Case.reference.between(f"{prefix}{'0' * digits}", f"{prefix}{'9' * digits}")
        exact = Case.reference.startswith(prefix), func.length(Case.reference) == len(prefix) + digits
        newest = select(Case.reference).where(within, *exact).order_by(Case.reference.desc()).limit(1)
        reference = session.scalar(newest)
        if reference is None:
            break
        highest, digits = int(reference.removeprefix(prefix)), digits + 1
    return highest


def _refuse_start(
    session: Session,
    workflow: Workflow,
    by: Visitor,
    organisation_id: uuid.UUID | None,
    product_id: uuid.UUID | None,
) -> None:
    if by.person_id is None:
        raise NotFoundError
    if workflow.asks_rights_holders:
        permitting.refuse_start(session, by.person_id, product_id)
    if workflow.personal:
        return
    organisation = session.get(Organisation, organisation_id) if organisation_id else None
    if product_id and workflow.concerns(Party.SUPPLIER):
        product = session.get(Product, product_id)
        if product is None or product.supplier_id != organisation_id:
            raise NotFoundError  # a supplier speaks for its own products
    roles = roles_at(by, organisation.id, session=session) if organisation else frozenset[Role]()
    if organisation is None or not roles:
        raise NotFoundError
    particulars.refuse_when_ending(organisation)
    if not workflow.concerns(organisation.kind):
        raise RefusedError("Deze procedure is niet voor dit soort organisatie.")
    if workflow.started_by and not roles & set(workflow.started_by):
        names = ", ".join(say(ROLE_NAMES[each]) for each in workflow.started_by)
        raise RefusedError("Deze procedure kan alleen worden gestart door: %(roles)s.", roles=names)
