"""What the portal weighs: a web process after a thousand requests, the worker after a hundred documents."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from portal.cases import answering, starting
from portal.cases.access import Visitor as Who
from portal.cases.tables import Case
from portal.database import act, reader
from portal.offers.tables import Product
from portal.parties import people
from tests.bench import bench_stage as stage
from tests.bench.bench_rows import MEGABYTES, Row
from tests.bench.bench_servers import Server, below, resident, share, the_portal
from tests.bench.bench_visitor import Visitor
from tests.stage import ANN, Installation

REQUESTS, WEB_PROCESSES = 1_000, 2
DOCUMENTS = 100
WEB_REACH, WORKER_REACH = 120, 150
LOOK_EVERY = 0.1  # seconds
MOST_SECONDS = 300


@dataclass
class Weight:
    """The most that a worker and its children weighed together (PSS), seen ten times a second; megabytes."""

    most: float = 0.0


def measure(place: Installation) -> list[Row]:
    """Two rows for the web processes, three for the worker; the documents are made while the pages are asked for."""
    with the_portal(place) as portal:
        [worker] = portal.children("portal.commands worker")
        began = resident(worker)
        with _weighed(worker) as weight:
            accept = _everybody(place)
            accept(1)
            _wait_for(place, 1)
            after_one = resident(worker)
            accept(DOCUMENTS - 1)
            asked = _ask_for_pages(place, portal)
            _wait_for(place, DOCUMENTS)
        web = [each for each in portal.children("gunicorn") if not below(each)]
        remark = (
            f"{asked} requests over {len(web)} processes; RSS {', '.join(f'{resident(each):.0f}' for each in web)} MB"
        )
        worker_remark = f"RSS at the start {began:.0f} MB, after the first document {after_one:.0f} MB"
        return [
            Row(f"web process after {REQUESTS:,} requests (RSS)", max(map(resident, web)), reach=WEB_REACH, unit=MEGABYTES, remark=remark),
            Row("the same, its share (PSS)", max(map(share, web)), unit=MEGABYTES),
            Row(f"worker after {DOCUMENTS} documents (RSS)", resident(worker), reach=WORKER_REACH, unit=MEGABYTES, remark=worker_remark),
            Row("the same, its share (PSS)", share(worker), unit=MEGABYTES),
            Row("worker with its child, at most (PSS)", weight.most, reach=WORKER_REACH, unit=MEGABYTES),
        ]  # fmt: skip


@contextmanager
def _weighed(pid: int) -> Iterator[Weight]:
    """Keep an eye on a process and what runs under it."""
    weight, over = Weight(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            weight.most = max(weight.most, share(pid) + sum(map(share, below(pid))))

    eye = threading.Thread(target=look)
    eye.start()
    try:
        yield weight
    finally:
        over.set()
        eye.join()


def _everybody(place: Installation) -> Callable[[int], None]:
    """People who accept the terms, so many as one says; each gets a sealed document of the full text."""
    with place.opened():
        product_id = reader.scalars(select(Product.id)).one()
        with act() as session:
            everybody = [
                people.a_person(session, name=f"Lezer {number}", email=f"lezer{number}@scholen.example")
                for number in range(DOCUMENTS)
            ]
            session.flush()
            accepting = iter([(each.id, each.name) for each in everybody])

    def accept(count: int) -> None:
        with place.opened():
            for person_id, name in islice(accepting, count):
                _accept(place, person_id, name, product_id)

    return accept


def _accept(place: Installation, person_id: uuid.UUID, name: str, product_id: uuid.UUID) -> None:
    who = Who(person_id)
    case_id = starting.start("usage_terms", by=who, product_id=product_id)
    case = reader.get_one(Case, case_id)
    assert case.publication is not None
    keys = [each["id"] for each in case.publication.body["clauses"] if each["key"]]
    for step, values in (("read", {"confirmed": keys}), ("group", {"group": "school"}), ("accept", {"name": name})):
        answering.answer(case_id, step, values, by=who, seen=0, follow=place.follow)


def _ask_for_pages(place: Installation, portal: Server) -> int:
    """A mixture of pages, read by a signatory and by the service desk; gives how many were asked for."""
    ann, desk = (stage.signed_in(place, portal.port, each) for each in (ANN, stage.DESK))
    document = place.one("select id from document where state = 'complete' and template like '%declaration%' limit 1")
    case = place.one("select case_id from document where id = ?", document)
    board = place.one("select id from organisation where register_key = ?", f"board:{stage.BOARD}")
    waiting = place.one("select id from \"case\" where state = 'assessing' limit 1")
    pages = [
        (ann, "/"),
        (ann, f"/zaken/{uuid.UUID(case)}"),
        (ann, f"/stukken/{uuid.UUID(document)}"),
        (ann, f"/stukken/{uuid.UUID(document)}.pdf"),
        (ann, f"/organisaties/{uuid.UUID(board)}"),
        (ann, "/rapporten"),
        (ann, "/register?q=montessori"),
        (ann, "/account"),
        (desk, "/"),
        (desk, "/servicedesk"),
        (desk, f"/servicedesk/{uuid.UUID(waiting)}"),
        (Visitor(portal.port), "/inloggen"),
    ]
    asked = 0
    while asked < REQUESTS * WEB_PROCESSES:
        who, path = pages[asked % len(pages)]
        answer = who.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        asked += 1
    return asked


def _wait_for(place: Installation, documents: int) -> None:
    until = time.monotonic() + MOST_SECONDS
    made = "select count(*) from document where state = 'complete' and template = 'documents/usage_terms.html'"
    while place.one(made) < documents:
        if time.monotonic() > until:
            raise RuntimeError(f"only {place.one(made)} of {documents} documents were made")
        time.sleep(0.5)
