"""The statement that reads all that decides at the gate: one for a person, and one for a session.

Each part of it gives rows of one kind, in the same columns; which rows hold at a moment is said by the conditions that
the rest of the portal uses.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from portal.cases import in_force
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.tables import InForce
from portal.database import Moment, Prepared
from portal.offers import blocks, publications
from portal.offers.tables import Block, Product, Publication, Withdrawal
from portal.parties.register import RegisterLocation
from portal.parties.tables import Membership, Organisation, Person, WebSession

DPIA = (in_force.DPIA_REUSE, in_force.DPIA_OWN)
_COLUMNS: dict[str, Any] = {
    "tag": String, "one": Uuid, "two": Uuid, "key": String, "text": String, "number": Integer, "since": Moment,
    "until": Moment, "then": Moment, "more": JSON,
}  # fmt: skip
_AT: Any = bindparam("at", type_=Moment)
_OF_SCHOOL = (in_force.PROCESSOR_AGREEMENT, *DPIA)
_TEXTS = (publications.USAGE_TERMS, publications.PROCESSOR_AGREEMENT)


def _row(tag: str, **columns: Any) -> list[ColumnElement[Any]]:
    """The columns of one kind of row: the same for each kind, so that one statement gives them all."""
    given = {"tag": literal(tag, String), **columns}
    return [(given[name] if name in given else cast(null(), kind)).label(name) for name, kind in _COLUMNS.items()]


def _one_of(column: Any, values: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether it is one of these; said so that the statement is the same text every time."""
    return or_(*(column == each for each in values))


def _statement(who: Any) -> CompoundSelect[Any]:
    """Everything, for whom this selects."""
    person = who.cte("who")
    school, board = aliased(Organisation), aliased(Organisation)
    place = (
        select(
            Product.id.label("product_id"), Product.conditions, RegisterLocation.code, RegisterLocation.board_number,
            school.id.label("school_id"), school.registered_at, school.ended_at, board.id.label("board_id"),
        )
        .select_from(Product)
        .join(RegisterLocation, RegisterLocation.code == bindparam("code", type_=String))
        .outerjoin(school, school.register_key == "location:" + RegisterLocation.code)
        .outerjoin(board, board.register_key == "board:" + RegisterLocation.board_number)
        .where(Product.name == bindparam("product", type_=String), Product.has_reports)
        .cte("place")
    )  # fmt: skip
    # Each by its value, so that the way in is by an index, whatever a database guesses of how many rows there are.
    person_id, product_id, school_id, board_id = (
        select(each).scalar_subquery()
        for each in (person.c.id, place.c.product_id, place.c.school_id, place.c.board_id)
    )
    registered = and_(place.c.registered_at <= _AT, or_(place.c.ended_at.is_(None), place.c.ended_at > _AT))
    held = case((and_(*Membership.held(_AT)), 1), else_=0)
    withdrawn = exists().where(Withdrawal.publication_id == Publication.id, Withdrawal.at <= _AT)
    of_school = and_(InForce.on_behalf_of == board_id, InForce.product_id == product_id)
    return union_all(
        select(
            *_row(
                "who", one=person.c.id, key=person.c.tf_primary_method, text=person.c.tf_totp_secret,
                number=case((person.c.active, 1), else_=0), since=person.c.made_at, until=person.c.seen_at,
                then=person.c.blocked_at,
            )
        ),
        select(*_row("product", one=place.c.product_id, more=place.c.conditions)),
        select(
            *_row(
                "place", one=place.c.school_id, two=place.c.board_id, key=place.c.code, text=place.c.board_number,
                number=case((registered, 1), else_=0),
            )
        ),
        select(
            *_row(
                "role", one=Organisation.id, key=Membership.role, text=Organisation.register_key, number=held,
                more=Membership.acts,
            )
        )
        .join_from(Membership, Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id, Membership.status == "active"),
        select(*_row("accepted", one=InForce.product_id, text=InForce.version)).where(
            InForce.person_id == person_id, InForce.kind == in_force.USAGE_TERMS, *in_force.holds(_AT)
        ),
        select(
            *_row(
                "holds", one=InForce.case_id, two=InForce.on_behalf_of, key=InForce.kind, text=InForce.version,
                since=InForce.since,
            )
        ).where(
            InForce.organisation_id == school_id,
            or_(InForce.kind == in_force.BOARD_DECLARATION, and_(_one_of(InForce.kind, _OF_SCHOOL), of_school)),
            *in_force.holds(_AT),
        ),
        select(
            *_row(
                "version", key=Publication.kind, text=Publication.version, number=Publication.grace_days,
                since=Publication.since,
            )
        ).where(
            Publication.product_id == product_id,
            _one_of(Publication.kind, _TEXTS),
            Publication.since <= _AT,
            ~withdrawn,
        ),
        select(*_row("elsewhere", one=SignedElsewhere.product_id, text=SignedElsewhere.version)).where(
            SignedElsewhere.board_id == board_id,
            SignedElsewhere.confirmed_at.is_not(None),
            SignedElsewhere.since <= _AT,
            or_(SignedElsewhere.until.is_(None), SignedElsewhere.until > _AT),
        ),
        select(*_row("block", one=Block.id)).where(
            Block.person_id == person_id, Block.product_id == product_id, *blocks.holds(_AT)
        ),
    )  # fmt: skip


_WHO = (Person.id, Person.tf_primary_method, Person.tf_totp_secret, Person.active, Person.blocked_at)
BY_PERSON = _statement(
    select(*_WHO, cast(null(), Moment).label("made_at"), cast(null(), Moment).label("seen_at")).where(
        Person.id == bindparam("person", type_=Uuid)
    )
)
BY_SESSION = Prepared(
    _statement(
        select(*_WHO, WebSession.made_at, WebSession.seen_at)
        .join_from(WebSession, Person, Person.fs_uniquifier == WebSession.person)
        .where(WebSession.token_hash == bindparam("token", type_=String), Person.active)
    )
)
