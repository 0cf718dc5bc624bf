"""Offering a version to boards: asked for at once, done by the worker some boards at a time, each board once.

Each board gets a case that nobody there began: pinned to the version, in its task list, reminded and waited for as any
other. Whatever stops the worker half-way, the next goes on where it was: a board with a row in the round is done.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force, starting, telling, turning, waiting
from portal.cases.access import Visitor
from portal.cases.offering import choosing, suppliers
from portal.cases.offering.tables import Offer, OfferRound
from portal.cases.tables import Case
from portal.database import act
from portal.errors import InvalidError, NotFoundError
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Publication
from portal.parties.tables import Organisation
from portal.record import jobs, ledger
from portal.wording import day, mark, say

OFFER = "offer"
"""The work of offering to the next boards of a round."""
AT_ONCE = 10
"""So many boards in one act, so that nobody waits long for the lock."""
LONGEST_DEADLINE = dt.timedelta(days=731)
SUBJECT = mark("Verwerkersovereenkomst voor %(product)s: te beoordelen (%(reference)s)")
SKIPPED: Mapping[str, str] = {
    "ended": mark("is niet (meer) ingeschreven"),
    "in_force": mark("heeft deze versie al"),
    "open": mark("beoordeelt deze versie al"),
    "newer": mark("beoordeelt al een nieuwere versie"),
    "outdated": mark("kreeg deze versie niet meer: er was intussen een nieuwere"),
    "signed": mark("heeft een eerdere versie al getekend, en wacht op de leverancier"),
}


def find(session: Session, publication_id: uuid.UUID, visitor: Visitor) -> Publication:
    """An agreement that this visitor may offer; anybody else is told that there is none."""
    publication = session.get(Publication, publication_id)
    if publication is None or publication.kind != PROCESSOR_AGREEMENT:
        raise NotFoundError
    if not suppliers.may_offer(publication.product, visitor, session=session):
        raise NotFoundError
    return publication


def ask(
    round_id: uuid.UUID,
    publication_id: uuid.UUID,
    boards: Sequence[uuid.UUID],
    *,
    deadline: dt.date | None,
    by: Visitor,
) -> None:
    """Offer a version to these boards, from now on, by the worker. The same `round_id` twice is pressed twice."""
    with act() as session:
        publication = find(session, publication_id, by)
        assert by.person_id is not None
        already = session.get(OfferRound, round_id)
        if already is not None:
            if (already.publication_id, already.offered_by) != (publication.id, by.person_id):
                raise NotFoundError
            return
        choosing.refuse_outdated(session, publication)
        faults = deadline_faults(deadline)
        wanted = list(dict.fromkeys(boards))
        known = {each.id for each in session.scalars(choosing.registered())}
        if not wanted or not set(wanted) <= known:
            faults["boards"] = say("Kies ten minste één bestuur dat is ingeschreven.")
        if faults:
            raise InvalidError("Er is niets aangeboden.", faults)
        made = OfferRound(
            id=round_id,
            publication_id=publication.id,
            offered_by=by.person_id,
            deadline=deadline.isoformat() if deadline else None,
            boards=[str(each) for each in wanted],
        )
        session.add(made)
        session.flush()
        ledger.append(
            session,
            act="offer_round",
            subject=f"publication:{publication.id}",
            actor=by.person_id,
            on_behalf_of=publication.product.supplier_id,
            document=publication.sha256,
            round=str(made.id),
            boards=len(wanted),
            named=boards_digest(made.boards),
            deadline=made.deadline,
        )
        _go_on(session, made, 0)


def deadline_faults(deadline: dt.date | None) -> dict[str, str]:
    """What is wrong with the day before which an answer is wanted."""
    if deadline is None:
        return {}
    if deadline <= clock.today():
        return {"deadline": say("Kies een dag na vandaag, of laat de datum leeg.")}
    if deadline > clock.today() + LONGEST_DEADLINE:
        return {"deadline": say("Deze datum ligt meer dan twee jaar vooruit. Kijk het jaartal na.")}
    return {}


def offer_some(round_id: uuid.UUID, *, start: int) -> int:
    """Offer to the next boards of a round, each once; says to how many. The worker asks, some at a time."""
    with act() as session:
        made = session.get_one(OfferRound, round_id)
        if made.stopped_at is not None:
            return 0
        done = set(session.scalars(select(Offer.organisation_id).where(Offer.round_id == made.id)))
        part = [uuid.UUID(each) for each in made.boards[start : start + AT_ONCE]]
        todo = [each for each in part if each not in done]
        for board_id in todo:
            _offer(session, made, session.get_one(Organisation, board_id))
        if start + AT_ONCE < len(made.boards):
            _go_on(session, made, start + AT_ONCE)
        return len(todo)


def done(session: Session, made: OfferRound) -> int:
    """To how many boards of a round it came: offered, or passed over."""
    return session.scalar(select(func.count()).select_from(Offer).where(Offer.round_id == made.id)) or 0


def mail_key(offer: Offer) -> str:
    """What the mails of an offer go by in the outbox, before who they are to."""
    return f"{OFFER}:{offer.id}"


def boards_digest(boards: Sequence[str]) -> str:
    """SHA-256 of the boards of a round, in their order, so that the ledger can tell a change without a list."""
    return hashlib.sha256(",".join(boards).encode()).hexdigest()


def _go_on(session: Session, made: OfferRound, start: int) -> None:
    jobs.ask(session, OFFER, f"{OFFER}:{made.id}:{start}", round=str(made.id), start=start)


def _offer(session: Session, made: OfferRound, board: Organisation) -> None:
    """Offer to one board, or write down why not."""
    publication = made.publication
    older = starting.under_way(session, PROCESSOR_AGREEMENT, publication, organisation_id=board.id)
    offer = Offer(
        round_id=made.id,
        publication_id=publication.id,
        organisation_id=board.id,
        deadline=made.deadline,
        skipped=_why_not(session, publication, board, older),
    )
    session.add(offer)
    session.flush()
    if offer.skipped:
        return
    case = starting.offered(session, PROCESSOR_AGREEMENT, publication, organisation_id=board.id, by=made.offered_by)
    offer.case_id = case.id
    session.flush()
    ledger.append(
        session,
        act="offer",
        subject=f"offer:{offer.id}",
        actor=made.offered_by,
        on_behalf_of=publication.product.supplier_id,
        document=publication.sha256,
        round=str(made.id),
        board=str(board.id),
        # Not "case": the entry is of the offer, and the case has one of its own that tells it was begun.
        of_case=str(case.id),
        deadline=offer.deadline,
    )
    if older is not None:
        supplier_id = publication.product.supplier_id
        turning.make_way(session, older, for_=case, by=Visitor(made.offered_by), speaks_for=supplier_id)
        _replace(session, older, offer, by=made.offered_by)
    tell(session, offer, case, kind="offered", subject=SUBJECT, key=mail_key(offer), instead=_instead(older))


def tell(session: Session, offer: Offer, case: Case, *, kind: str, subject: str, key: str, instead: str = "") -> int:
    """Mail whoever is to act at the board about what it was offered; says how many that are."""
    assert case.publication is not None and case.organisation is not None
    product, found = case.publication.product, waiting.recipients(session, case)
    by_then = dt.date.fromisoformat(offer.deadline) if offer.deadline else None
    before = say("Antwoord graag uiterlijk %(day)s.", day=day(by_then, weekday=True)) if by_then else ""
    for each in found:
        telling.tell(
            session, case, each, kind=kind, key=key, subject=subject, organisation=case.organisation.name,
            supplier=product.supplier.name, product=product.title, version=case.publication.version,
            before=before, instead=instead,
        )  # fmt: skip
    return len(found)


def _why_not(session: Session, publication: Publication, board: Organisation, older: Case | None) -> str:
    if not board.is_registered(at=clock.now()):
        return "ended"
    if choosing.newer_than(session, publication) is not None:
        return "outdated"
    held = in_force.holding(
        session,
        in_force.PROCESSOR_AGREEMENT,
        at=clock.now(),
        organisation_id=board.id,
        on_behalf_of=board.id,
        product_id=publication.product_id,
    )
    if any(each.version == publication.version for each in held):
        return "in_force"
    if older is None or older.publication is None:
        return ""
    if older.publication_id == publication.id:
        return "open"
    if older.publication.since >= publication.since:
        return "newer"
    return "signed" if turning.stays_with_its_text(older, publication) else ""


def _replace(session: Session, older: Case, offer: Offer, *, by: uuid.UUID) -> None:
    """What was offered before made way for this."""
    was = session.scalar(select(Offer).where(Offer.case_id == older.id))
    if was is None or was.withdrawn_at is not None:
        return
    was.withdrawn_at, was.replaced_by = clock.now(), offer.id
    ledger.append(session, act="replace_offer", subject=f"offer:{was.id}", actor=by, offer=str(offer.id))


def _instead(older: Case | None) -> str:
    if older is None or older.publication is None:
        return ""
    return say(
        "Deze versie komt in de plaats van versie %(version)s (%(reference)s), die is gesloten. "
        "Uw opmerkingen en vragen van toen staan bij dezelfde punten.",
        version=older.publication.version,
        reference=older.reference,
    )
