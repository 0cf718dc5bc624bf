"""Builders for the supplier's side: who may bind it, by the acts that people use, and its agreement as published."""

import datetime as dt
import io
import uuid
import zipfile
from dataclasses import dataclass

from sqlalchemy import select

from portal import clock
from portal.cases import answering, drafts, starting
from portal.cases.access import Visitor
from portal.cases.agreements import elsewhere_files, ending, register, subprocessors, taking_in
from portal.cases.agreements.tables import SignedElsewhere
from portal.database import reader
from portal.offers import publications
from portal.offers.tables import Product
from portal.parties.tables import Organisation
from tests.builders import (
    A_PDF,
    EVA,
    NOOR,
    OURS,
    PRODUCT,
    SAM,
    SANNE,
    THEIRS,
    Portal,
    Someone,
    a_role,
    accept,
    an_account,
    evidence,
    submit,
)
from workflows.processor_agreement import POINTS
from workflows.vocabulary import Party, Role

LOES = Someone("Loes de Boer", "loes@ons.example", "Beheerder")
KIM = Someone("Kim Peeters", "kim@leverancier.example", "Beheerder")
EXAMPLE = publications.AN_EXAMPLE


def the_supplier(portal: Portal) -> uuid.UUID:
    query = select(Organisation.id).filter_by(kind=Party.SUPPLIER)
    return portal.ask(lambda: reader.execute(query).scalar_one())


def the_product(portal: Portal) -> uuid.UUID:
    query = select(Product.id).filter_by(name=PRODUCT)
    return portal.ask(lambda: reader.execute(query).scalar_one())


def a_bound_supplier(portal: Portal, *signatories: Someone) -> uuid.UUID:
    """Let in by the service desk, Kim asks who may bind the supplier; each of them alone, with an account."""
    return bound(portal, the_supplier(portal), *signatories)


def bound(portal: Portal, supplier: uuid.UUID, *signatories: Someone) -> uuid.UUID:
    """The same of any organisation that supplies something."""
    a_role(portal, KIM, supplier, Role.ADMINISTRATOR)
    kim = portal.visitor(KIM)
    people = [{"name": each.name, "function": each.function, "email": each.email} for each in signatories]
    with portal.opened():
        case_id = starting.start("mandate_change", by=kim, organisation_id=supplier)
        kept = drafts.keep_file(case_id, content=A_PDF, name="uittreksel.pdf", by=kim)
        for step, values in {
            "change": {"what": ["joining", "rule"]},
            "joining": {"people": people},
            "rule": {"mode": "alone"},
            "start": {"since": clock.today().isoformat(), "basis": "trade_register", "evidence": evidence(kept)},
        }.items():
            answering.answer(case_id, step, values, by=kim, seen=0, follow=portal.follow)
    submit(portal, case_id, kim)
    accept(portal, case_id)
    for each in signatories:
        an_account(portal, each)
    return supplier


def a_published_agreement(portal: Portal, *, since: dt.date = dt.date(2026, 11, 1)) -> uuid.UUID:
    """The example text as the agreement of the product, whose supplier Sam may bind. Gives the publication."""
    a_bound_supplier(portal, SAM)
    product = the_product(portal)
    return portal.do(lambda session: publications.publish_agreement(session, product, EXAMPLE, since=since).id)


def an_agreement(portal: Portal, *, schools: tuple[str, ...] = (), **judged: str) -> uuid.UUID:
    """Begun by Eva for all schools or these, judged by Noor (every point in order, but for these), ready to sign."""
    eva, noor = portal.visitor(EVA), portal.visitor(NOOR)
    product, board = the_product(portal), portal.organisation(OURS)
    with portal.opened():
        case_id = starting.start("processor_agreement", by=eva, organisation_id=board, product_id=product)
    browser = portal.sign_in(EVA).open(f"/zaken/{case_id}/scope")
    if schools:
        browser.choose("schools", *schools)
    browser.press("Opslaan en verder")
    browser.fill(privacy="Noor Kaya", privacy_email="noor@ons.example").press("Opslaan en verder")
    browser = portal.sign_in(NOOR)
    for name, points in (("content", POINTS[:6]), ("safety", POINTS[6:])):
        browser.open(f"/zaken/{case_id}/{name}")
        for point, _, _ in points:
            browser.choose(point, judged.get(point, "ok"))
        browser.press("Opslaan en verder")
        asked = [point for point, _, _ in points if point in judged]
        if asked:
            browser.fill(**{f"{point}_why": f"Omdat {point} aandacht vraagt." for point in asked})
            browser.press("Opslaan en verder")
    submit(portal, case_id, noor)
    portal.work()
    return case_id


def an_ended_agreement(portal: Portal) -> uuid.UUID:
    """Signed elsewhere by our board and the supplier, whom Sam may bind, and whose notice of today the board put down. Gives its id."""
    a_bound_supplier(portal, SAM)
    a_role(portal, LOES, portal.organisation(OURS), Role.ADMINISTRATOR)
    taken_in(portal)
    loes, board = portal.visitor(LOES), portal.organisation(OURS)
    with portal.opened():
        [agreed] = register.of(reader(), reader.get_one(Organisation, board), at=clock.now())
        theirs = agreed.product.supplier_id
        ending.end(agreed, board, notice_of=theirs, ends_on=clock.today(), why="Wij stappen over.", by=loes)
        return agreed.id


@dataclass(frozen=True)
class Living:
    """Ids of what goes on about the agreement of our board."""

    supplier_id: uuid.UUID
    agreement_id: uuid.UUID
    notice_id: uuid.UUID
    claimed_id: uuid.UUID
    """What Kim says that the other board signed elsewhere, for next year."""
    upload_id: uuid.UUID


def a_living_agreement(portal: Portal) -> Living:
    """Signed elsewhere by our board; Kim of the supplier announced a sub-processor, and handed in what is not taken in.

    One address stays without an answer of its own: nobody certified that data are gone.
    """
    supplier = the_supplier(portal)
    a_role(portal, KIM, supplier, Role.ADMINISTRATOR)
    taken_in(portal)
    kim, product = portal.visitor(KIM), the_product(portal)
    row = {"name": "Snelpost SpA", "task": "Berichten versturen", "data": "Naam", "country": "Italië", "in_eea": "yes"}
    with portal.opened():
        first_day = clock.today() + dt.timedelta(days=60)
        notice_id = subprocessors.announce(product, row, effective_on=first_day, by=kim)
        agreement_id = reader.scalars(select(SignedElsewhere.id)).one()
        taking_in.take_in(hand_in(kim, THEIRS, since="2027-01-01"), by=kim)
        claimed = select(SignedElsewhere.id).where(SignedElsewhere.id != agreement_id)
        claimed_id = reader.scalars(claimed).one()
        upload_id = hand_in(kim, THEIRS, until="2026-12-31")
    return Living(supplier, agreement_id, notice_id, claimed_id, upload_id)


def taken_in(portal: Portal) -> None:
    """The service desk takes in one agreement of our board that was signed elsewhere."""
    sanne = portal.visitor(SANNE)
    with portal.opened():
        taking_in.take_in(hand_in(sanne, OURS), by=sanne)


def hand_in(by: Visitor, board: str, *, since: str = "2025-04-01", until: str = "") -> uuid.UUID:
    """A sheet of one line about this board, with its file."""
    head = ";".join(elsewhere_files.COLUMNS.values())
    line = f"{board};{PRODUCT};2025-01;2025-03-10;{since};{until};ons.pdf"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ons.pdf", A_PDF)
    return taking_in.hand_in(sheet=f"{head}\n{line}".encode(), archive=archive.getvalue(), by=by)
