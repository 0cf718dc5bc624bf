"""The gate's answer to a proxy at full load, beside a bare 204 under the same web server; and with very many persons."""

import datetime as dt
import random
import secrets
import socket
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import select

from portal import clock, outcomes
from portal.cases import answering, in_force, starting
from portal.cases.access import Visitor as Who
from portal.cases.tables import Case, InForce
from portal.database import act, reader
from portal.offers.tables import Product
from portal.parties.tables import Membership, Organisation, Person, WebSession
from tests.bench import bench_stage as stage
from tests.bench.bench_rows import Row, Spread, spread
from tests.bench.bench_servers import Server, below, plain, the_portal
from tests.stage import Installation
from workflows.vocabulary import Party, Role

TOM = "meester.tom@amersfoort.example"
ORGANISATIONS, PERSONS, SESSIONS = 10_000, 250_000, 25_000
ROUNDS, SECONDS, CLIENTS = 9, 1.5, 4
HALF_ITS_RATE, P99, MANY = 2.0, 3.0, 1.2
SECRET = secrets.token_urlsafe(32)


@dataclass
class Loaded:
    """A server under load: how long each answer took, how many there were in each round, and what they cost it."""

    name: str
    server: Server
    request: bytes
    times: list[float] = field(default_factory=list)
    each: list[float] = field(default_factory=list)
    """Milliseconds of the clock for each answer, a round at a time."""
    faults: list[bytes] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    """Milliseconds of a processor for each answer, a round at a time."""

    def load(self, seconds: float) -> None:
        """As many questions as it answers, from a few clients at once, each on a line of its own."""
        times: list[float] = []
        until, before = time.perf_counter() + seconds, self._processor()
        begun = time.perf_counter()
        clients = [threading.Thread(target=self._ask, args=(until, times)) for _ in range(CLIENTS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        if self.faults:
            raise RuntimeError(f"{self.name} said {self.faults[0]!r}")
        self.each.append((time.perf_counter() - begun) * 1000 / len(times))
        self.cost.append((self._processor() - before) / len(times))
        self.times += times

    def _ask(self, until: float, times: list[float]) -> None:
        while (begun := time.perf_counter()) < until:
            with socket.create_connection(("127.0.0.1", self.server.port)) as line:
                line.sendall(self.request)
                said = line.recv(4096)
            if not said.startswith(b"HTTP/1.0 204"):
                self.faults.append(said[:200])
                return
            times.append((time.perf_counter() - begun) * 1000)

    def _processor(self) -> float:
        """Milliseconds of a processor that its processes have used."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._web()]
        return sum(int(each[11]) + int(each[12]) for each in stats) * 10.0

    def _web(self) -> list[int]:
        found = [each for each in below(self.server.process.pid) if "gunicorn" in _line_of(each)]
        return found or [self.server.process.pid]

    @property
    def at_full_load(self) -> Spread:
        """Milliseconds for each answer, over the rounds."""
        return spread(self.each)

    @property
    def p99(self) -> float:
        """The slowest but one in a hundred."""
        return statistics.quantiles(self.times, n=100)[98]


def measure(place: Installation) -> list[Row]:
    """The rate beside a bare 204, the slow ones beside its slow ones, and many beside few."""
    resource = _opened(place)
    many = place.copy(Path(f"{place.folder}-many"))
    _fill(many)
    bare = ("tests.bench.bench_204:application",)
    with ExitStack() as servers:
        few_server = servers.enter_context(the_portal(place, TEKENPOORT_GATE_SECRET=SECRET))
        many_server = servers.enter_context(the_portal(many, TEKENPOORT_GATE_SECRET=SECRET))
        log = place.folder.parent / "204.log"
        bare_server = servers.enter_context(plain(*bare, python=Path(sys.executable), environ={}, log=log, ready="/"))
        few = Loaded("few", few_server, _question(place, few_server, resource))
        lots = Loaded("many", many_server, _question(many, many_server, resource))
        nothing = Loaded("bare", bare_server, few.request)
        works = [few, lots, nothing]
        for turn in range(-1, ROUNDS):
            for at in range(len(works)):
                works[(turn + at) % len(works)].load(SECONDS)
            if turn < 0:
                for each in works:
                    each.times, each.each, each.cost = [], [], []
    many.close()
    cost = ", ".join(f"{each.name} {statistics.median(each.cost):.2f}" for each in works)
    rates = ", ".join(f"{each.name} {1000 / each.at_full_load.median:.0f}" for each in works)
    remark = f"{CLIENTS} clients at once; answers a second: {rates}; ms of a processor each: {cost}"
    slow, quick = _only(few.p99), _only(nothing.p99)
    return [
        Row("gate check at full load, each", few.at_full_load, nothing.at_full_load, "bare 204", HALF_ITS_RATE, remark=remark),
        Row("gate check, p99", slow, quick, "p99 of a bare 204", P99),
        Row(f"gate check, {ORGANISATIONS:,} organisations, {PERSONS:,} persons", lots.at_full_load, few.at_full_load, "10 organisations", MANY),
    ]  # fmt: skip


def _only(value: float) -> Spread:
    return Spread(value, value, value, value)


def _line_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _question(place: Installation, server: Server, resource: str) -> bytes:
    """What nginx sends for Tom, who is signed in at this portal."""
    cookies = "; ".join(f"{name}={value}" for name, value in stage.signed_in(place, server.port, TOM).cookies.items())
    lines = [
        f"GET /gate/check?r={resource} HTTP/1.0",
        f"Host: 127.0.0.1:{server.port}",
        f"X-Gate-Secret: {SECRET}",
        f"Cookie: {cookies}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _opened(place: Installation) -> str:
    """Tom accepts the terms, so that the gate of his school is open; gives the name of that resource."""
    with place.opened():
        who = Who(stage.person_id(place, TOM))
        product = reader.scalars(select(Product).where(Product.has_reports)).one()
        case_id = starting.start("usage_terms", by=who, product_id=product.id)
        publication = reader.get_one(Case, case_id).publication
        assert publication is not None
        keys = [each["id"] for each in publication.body["clauses"] if each["key"]]
        follow = partial(outcomes.follow, link_secret=place.settings.secret("link"))
        steps: dict[str, dict[str, object]] = {
            "read": {"confirmed": keys},
            "group": {"group": "school"},
            "accept": {"name": "Tom"},
        }
        for step, values in steps.items():
            answering.answer(case_id, step, values, by=who, seen=0, follow=follow)
        key = reader.scalars(
            select(Organisation.register_key)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(Membership.person_id == who.person_id)
        ).first()
        return f"{product.name}/{str(key).partition(':')[2]}"


def _fill(place: Installation) -> None:
    """Very many others: with roles, terms that they accepted, and some signed in."""
    chance, now = random.Random(stage.SEED), clock.now()
    tom = stage.person_id(place, TOM)
    with place.opened():
        case_id, product_id, version = reader.execute(
            select(InForce.case_id, InForce.product_id, InForce.version).where(
                InForce.kind == in_force.USAGE_TERMS, InForce.person_id == tom
            )
        ).one()
    organisations = [uuid.UUID(int=chance.getrandbits(128)) for _ in range(ORGANISATIONS)]
    persons = [uuid.UUID(int=chance.getrandbits(128)) for _ in range(PERSONS)]

    def rows_of_organisations() -> Iterator[dict[str, object]]:
        for number, each in enumerate(organisations):
            yield {"id": each, "kind": Party.LOCATION, "name": f"School {number}", "register_key": f"location:Z{number:05}", "registered_at": now, "profile": {}}  # fmt: skip

    def rows_of_persons() -> Iterator[dict[str, object]]:
        for number, each in enumerate(persons):
            yield {"id": each, "name": f"Medewerker {number}", "email": f"m{number}@scholen.example", "active": True, "fs_uniquifier": each.hex, "created_at": now}  # fmt: skip

    def rows_of_roles() -> Iterator[dict[str, object]]:
        for number, each in enumerate(persons):
            yield {"person_id": each, "organisation_id": organisations[number % ORGANISATIONS], "role": Role.READER, "status": "active", "acts": [], "since": now - dt.timedelta(days=1)}  # fmt: skip

    def rows_in_force() -> Iterator[dict[str, object]]:
        for each in persons:
            yield {"kind": in_force.USAGE_TERMS, "person_id": each, "product_id": product_id, "version": version, "since": now, "case_id": case_id}  # fmt: skip

    def rows_of_sessions() -> Iterator[dict[str, object]]:
        for each in persons[:SESSIONS]:
            yield {"token_hash": each.hex * 2, "person": each.hex, "content": "{}", "device": "", "made_at": now, "seen_at": now}  # fmt: skip

    with place.opened(), act() as session:
        for table, rows in (
            (Organisation, rows_of_organisations()),
            (Person, rows_of_persons()),
            (Membership, rows_of_roles()),
            (InForce, rows_in_force()),
            (WebSession, rows_of_sessions()),
        ):
            stage.add(session, table, rows)
    place.sql("pragma wal_checkpoint(truncate)")
