"""The register of agreements: what a board agreed with suppliers, as it holds, held or is still to begin."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import access, in_force
from portal.cases.agreements import accepted, beside, elsewhere
from portal.cases.agreements.agreed import Agreed, Signed, Subprocessor, standing
from portal.cases.agreements.tables import SignedElsewhere, SubprocessorNotice
from portal.cases.tables import Case, Document, InForce
from portal.offers import publications
from portal.offers.agreements.annexes import subprocessors_of
from portal.offers.tables import Product, Publication
from portal.parties.tables import Organisation
from workflows.vocabulary import Party

T = TypeVar("T", Case, Product, Organisation, Publication)


def of(
    session: Session, organisation: Organisation, *, at: dt.datetime, only: Collection[uuid.UUID] | None = None
) -> list[Agreed]:
    """The agreements of a board; of a school those that cover it, of a supplier those about its products.

    All of them, or those of these ids.
    """
    mine = [whose(organisation)] if only is None else [whose(organisation), InForce.case_id.in_(only)]
    rows = list(session.scalars(select(InForce).where(*mine).order_by(InForce.since)))
    whole = (selectinload(Case.documents), selectinload(Case.answers))
    cases = _by_id(session, Case, {each.case_id for each in rows}, *whole)
    theirs = {each.product_id for each in rows if each.product_id}
    products = _by_id(session, Product, theirs, selectinload(Product.supplier))
    texts = _texts(session, rows)
    newest = _newest(session, products, at=at)
    schools = _schools(session, rows, organisation)
    boards = _by_id(session, Organisation, {each.on_behalf_of for each in rows if each.on_behalf_of})
    said = beside.texts_of(session, texts.values())
    held = []
    for row in rows:
        assert row.on_behalf_of is not None and row.product_id is not None
        known = texts.get((row.product_id, row.version))
        text_said = said[known.id] if known else beside.Text(frozenset(), row.since)
        held.append(accepted.Held(row.case_id, row.on_behalf_of, row.product_id, row.until, text_said))
    later = accepted.under(session, held, at=at)
    found = []
    for row in rows:
        assert row.on_behalf_of is not None and row.product_id is not None
        case, text = cases[row.case_id], texts.get((row.product_id, row.version))
        document = _document(case)
        current = newest.get(row.product_id)
        found.append(
            Agreed(
                case.id,
                boards[row.on_behalf_of],
                products[row.product_id],
                row.version,
                row.since,
                row.until,
                standing(row.since, row.until, at=at),
                Signed.PAPER if case.on_paper else Signed.PORTAL,
                case.reference,
                case.id,
                document.id if document else None,
                tuple(schools.get(row.case_id, ())),
                text,
                current.version if current and text and current.since > text.since else "",
                *_contact(case),
                (*_subprocessors(text), *map(_added, later.get(row.case_id, ()))),
            )
        )
    return [*found, *_signed_elsewhere(session, organisation, at=at, only=only)]


def _signed_elsewhere(
    session: Session, organisation: Organisation, *, at: dt.datetime, only: Collection[uuid.UUID] | None
) -> list[Agreed]:
    """What was signed outside the portal: for every school that the declaration of the board covers."""
    rows = elsewhere.those(session, whose_elsewhere(organisation, at=at), only=only)
    if not rows:
        return []
    texts = _texts(session, rows)
    newest = _newest(session, {each.product_id for each in rows}, at=at)
    said = beside.texts_of(session, texts.values())
    held = []
    for row in rows:
        known = texts.get((row.product_id, row.version))
        text_said = said[known.id] if known else beside.not_known(row.signed_on)
        held.append(accepted.Held(row.id, row.board_id, row.product_id, row.until, text_said))
    later = accepted.under(session, held, at=at)
    schools = _declared(session, {each.board_id for each in rows}, organisation, at=at)
    found = []
    for row in rows:
        text, current = texts.get((row.product_id, row.version)), newest.get(row.product_id)
        found.append(
            Agreed(
                id=row.id,
                board=row.board,
                product=row.product,
                version=row.version,
                since=row.since,
                until=row.until,
                standing=standing(row.since, row.until, at=at),
                signed=Signed.ELSEWHERE,
                reference="",
                case_id=None,
                document_id=None,
                blob=row.blob,
                signed_on=dt.date.fromisoformat(row.signed_on),
                is_confirmed=row.confirmed_at is not None,
                schools=tuple(schools.get(row.board_id, ())),
                text=text,
                newer=current.version if current and text and current.since > text.since else "",
                contact_name="",
                contact_email="",
                subprocessors=(*_subprocessors(text), *map(_added, later.get(row.id, ()))),
            )
        )
    return found


def _declared(
    session: Session, boards: set[uuid.UUID], organisation: Organisation, *, at: dt.datetime
) -> dict[uuid.UUID, list[Organisation]]:
    """The schools that the declaration of each board covers now, by name; a school sees itself and no other."""
    asked = (
        select(InForce.on_behalf_of, Organisation)
        .join(Organisation, Organisation.id == InForce.organisation_id)
        .where(InForce.kind == in_force.BOARD_DECLARATION, InForce.on_behalf_of.in_(boards), *in_force.holds(at))
        .order_by(Organisation.name)
    )
    if organisation.kind not in (Party.BOARD, Party.SUPPLIER):
        asked = asked.where(InForce.organisation_id == organisation.id)
    found: dict[uuid.UUID, list[Organisation]] = {}
    for board_id, school in session.execute(asked):
        if board_id is not None:
            found.setdefault(board_id, []).append(school)
    return found


def find(session: Session, organisation: Organisation, agreement_id: uuid.UUID, *, at: dt.datetime) -> Agreed | None:
    """One of them."""
    return next(iter(of(session, organisation, at=at, only=[agreement_id])), None)


def whose(organisation: Organisation) -> ColumnElement[bool]:
    """The condition on rows in force, one of each agreement, that it is this organisation's."""
    mine = InForce.kind == in_force.PROCESSOR_AGREEMENT
    if organisation.kind == Party.SUPPLIER:
        theirs = select(Product.id).where(Product.supplier_id == organisation.id)
        return mine & (InForce.organisation_id == InForce.on_behalf_of) & InForce.product_id.in_(theirs)
    return mine & (InForce.organisation_id == organisation.id)


def whose_elsewhere(organisation: Organisation, *, at: dt.datetime) -> ColumnElement[bool]:
    """The same for what was signed elsewhere: of a school, what the board signed whose declaration covers it."""
    if organisation.kind == Party.SUPPLIER:
        theirs = select(Product.id).where(Product.supplier_id == organisation.id)
        return SignedElsewhere.product_id.in_(theirs)
    if organisation.kind == Party.BOARD:
        return SignedElsewhere.board_id == organisation.id
    over = select(InForce.on_behalf_of).where(
        InForce.kind == in_force.BOARD_DECLARATION, InForce.organisation_id == organisation.id, *in_force.holds(at)
    )
    return SignedElsewhere.board_id.in_(over)


def _schools(
    session: Session, rows: Sequence[InForce], organisation: Organisation
) -> dict[uuid.UUID, list[Organisation]]:
    """The schools that each agreement covers, by name; a school sees itself and no other."""
    theirs = InForce.organisation_id != InForce.on_behalf_of
    if any(each.on_behalf_of != organisation.id for each in rows) and organisation.kind != Party.SUPPLIER:
        theirs = theirs & (InForce.organisation_id == organisation.id)
    asked = (
        select(InForce.case_id, Organisation)
        .join(Organisation, Organisation.id == InForce.organisation_id)
        .where(InForce.kind == in_force.PROCESSOR_AGREEMENT, InForce.case_id.in_({each.case_id for each in rows}))
        .where(theirs)
        .order_by(Organisation.name)
    )
    found: dict[uuid.UUID, list[Organisation]] = {}
    for case_id, school in session.execute(asked) if rows else ():
        found.setdefault(case_id, []).append(school)
    return found


def _texts(
    session: Session, rows: Sequence[InForce] | Sequence[SignedElsewhere]
) -> dict[tuple[uuid.UUID, str], Publication]:
    asked = select(Publication).where(
        Publication.kind == publications.PROCESSOR_AGREEMENT,
        Publication.product_id.in_({each.product_id for each in rows if each.product_id}),
        Publication.version.in_({each.version for each in rows}),
    )
    return {(each.product_id, each.version): each for each in session.scalars(asked)}


def _newest(session: Session, products: Collection[uuid.UUID], *, at: dt.datetime) -> dict[uuid.UUID, Any]:
    """Of each product the version that is effective now: its number, and since when."""
    asked = (
        select(Publication.product_id, Publication.version, Publication.since)
        .where(Publication.kind == publications.PROCESSOR_AGREEMENT, Publication.product_id.in_(products))
        .where(Publication.since <= at)
        .order_by(Publication.since)
    )
    return {each.product_id: each for each in session.execute(asked)}


def _document(case: Case) -> Document | None:
    return next((each for each in case.documents if each.void_at is None), None)


def _contact(case: Case) -> tuple[str, str]:
    """Whom the board named as its contact, and their address."""
    said = access.relevant_answers(case).get("contacts", {})
    return str(said.get("privacy", "")), str(said.get("privacy_email", ""))


def _subprocessors(text: Publication | None) -> tuple[Subprocessor, ...]:
    if text is None:
        return ()
    return tuple(
        Subprocessor(
            name=row["name"],
            task=row["task"],
            data=row["data"],
            country=row["country"],
            in_eea=row["in_eea"],
            basis=row.get("basis", ""),
        )
        for row in subprocessors_of(text.body["leaflet"])
    )


def _added(notice: SubprocessorNotice) -> Subprocessor:
    return Subprocessor(
        name=notice.name,
        task=notice.task,
        data=notice.data,
        country=notice.country,
        in_eea=notice.in_eea,
        basis=notice.basis,
        since=clock.day_of(notice.effective_at),
    )


def _by_id(session: Session, table: type[T], ids: Collection[uuid.UUID], *options: Any) -> dict[uuid.UUID, T]:
    if not ids:
        return {}
    return {each.id: each for each in session.scalars(select(table).where(table.id.in_(ids)).options(*options))}
