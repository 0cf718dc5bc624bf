"""Blocking: a rights holder or the service desk shuts somebody out of one product, or the service desk out of all."""

import datetime as dt
import uuid

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.tables import Block, Product, ProductRightsHolder
from portal.parties import people
from portal.parties.tables import Membership, Organisation, Person
from portal.record import jobs, ledger, outbox
from portal.wording import day, say
from workflows.vocabulary import Party, Role

CONDITION = "block"
"""The code of the gate's condition that looks at blocks."""
LIFT = "lift"
"""The work of lifting a block of an account when its time has come."""
LONGEST_WORDS = 1000


def authority_over(session: Session, actor: uuid.UUID, product_id: uuid.UUID | None) -> Organisation | None:
    """On whose behalf this person may block for the product (none: an account): the service desk or a rights holder."""
    roles = select(Organisation).join(Membership).where(Membership.person_id == actor, *Membership.held(clock.now()))
    desk = roles.where(Organisation.kind == Party.OPERATOR, Membership.role == Role.SERVICE_DESK)
    if product_id is None:
        return session.scalar(desk.limit(1))
    holder = roles.join(ProductRightsHolder, ProductRightsHolder.organisation_id == Organisation.id).where(
        Organisation.kind == Party.RIGHTS_HOLDER, ProductRightsHolder.product_id == product_id
    )
    return session.scalar(holder.order_by(Organisation.name).limit(1)) or session.scalar(desk.limit(1))


def products_of(session: Session, actor: uuid.UUID) -> list[Product]:
    """The products in which this person's organisations hold rights."""
    theirs = (
        select(Product)
        .join(ProductRightsHolder)
        .join(Membership, Membership.organisation_id == ProductRightsHolder.organisation_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == actor, *Membership.held(clock.now()), Organisation.kind == Party.RIGHTS_HOLDER)
    )
    return list(session.scalars(theirs.order_by(Product.title)).unique())  # no DISTINCT: it has JSON


def block(
    person_id: uuid.UUID,
    product_id: uuid.UUID | None,
    *,
    reason: str,
    words: str,
    until: dt.date | None,
    by: uuid.UUID,
    contact: str,
) -> uuid.UUID:
    """Shut somebody out, at once; through the day `until`, or until it is lifted. Pressing twice blocks once."""
    faults = _faults(reason, words, until)
    with act() as session:
        organisation = authority_over(session, by, product_id)
        person = session.get(Person, person_id)
        product = session.get(Product, product_id) if product_id else None
        if organisation is None or person is None or (product_id and product is None):
            raise NotFoundError
        if person_id == by:
            raise RefusedError("U kunt uzelf niet blokkeren.")
        if product is not None and CONDITION not in product.conditions:
            raise RefusedError(
                "De poort van %(product)s kijkt niet naar blokkades. Zet eerst die voorwaarde aan bij het product.",
                product=product.title,
            )
        same = (Block.person_id == person_id, Block.product_id == product_id, Block.organisation_id == organisation.id)
        already = session.scalar(select(Block).where(*same, *holds(clock.now())))
        if already:
            return already.id
        if faults:
            raise InvalidError("Er is niets geblokkeerd.", faults)
        ends = clock.start_of(until + dt.timedelta(days=1)) if until else None
        made = Block(
            person_id=person_id,
            product_id=product_id,
            organisation_id=organisation.id,
            blocked_by=by,
            reason=reason,
            words=words,
            until=ends,
        )
        session.add(made)
        session.flush()
        ledger.append(
            session,
            act="block",
            subject=f"block:{made.id}",
            actor=by,
            on_behalf_of=organisation.id,
            person=str(person_id),
            product=str(product_id) if product_id else None,
            until=ends.isoformat() if ends else None,
        )
        if product is None:
            people.block(session, person, at=clock.now())
            if ends:
                jobs.ask(session, LIFT, f"{LIFT}:{made.id}", at=ends, block=str(made.id))
        _tell(session, made, person, product, organisation, contact=contact)
        return made.id


def lift(block_id: uuid.UUID, *, by: uuid.UUID, contact: str) -> None:
    """Let somebody in again; only by the organisation that blocked. What is lifted already stays lifted."""
    with act() as session:
        found = session.get(Block, block_id)
        if found is None or not may_lift(session, found, by):
            raise NotFoundError
        if found.lifted_at is None:
            _lift(session, found, by=by, contact=contact)


def lift_expired(block_id: uuid.UUID, *, contact: str) -> None:
    """Open an account of which the block has had its time; only the worker does this."""
    with act() as session:
        found = session.get(Block, block_id)
        if found and found.lifted_at is None and found.until and found.until <= clock.now():
            _lift(session, found, by=None, contact=contact)


def may_lift(session: Session, found: Block, actor: uuid.UUID) -> bool:
    """Whether this person works for the organisation that blocked."""
    if authority_over(session, actor, found.product_id) is None:
        return False
    role = (Membership.person_id == actor, *Membership.held(clock.now()))
    mine = select(Membership.id).where(*role, Membership.organisation_id == found.organisation_id)
    return session.scalar(mine.limit(1)) is not None


def holding(session: Session, person_id: uuid.UUID, product_id: uuid.UUID, *, at: dt.datetime) -> list[Block]:
    """The blocks that shut this person out of the product at a moment, the oldest first."""
    mine = (Block.person_id == person_id, Block.product_id == product_id)
    query = select(Block).where(*mine, *holds(at)).options(joinedload(Block.organisation))
    return list(session.scalars(query.order_by(Block.since)))


def every_block(session: Session, person_id: uuid.UUID) -> list[Block]:
    """All blocks of a person, also those that are over, the latest first."""
    mine = select(Block).where(Block.person_id == person_id)
    return list(session.scalars(mine.options(joinedload(Block.organisation)).order_by(Block.since.desc())))


def holds(at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition that a block holds at a moment."""
    return (
        Block.since <= at,
        or_(Block.until.is_(None), Block.until > at),
        or_(Block.lifted_at.is_(None), Block.lifted_at > at),
    )


def last_day(found: Block) -> dt.date | None:
    """Through which day a block holds; none while it has no end."""
    return clock.day_of(found.until - dt.timedelta(microseconds=1)) if found.until else None


def _lift(session: Session, found: Block, *, by: uuid.UUID | None, contact: str) -> None:
    found.lifted_at, found.lifted_by = clock.now(), by
    ledger.append(
        session,
        act="unblock",
        subject=f"block:{found.id}",
        actor=by,
        on_behalf_of=found.organisation_id if by else None,
    )
    session.flush()
    if found.product_id is None and not _account_is_blocked(session, found.person_id):
        people.unblock(session, found.person)
    _tell_lifted(session, found, contact=contact)


def _account_is_blocked(session: Session, person_id: uuid.UUID) -> bool:
    mine = (Block.person_id == person_id, Block.product_id.is_(None), Block.lifted_at.is_(None))
    return session.scalar(select(Block.id).where(*mine).limit(1)) is not None


def _faults(reason: str, words: str, until: dt.date | None) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not reason:
        faults["reason"] = say("Schrijf op waarom, voor uw eigen dossier.")
    for name, text in (("reason", reason), ("words", words)):
        if len(text) > LONGEST_WORDS:
            faults[name] = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST_WORDS)
    if until and until < clock.today():
        faults["until"] = say("%(day)s is voorbij. Kies vandaag of later.", day=day(until, weekday=True))
    return faults


def _tell(
    session: Session, made: Block, person: Person, product: Product | None, by: Organisation, *, contact: str
) -> None:
    last = last_day(made)
    outbox.put(
        session,
        key=f"block:{made.id}",
        to=person.email,
        kind="blocked" if product else "account_blocked",
        subject=say("Uw toegang tot %(product)s is geblokkeerd", product=product.title)
        if product
        else say("Uw account is geblokkeerd"),
        about=f"block:{made.id}",
        name=person.name,
        by=by.name,
        product=product.title if product else "",
        words=f"“{made.words}”" if made.words else "",
        until=say("Dit duurt tot en met %(day)s.", day=day(last, weekday=True))
        if last
        else say("Dit duurt tot de blokkade wordt opgeheven."),
        contact=contact,
    )


def _tell_lifted(session: Session, found: Block, *, contact: str) -> None:
    product = found.product
    outbox.put(
        session,
        key=f"unblock:{found.id}",
        to=found.person.email,
        kind="unblocked" if product else "account_unblocked",
        subject=say("Uw toegang tot %(product)s is weer open", product=product.title)
        if product
        else say("Uw account is weer open"),
        about=f"block:{found.id}",
        link=("reports.index", {}) if product else ("security.login", {}),
        name=found.person.name,
        product=product.title if product else "",
        contact=contact,
    )
