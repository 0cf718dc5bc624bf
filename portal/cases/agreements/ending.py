"""The end of an agreement: by board or supplier, with the days on which data can be fetched and must be gone."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import access, in_force
from portal.cases.access import Visitor
from portal.cases.agreements import bound, elsewhere
from portal.cases.agreements.agreed import Agreed, Signed, Standing
from portal.cases.agreements.tables import AgreementEnd, SignedElsewhere
from portal.cases.tables import Case, InForce
from portal.database import act, reader
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.parties import mandates, memberships
from portal.parties.authority import Purpose, is_met
from portal.parties.tables import Organisation
from portal.record import ledger, outbox
from portal.wording import day, mark, say
from workflows.vocabulary import Party, Role

CERTIFIES = frozenset({Role.ADMINISTRATOR, Role.SIGNATORY})
"""Who begins a certificate of deletion for a supplier."""
LONGEST_WHY = 2000
LONGEST_AHEAD = dt.timedelta(days=730)
REMINDED_BEFORE = dt.timedelta(days=7)
NOT_KNOWN: Mapping[str, str] = {"export_days": "30", "delete_days": "30", "backup_days": "90"}
"""Of an agreement whose text the portal does not know."""


def whose_notice(
    agreed: Agreed, organisation: Organisation, visitor: Visitor, *, session: Session | None = None
) -> list[uuid.UUID]:
    """Which side's notice this visitor can enter for an organisation; none where it has nothing to end.

    To end is to bind: its own, who by the rule of the organisation binds it alone. The other side's, that it received
    on paper or by mail, an administrator: nobody ends anything for an own side that it cannot bind.
    """
    if not is_side(agreed, organisation) or agreed.standing == Standing.ENDED:
        return []
    roles = access.roles_at(visitor, organisation.id, session=session)
    other = agreed.product.supplier_id if organisation.id == agreed.board.id else agreed.board.id
    own = [organisation.id] if roles and _authority(session or reader(), organisation.id, visitor) else []
    return own + ([other] if Role.ADMINISTRATOR in roles else [])


def _authority(session: Session, organisation_id: uuid.UUID, visitor: Visitor) -> dict[str, Any] | None:
    """By what a visitor binds an organisation to this alone, frozen as in a signature; None where it does not."""
    if visitor.person_id is None:
        return None
    purpose = Purpose(in_force.PROCESSOR_AGREEMENT)
    found = mandates.authority_of(session, visitor.person_id, organisation_id, at=clock.now(), purpose=purpose)
    given = found.as_mapping() if found else None
    return given if given and is_met([given]) else None


def end(
    agreed: Agreed,
    organisation_id: uuid.UUID,
    *,
    notice_of: uuid.UUID | None,
    ends_on: dt.date | None,
    why: str,
    by: Visitor,
) -> None:
    """End it on this day, the first on which it holds no more; both sides are told. Pressing twice ends once.

    By the notice of the own organisation, or as the notice that the other side gave: then the ledger says so.
    """
    with act() as session:
        organisation = session.get_one(Organisation, organisation_id)
        already = session.get(AgreementEnd, agreed.id)
        allowed = whose_notice(agreed, organisation, by, session=session)
        if by.person_id is None or not (already or allowed):
            raise NotFoundError
        if already:
            if already.made_by == by.person_id and already.why == why:
                return
            raise RefusedError("Deze overeenkomst is al opgezegd.")
        faults = _faults(ends_on, why, until=agreed.until)
        if notice_of not in allowed:
            faults["notice_of"] = say("Kies wie de overeenkomst opzegt.")
        if faults or ends_on is None or notice_of is None:
            raise InvalidError("Nog niet alles is goed ingevuld.", faults)
        own = notice_of == organisation.id
        made = _clocks(session, agreed, ends_on)
        made.organisation_id, made.why, made.made_by = notice_of, why, by.person_id
        session.add(made)
        session.flush()
        ledger.append(
            session,
            act="end_agreement",
            subject=subject(agreed.id),
            actor=by.person_id,
            on_behalf_of=organisation.id,
            notice_of=str(notice_of),
            authority=_authority(session, organisation.id, by) if own else None,
            case=str(agreed.case_id) if agreed.case_id else None,
            board=str(made.board_id),
            product=str(made.product_id),
            ends=made.ends_at.isoformat(),
            clocks=[each.isoformat() for each in (made.export_until, made.delete_by, made.backups_by)],
            why=hashlib.sha256(why.encode()).hexdigest(),
        )
        if agreed.signed == Signed.ELSEWHERE:
            found = session.get_one(SignedElsewhere, agreed.id)
            elsewhere.end_at(session, found, at=made.ends_at, why=why, by=by.person_id)
        else:
            rows = session.scalars(
                select(InForce).where(InForce.case_id == agreed.case_id, InForce.kind == in_force.PROCESSOR_AGREEMENT)
            )
            in_force.end(session, rows, at=made.ends_at, by=by.person_id)
        _tell(session, made, kind="agreement_ends", recorder=organisation.name)


def certify(session: Session, agreement_id: uuid.UUID, case: Case, *, deleted_on: str) -> None:
    """That the data are gone, as this decided case says; inside the act that decides it."""
    found = session.get(AgreementEnd, agreement_id)
    if found is None or found.certificate_id is not None:
        raise RefusedError("Voor deze overeenkomst is al een verklaring getekend.")
    found.certificate_id = case.id
    ledger.append(
        session,
        act="certify_deletion",
        subject=subject(agreement_id),
        on_behalf_of=case.organisation_id,
        case=str(case.id),
        deleted_on=deleted_on,
    )
    _tell(session, found, kind="deleted", supplier=False)


def of(session: Session, agreement_id: uuid.UUID) -> AgreementEnd | None:
    """The end of one agreement, where it was ended."""
    return session.get(AgreementEnd, agreement_id)


def every(session: Session) -> list[AgreementEnd]:
    """Every end there is, what must be gone first coming first."""
    whole = (
        selectinload(AgreementEnd.board),
        selectinload(AgreementEnd.product).selectinload(Product.supplier),
        selectinload(AgreementEnd.organisation),
    )
    return list(session.scalars(select(AgreementEnd).options(*whole).order_by(AgreementEnd.delete_by)))


def is_overdue(found: AgreementEnd, *, at: dt.datetime) -> bool:
    """Whether the data must be gone and nobody certified that they are."""
    return found.certificate_id is None and found.delete_by <= at


def last_day(moment: dt.datetime) -> dt.date:
    """The last day before a moment."""
    return clock.day_of(moment - dt.timedelta(microseconds=1))


def remind_all() -> int:
    """A week before data can no longer be fetched, a week before they must be gone, and after that; each once."""
    now, soon = clock.now(), clock.start_of(clock.today() + REMINDED_BEFORE + dt.timedelta(days=1))
    with act() as session:
        told, ended = 0, every(session)
        products = {each.product_id for each in ended}
        anew = {(one, each.board_id) for one in products for each in bound.about(session, one, at=now)}
        for each in ended:
            if (each.product_id, each.board_id) in anew:
                continue  # they agreed again: nothing need be fetched or erased
            if now < each.export_until <= soon:
                told += _tell(session, each, kind="export_ends", supplier=False)
            if each.certificate_id is None and now < each.delete_by <= soon:
                told += _tell(session, each, kind="delete_soon", board=False)
            if is_overdue(each, at=now):
                told += _tell(session, each, kind="delete_overdue")
        return told


def subject(agreement_id: uuid.UUID) -> str:
    """How the ledger names an agreement."""
    return f"agreement:{agreement_id}"


def _clocks(session: Session, agreed: Agreed, ends_on: dt.date) -> AgreementEnd:
    """Whole days in Amsterdam, the first day without the agreement being the first of them."""
    known = {**NOT_KNOWN, **bound.parameters_of(session, agreed.product.id).get(agreed.version, {})}
    delete_on = ends_on + dt.timedelta(days=int(known["delete_days"]))
    return AgreementEnd(
        agreement_id=agreed.id,
        board_id=agreed.board.id,
        product_id=agreed.product.id,
        ends_at=max(clock.start_of(ends_on), clock.now(), agreed.since),
        export_until=clock.start_of(ends_on + dt.timedelta(days=int(known["export_days"]))),
        delete_by=clock.start_of(delete_on),
        backups_by=clock.start_of(delete_on + dt.timedelta(days=int(known["backup_days"]))),
    )


def _faults(ends_on: dt.date | None, why: str, *, until: dt.datetime | None) -> dict[str, str]:
    faults: dict[str, str] = {}
    if ends_on is None:
        faults["ends"] = say("Vul een datum in, bijvoorbeeld 1 8 2027.")
    elif ends_on < clock.today():
        faults["ends"] = say("%(day)s is voorbij. Kies vandaag of later.", day=day(ends_on, weekday=True))
    elif ends_on > clock.today() + LONGEST_AHEAD:
        faults["ends"] = say("Deze datum ligt meer dan twee jaar vooruit. Kijk het jaartal na.")
    elif until is not None and clock.start_of(ends_on) > until:
        told = mark("De overeenkomst eindigt al op %(day)s. Kies die dag of een eerdere.")
        faults["ends"] = say(told, day=day(clock.day_of(until), weekday=True))
    if not why:
        faults["why"] = say("Schrijf op waarom deze overeenkomst eindigt.")
    elif len(why) > LONGEST_WHY:
        faults["why"] = say("Dit is te lang: hooguit %(most)s tekens.", most=LONGEST_WHY)
    return faults


SUBJECTS: Mapping[str, str] = {
    "agreement_ends": mark("De overeenkomst over %(product)s eindigt op %(ends)s"),
    "export_ends": mark("Uw gegevens uit %(product)s ophalen kan tot en met %(export)s"),
    "delete_soon": mark("Gegevens van %(board)s wissen: uiterlijk %(delete)s"),
    "deleted": mark("Gegevens gewist: %(product)s"),
    "delete_overdue": mark("Verklaring van verwijdering ontbreekt: %(product)s, %(board)s"),
}


def _tell(
    session: Session, found: AgreementEnd, *, kind: str, board: bool = True, supplier: bool = True, **more: str
) -> int:
    """Mail the people of the sides; says how many mails are new."""
    sides = [(found.board_id, (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER))] if board else []
    if supplier:
        sides.append((session.get_one(Product, found.product_id).supplier_id, (Role.ADMINISTRATOR, Role.SIGNATORY)))
    facts = {
        "product": session.get_one(Product, found.product_id).title,
        "board": session.get_one(Organisation, found.board_id).name,
        "by": session.get_one(Organisation, found.organisation_id).name,
        "ends": day(clock.day_of(found.ends_at), weekday=True),
        "export": day(last_day(found.export_until), weekday=True),
        "delete": day(last_day(found.delete_by), weekday=True),
        "backups": day(last_day(found.backups_by), weekday=True),
        "why": found.why,
        **more,
    }
    new = 0
    for organisation_id, roles in sides:
        link = {"organisation_id": str(organisation_id), "agreement_id": str(found.agreement_id)}
        for each in memberships.roles_of(session, organisation_id, *roles):
            new += outbox.put(
                session,
                key=f"{kind}:{found.agreement_id}:{each.person_id}",
                to=each.person.email,
                kind=kind,
                subject=say(SUBJECTS[kind], **facts),
                about=subject(found.agreement_id),
                link=("agreements.show", link),
                name=each.person.name,
                **facts,
            )
    return new


def is_side(agreed: Agreed, organisation: Organisation) -> bool:
    """Whether the organisation is a party to it, and not a school for which it holds."""
    return organisation.kind in (Party.BOARD, Party.SUPPLIER) and organisation.id in (
        agreed.board.id,
        agreed.product.supplier_id,
    )
