"""An agreement offered to a thousand boards: how long each takes, each mailed once, and the page that tells the stages."""

import time
import uuid
from typing import Any

from sqlalchemy import func, insert, select

from portal import clock
from portal.cases.access import Visitor as Who
from portal.cases.offering import making
from portal.cases.offering.tables import OfferRound
from portal.database import act, reader
from portal.offers import publications
from portal.offers.tables import Product
from portal.parties.tables import Membership, Organisation, Person
from portal.record.outbox import Mail
from tests.bench import bench_stage as stage
from tests.bench.bench_rows import Row, spread, take_turns
from tests.bench.bench_servers import the_portal
from tests.bench.bench_visitor import arrived
from tests.stage import Installation
from workflows.vocabulary import Party, Role

BOARDS = 1_000
TURNS, WARM_UP = 40, 5
PAGE_REACH, MAIL_REACH = 200, 0
TEXT = publications.SHIPPED / "processor_agreement_2026-11.json"


def measure(place: Installation) -> list[Row]:
    """Milliseconds for each board, mails that came too often or not, and the supplier's page with all of them."""
    desk = stage.person_id(place, stage.DESK)
    with place.opened():
        boards = _boards()
        with act() as session:
            product = session.scalars(select(Product)).first()
            assert product is not None
            publication_id = publications.publish_agreement(session, product.id, TEXT, since=clock.today()).id
        round_id = uuid.uuid4()
        asked = time.perf_counter()
        making.ask(round_id, publication_id, boards, deadline=None, by=Who(desk))
        asked = 1000 * (time.perf_counter() - asked)
        parts = list(_parts(round_id))
    place.worker.work_off()
    with place.opened():
        once = select(func.count()).where(Mail.kind == "offered").group_by(Mail.to)
        mails = list(reader.scalars(once))
    wrong = sum(each != 1 for each in mails) + max(0, BOARDS - len(mails))  # the demonstration offered to one more
    page = f"/aanbod/{publication_id}"
    with the_portal(place) as portal:
        visitor = stage.signed_in(place, portal.port, stage.DESK)
        watch = take_turns({"page": lambda: arrived(visitor.get(page), page)}, turns=TURNS, warm_up=WARM_UP)
    remark = f"{sum(parts) * making.AT_ONCE / 1000:.1f} s for all, {making.AT_ONCE} in an act; asked in {asked:.0f} ms"
    return [
        Row(f"offered to {BOARDS:,} boards, each", spread(parts), remark=remark),
        Row("boards not mailed just once", float(wrong), reach=MAIL_REACH, unit=""),
        Row(f"progress of {BOARDS:,} boards", watch.spread("page"), reach=PAGE_REACH),
    ]


def _parts(round_id: uuid.UUID) -> Any:
    """The milliseconds for a board in each act of the worker."""
    for start in range(0, len(reader.get_one(OfferRound, round_id).boards), making.AT_ONCE):
        began = time.perf_counter()
        count = making.offer_some(round_id, start=start)
        yield 1000 * (time.perf_counter() - began) / count


def _boards() -> list[uuid.UUID]:
    """Boards that are registered, each with an administrator."""
    organisations = [
        {"id": uuid.uuid4(), "kind": Party.BOARD, "name": f"Bestuur {number:04}", "board_number": f"{number + 80000:05}", "registered_at": clock.now(), "profile": {}}
        for number in range(BOARDS)
    ]  # fmt: skip
    people = [
        {"id": uuid.uuid4(), "name": f"Beheerder {number:04}", "email": f"beheerder{number}@besturen.example", "active": True}
        for number in range(BOARDS)
    ]  # fmt: skip
    roles = [
        {"person_id": person["id"], "organisation_id": board["id"], "role": Role.ADMINISTRATOR, "status": "active", "acts": []}
        for person, board in zip(people, organisations, strict=True)
    ]  # fmt: skip
    with act() as session:
        for table, rows in ((Organisation, organisations), (Person, people), (Membership, roles)):
            session.execute(insert(table), rows)
    return [each["id"] for each in organisations]  # type: ignore[misc]
