"""The lines of a register of agreements as SQL: searched, filtered, sorted and cut, so that only a page is read."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from portal.cases import in_force
from portal.cases.agreements import beside, register, stands
from portal.cases.agreements.agreed import Agreed, Standing
from portal.cases.agreements.tables import SignedElsewhere, SubprocessorAnswer, SubprocessorNotice
from portal.cases.tables import Case, InForce
from portal.offers import publications
from portal.offers.agreements.annexes import subprocessors_of
from portal.offers.tables import Product, Publication
from portal.parties.tables import Organisation

OUTSIDE, NEWER = "outside", "newer"
"""Besides the standings: those with data outside the EEA, and those of which there is a newer version."""
SORTS = ("product", "whom", "schools", "since", "until", "standing")
Says = Callable[[Mapping[str, Any]], bool]
Board, Supplier = aliased(Organisation), aliased(Organisation)


def page(
    session: Session,
    organisation: Organisation,
    *,
    at: dt.datetime,
    text: str = "",
    state: str = "",
    sort: str = "standing",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> tuple[list[Agreed], int]:
    """One page of the agreements of an organisation, whole; and how many there are."""
    line = _lines(organisation, at=at)
    asked = (
        select(line.c.id)
        .join(Product, Product.id == line.c.product_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Board, Board.id == line.c.board_id)
        .outerjoin(
            Publication,
            and_(
                Publication.product_id == line.c.product_id,
                Publication.version == line.c.version,
                Publication.kind == publications.PROCESSOR_AGREEMENT,
            ),
        )
    )
    if text:
        asked = asked.where(_matches(session, line, text, at=at))
    if state:
        asked = asked.where(_is(session, line, state, at=at))
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    order = [each.desc() if descending else each for each in _order(line, sort, at=at)]
    ties = (func.lower(Product.title), func.lower(Board.name), line.c.since.desc(), line.c.id)
    cut: Select[uuid.UUID] = asked.order_by(*order, *ties).offset(offset)
    ids = list(session.scalars(cut.limit(limit)))
    found = {each.id: each for each in register.of(session, organisation, at=at, only=ids)}
    return [found[each] for each in ids if each in found], total


def _lines(organisation: Organisation, *, at: dt.datetime) -> Subquery:
    """One line for each agreement: made in the portal, or signed elsewhere."""
    made = (
        select(
            InForce.case_id.label("id"),
            InForce.on_behalf_of.label("board_id"),
            InForce.product_id.label("product_id"),
            InForce.version.label("version"),
            InForce.since.label("since"),
            InForce.until.label("until"),
            Case.reference.label("reference"),
        )
        .join(Case, Case.id == InForce.case_id)
        .where(register.whose(organisation))
    )
    elsewhere = select(
        SignedElsewhere.id,
        SignedElsewhere.board_id,
        SignedElsewhere.product_id,
        SignedElsewhere.version,
        SignedElsewhere.since,
        SignedElsewhere.until,
        literal(""),
    ).where(register.whose_elsewhere(organisation, at=at))
    return union_all(made, elsewhere).subquery("line")


def _order(line: FromClause, sort: str, *, at: dt.datetime) -> list[ColumnElement[Any]]:
    """The columns by which a list is sorted; what has no end comes after what has one."""
    match sort:
        case "product":
            return [func.lower(Product.title)]
        case "whom":
            return [func.lower(Board.name)]
        case "schools":
            return [_schools(line, at=at)]
        case "since":
            return [line.c.since]
        case "until":
            return [line.c.until.is_(None), line.c.until]
    return [case((_stands(line, Standing.IN_FORCE, at=at), 0), (_stands(line, Standing.COMING, at=at), 1), else_=2)]


def _schools(line: FromClause, *, at: dt.datetime) -> ColumnElement[int]:
    """For how many schools: those that the agreement names, or those of the board's declaration."""
    named = select(func.count()).where(
        InForce.kind == in_force.PROCESSOR_AGREEMENT,
        InForce.case_id == line.c.id,
        InForce.organisation_id != InForce.on_behalf_of,
    )
    declared = select(func.count()).where(
        InForce.kind == in_force.BOARD_DECLARATION, InForce.on_behalf_of == line.c.board_id, *in_force.holds(at)
    )
    whole = declared.correlate(line).scalar_subquery()
    return case((line.c.reference == "", whole), else_=named.correlate(line).scalar_subquery())


def _stands(line: FromClause, standing: Standing, *, at: dt.datetime) -> ColumnElement[bool]:
    """The same as `register.standing`, of a line."""
    ended = and_(line.c.until.is_not(None), line.c.until <= at)
    match standing:
        case Standing.ENDED:
            return ended
        case Standing.COMING:
            return and_(~ended, line.c.since > at)
    return and_(~ended, line.c.since <= at)


def _is(session: Session, line: FromClause, state: str, *, at: dt.datetime) -> ColumnElement[bool]:
    if state == NEWER:
        newer = aliased(Publication)
        return exists().where(
            newer.product_id == line.c.product_id,
            newer.kind == publications.PROCESSOR_AGREEMENT,
            newer.since <= at,
            newer.since > Publication.since,
        )
    if state == OUTSIDE:
        known = Publication.id.is_not(None)
        return and_(known, _says(session, line, lambda row: row.get("in_eea") == "no", places=True, at=at))
    return _stands(line, Standing(state), at=at)


def _matches(session: Session, line: FromClause, text: str, *, at: dt.datetime) -> ColumnElement[bool]:
    """Found by product, party, version or reference, or by who processes for the supplier and in which country."""
    columns = (Product.title, Supplier.name, Board.name, line.c.version, line.c.reference)
    wanted = text.casefold()
    return or_(
        *(each.icontains(text, autoescape=True) for each in columns),
        _says(session, line, lambda row: wanted in f"{row['name']} {row['country']}".casefold(), at=at),
    )


def _says(
    session: Session, line: FromClause, says: Says, *, at: dt.datetime, places: bool = False
) -> ColumnElement[bool]:
    """Whether a line has a sub-processor (or a place) of which this is true: in its text, or one that came beside it.

    There are few texts and announcements to many agreements, so they are read here and only their ids are asked for.
    """
    here = select(line.c.product_id)
    texts = session.execute(
        select(Publication.id, Publication.body["leaflet"]).where(
            Publication.kind == publications.PROCESSOR_AGREEMENT, Publication.product_id.in_(here)
        )
    )
    within = [each for each, leaflet in texts if any(map(says, _rows(leaflet, places=places)))]
    notices = session.scalars(select(SubprocessorNotice).where(SubprocessorNotice.product_id.in_(here)))
    wanted = [each for each in notices if says({"name": each.name, "country": each.country, "in_eea": each.in_eea})]
    if not wanted:
        return Publication.id.in_(within)
    return or_(Publication.id.in_(within), _came_beside(session, line, wanted, at=at))


def _rows(leaflet: Mapping[str, Any], *, places: bool) -> Iterable[Mapping[str, Any]]:
    return [*subprocessors_of(leaflet), *(leaflet.get("places", ()) if places else ())]


def _came_beside(
    session: Session, line: FromClause, notices: list[SubprocessorNotice], *, at: dt.datetime
) -> ColumnElement[bool]:
    """Whether one of these takes part by now under a line, because its board had nothing against it."""
    products = {each.product_id for each in notices}
    texts = session.scalars(
        select(Publication).where(
            Publication.kind == publications.PROCESSOR_AGREEMENT, Publication.product_id.in_(products)
        )
    ).all()
    said = beside.texts_of(session, texts)
    fits = []
    for each in notices:
        named = [text.id for text in texts if text.product_id == each.product_id and not said[text.id].lacks(each)]
        fits.append(and_(SubprocessorNotice.id == each.id, or_(Publication.id.is_(None), Publication.id.not_in(named))))
    return exists(
        select(SubprocessorAnswer.notice_id)
        .join(SubprocessorNotice)
        .where(
            SubprocessorAnswer.board_id == line.c.board_id,
            SubprocessorNotice.product_id == line.c.product_id,
            SubprocessorAnswer.begins_at <= at,
            or_(line.c.until.is_(None), SubprocessorAnswer.begins_at < line.c.until),
            stands.stands(*stands.ACCEPTED, at=at),
            or_(*fits),
        )
        .correlate(line, Publication)
    )
