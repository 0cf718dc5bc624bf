"""Taking in agreements that were signed elsewhere: handed in and looked at, then all at once or not at all."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import access, in_force
from portal.cases.access import Visitor
from portal.cases.agreements import beside, bound, subprocessors
from portal.cases.agreements import elsewhere_files as files
from portal.cases.agreements.elsewhere import subject
from portal.cases.agreements.elsewhere_files import COLUMNS, Fault, Line, Unfit
from portal.cases.agreements.tables import ElsewhereUpload, SignedElsewhere
from portal.cases.tables import InForce
from portal.database import act, reader
from portal.documents import vault
from portal.errors import NotFoundError
from portal.offers import publications
from portal.offers.tables import Product, Publication
from portal.parties import memberships
from portal.parties.tables import Organisation, Person
from portal.record import ledger, outbox
from portal.wording import day, mark, say
from workflows.vocabulary import Role

SUBJECT = mark("Vastgelegd: een overeenkomst over %(product)s die elders is getekend")

TO_CONFIRM = mark("Klopt dit? Een overeenkomst over %(product)s die elders is getekend")


@dataclass(frozen=True)
class Planned:
    """One line of what was handed in, with the parties that it names."""

    line: Line
    board: Organisation
    product: Product


def products_for(session: Session, visitor: Visitor) -> list[Product]:
    """The products about which this visitor may take agreements in: all for the desk, its own for a supplier."""
    every = list(session.scalars(select(Product).options(selectinload(Product.supplier)).order_by(Product.title)))
    if access.is_service_desk(visitor, session=session):
        return every
    known = access.well_known(visitor, session=session).known
    roles = known.roles if known else {}
    return [each for each in every if Role.ADMINISTRATOR in roles.get(each.supplier_id, ())]


def hand_in(*, sheet: bytes, archive: bytes, by: Visitor) -> uuid.UUID:
    """Keep a sheet and its files to look at; InvalidError or Unfit where they will not do, and nothing is kept."""
    if by.person_id is None or not products_for(reader(), by):
        raise NotFoundError
    rows = files.lines_of(sheet)
    _planned(reader(), files.read(rows, files.files_of(archive)), by)
    reader.rollback()
    with act() as session:
        session.execute(delete(ElsewhereUpload).where(ElsewhereUpload.made_by == by.person_id))
        upload = ElsewhereUpload(made_by=by.person_id, lines=rows, files=archive)
        session.add(upload)
        session.flush()
        return upload.id


def planned(upload_id: uuid.UUID, *, by: Visitor) -> list[Planned]:
    """What taking it in would do; Unfit where something changed meanwhile."""
    upload = _found(reader(), upload_id, by)
    return _planned(reader(), files.read(upload.lines, files.files_of(upload.files)), by)


def take_in(upload_id: uuid.UUID, *, by: Visitor) -> int:
    """Take all of it in; says how many agreements that were. Looked at once more: nothing half happens."""
    upload = _found(reader(), upload_id, by)
    contents = files.files_of(upload.files)
    lines = files.read(upload.lines, contents)
    reader.rollback()
    with act() as session:
        kept = _found(session, upload_id, by)
        found = _planned(session, lines, by)
        for each in found:
            _take_in(session, each, contents[each.line.file], by)
        session.delete(kept)
        return len(found)


def throw_away(upload_id: uuid.UUID, *, by: Visitor) -> None:
    """Forget what was handed in."""
    with act() as session:
        session.delete(_found(session, upload_id, by))


def _found(session: Session, upload_id: uuid.UUID, by: Visitor) -> ElsewhereUpload:
    upload = session.get(ElsewhereUpload, upload_id)
    if upload is None or upload.made_by != by.person_id:
        raise NotFoundError
    return upload


def _planned(session: Session, lines: Sequence[Line], by: Visitor) -> list[Planned]:
    """Each line with its board and product; Unfit where one is not known, or two hold at the same time."""
    products = _by_name(products_for(session, by))
    keys = {f"board:{each.board}" for each in lines}
    boards = {
        each.register_key: each
        for each in session.scalars(select(Organisation).where(Organisation.register_key.in_(keys)))
    }
    faults = list(files.overlapping(lines))
    found: list[Planned] = []
    for line in lines:
        board, product = boards.get(f"board:{line.board}"), products.get(line.product.casefold())
        if board is None:
            sentence = say("Dit bestuur is niet ingeschreven in het portaal.")
            faults.append(Fault(line.number, COLUMNS["board"], sentence))
        if product is None:
            faults.append(Fault(line.number, COLUMNS["product"], say("Dit product kennen wij niet, of is niet van u.")))
        if board is not None and product is not None:
            if _is_taken(session, board, product, line):
                sentence = say("Dit bestuur heeft dan al een overeenkomst over dit product.")
                faults.append(Fault(line.number, COLUMNS["since"], sentence))
            found.append(Planned(line, board, product))
    if faults:
        raise Unfit(sorted(faults, key=lambda each: each.line or 0))
    return found


def _by_name(products: Sequence[Product]) -> dict[str, Product]:
    """Products by their short name, and by a title that only one of them bears: nobody's is taken for another's."""
    titles = Counter(each.title.casefold() for each in products)
    by_title = {each.title.casefold(): each for each in products if titles[each.title.casefold()] == 1}
    return {**by_title, **{each.name: each for each in products}}


def _is_taken(session: Session, board: Organisation, product: Product, line: Line) -> bool:
    """Whether another agreement of this board about this product holds at some moment of this one."""
    since = clock.start_of(line.since)
    until = clock.start_of(line.until) if line.until else None
    for table, whose in (
        (InForce, (InForce.kind == in_force.PROCESSOR_AGREEMENT, InForce.organisation_id == board.id)),
        (SignedElsewhere, (SignedElsewhere.board_id == board.id,)),
    ):
        meets = [or_(table.until.is_(None), table.until > since), table.product_id == product.id]
        meets += [table.since < until] if until else []
        nothing = or_(table.until.is_(None), table.until > table.since)  # what ended before it began holds never
        if session.scalar(select(table.id).where(*whose, *meets, nothing).limit(1)) is not None:
            return True
    return False


def _take_in(session: Session, each: Planned, content: bytes, by: Visitor) -> None:
    line, is_desk = each.line, access.is_service_desk(by, session=session)
    made = SignedElsewhere(
        board_id=each.board.id,
        product_id=each.product.id,
        version=line.version,
        signed_on=line.signed_on.isoformat(),
        since=clock.start_of(line.since),
        until=clock.start_of(line.until) if line.until else None,
        blob=vault.keep(session, content),
        file_name=line.file[:200],
        entered_by=by.person_id,
        confirmed_by=by.person_id if is_desk else None,
        confirmed_at=clock.now() if is_desk else None,
    )
    session.add(made)
    session.flush()
    ledger.append(
        session,
        act="take_in",
        subject=subject(made.id),
        actor=by.person_id,
        document=made.blob,
        board=str(made.board_id),
        product=str(made.product_id),
        version=made.version,
        signed_on=made.signed_on,
        since=made.since.isoformat(),
        until=made.until.isoformat() if made.until else None,
        confirmed=is_desk,
    )
    _tell(session, each, made)
    if made.until is None or made.until > clock.now():
        _catch_up(session, made)


def _tell(session: Session, each: Planned, made: SignedElsewhere) -> None:
    """Mail the people of the board: it is said of them, and not by them."""
    by = session.get_one(Person, made.entered_by)
    link = {"organisation_id": str(each.board.id), "agreement_id": str(made.id)}
    for one in memberships.roles_of(session, each.board.id, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.SIGNATORY):
        outbox.put(
            session,
            key=f"taken_in:{made.id}:{one.person_id}",
            to=one.person.email,
            kind="taken_in" if made.confirmed_at else "to_confirm",
            subject=say(SUBJECT if made.confirmed_at else TO_CONFIRM, product=each.product.title),
            about=subject(made.id),
            link=("agreements.show", link),
            name=one.person.name,
            by=by.name,
            product=each.product.title,
            version=made.version,
            signed=day(each.line.signed_on, weekday=True),
        )


def _catch_up(session: Session, made: SignedElsewhere) -> None:
    """The board hears of every sub-processor that was announced since its agreement was written."""
    known = session.scalar(
        select(Publication).where(
            Publication.product_id == made.product_id,
            Publication.kind == publications.PROCESSOR_AGREEMENT,
            Publication.version == made.version,
        )
    )
    parameters = known.body["parameters"] if known else bound.NOT_KNOWN
    agreed = bound.Bound(made.id, made.board_id, made.version, parameters)
    text = beside.text_of(session, known) if known else beside.not_known(made.signed_on)
    subprocessors.catch_up(session, agreed, made.product_id, text)
