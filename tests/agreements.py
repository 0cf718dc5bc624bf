"""The stage of the stories about agreements that are offered: a supplier, two boards, and versions to offer them."""

import datetime as dt
import json
import uuid
from typing import Any

from sqlalchemy import select

from portal.cases.offering import making
from portal.cases.offering.tables import Offer
from portal.cases.tables import Case
from portal.database import reader
from portal.offers import publications
from portal.offers.agreements import files
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Product, Publication
from tests.builders import EVA, IRIS, NOOR, OURS, PRODUCT, THEIRS, Portal, Someone, a_role, submit
from tests.test_two_sides import SAM, a_supplier_of
from workflows.processor_agreement import POINTS
from workflows.vocabulary import Role

EXAMPLE = publications.SHIPPED / "processor_agreement_2026-11.json"
FIRST = "2026-11"
STEPS = (("content", POINTS[:6]), ("safety", POINTS[6:]))


def a_stage(portal: Portal) -> Portal:
    """The first version is published; Sam binds the supplier; Eva and Noor work for our board, Iris for the other."""
    a_supplier_of(portal, SAM)
    a_role(portal, NOOR, portal.organisation(OURS), Role.PRIVACY_OFFICER)
    a_role(portal, IRIS, portal.organisation(THEIRS), Role.ADMINISTRATOR)
    a_version(portal, FIRST)
    portal.work()
    return portal


def a_version(portal: Portal, version: str, *, grace_days: int = 0, **parts: Any) -> uuid.UUID:
    """A version of the example, published now; these parts of it are otherwise."""
    text = files.read(json.dumps({**json.loads(EXAMPLE.read_text(encoding="utf-8")), "version": version, **parts}))

    def publish(session: Any) -> uuid.UUID:
        product = session.scalars(select(Product).filter_by(name=PRODUCT)).one()
        since = portal.moment.date()
        made = publications.publish(
            session, product.id, text, since=since, grace_days=grace_days, by=None, kind=PROCESSOR_AGREEMENT
        )
        return made.id

    return portal.do(publish)


def published(portal: Portal, version: str = FIRST) -> uuid.UUID:
    query = select(Publication.id).filter_by(kind=PROCESSOR_AGREEMENT, version=version)
    return portal.ask(lambda: reader.execute(query).scalar_one())


def offer(
    portal: Portal, *boards: str, version: str = FIRST, by: Someone = SAM, deadline: dt.date | None = None
) -> uuid.UUID:
    """This person offers a version to these boards (both where none is named), and the worker does it."""
    ids = [portal.organisation(each) for each in boards or (OURS, THEIRS)]
    visitor, publication_id = portal.visitor(by), published(portal, version)
    round_id = uuid.uuid4()
    with portal.later(seconds=1).opened():
        making.ask(round_id, publication_id, ids, deadline=deadline, by=visitor)
    portal.work()
    return round_id


def offer_to(portal: Portal, board: str = OURS, *, version: str = FIRST) -> Offer:
    """What became of a board in the last round of a version."""
    publication_id, board_id = published(portal, version), portal.organisation(board)
    query = select(Offer).filter_by(publication_id=publication_id, organisation_id=board_id).order_by(Offer.at.desc())
    return portal.ask(lambda: reader.scalars(query).first())  # type: ignore[return-value]


def case_of(portal: Portal, board: str = OURS, *, version: str = FIRST) -> uuid.UUID:
    """The case that came of the last offer that was not passed over."""
    publication_id, board_id = published(portal, version), portal.organisation(board)
    query = select(Offer.case_id).filter_by(publication_id=publication_id, organisation_id=board_id, skipped="")
    found = portal.ask(lambda: reader.scalars(query.order_by(Offer.at.desc())).first())
    assert found is not None
    return found


def open_cases(portal: Portal, board: str = OURS) -> list[str]:
    """The references of the board's cases about agreements that are open."""
    board_id = portal.organisation(board)
    query = select(Case).filter_by(workflow=PROCESSOR_AGREEMENT, organisation_id=board_id)
    ended = ("decided", "refused", "declined", "withdrawn", "lapsed")
    return [each.reference for each in portal.ask(lambda: list(reader.scalars(query))) if each.state not in ended]


def prepared(portal: Portal, case_id: uuid.UUID) -> None:
    """Eva fills in the schools and who to ask."""
    browser = portal.sign_in(EVA).open(f"/zaken/{case_id}/scope").press("Opslaan en verder")
    browser.fill(privacy=NOOR.name, privacy_email=NOOR.email).press("Opslaan en verder")


def judged(portal: Portal, case_id: uuid.UUID, **points: str) -> None:
    """Noor judges every point: in order, but for these."""
    browser = portal.sign_in(NOOR)
    for name, asked in STEPS:
        browser.open(f"/zaken/{case_id}/{name}")
        for point, _, _ in asked:
            browser.choose(point, points.get(point, "ok"))
        browser.press("Opslaan en verder")
        named = [point for point, _, _ in asked if point in points]
        if named:
            browser.fill(**{f"{point}_why": f"Omdat {point} aandacht vraagt." for point in named})
            browser.press("Opslaan en verder")


def ready_to_sign(portal: Portal, case_id: uuid.UUID, **points: str) -> None:
    """Prepared, judged, sent on, and its document made."""
    prepared(portal, case_id)
    judged(portal, case_id, **points)
    submit(portal, case_id, portal.visitor(NOOR))
    portal.work()
