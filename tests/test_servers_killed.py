"""Kill -9 of the web server's workers, and of the database, while people sign: none lost, none doubled, and it recovers."""

import datetime as dt
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases.tables import Document, Signature
from portal.database import reader
from portal.parties import authenticator
from portal.parties.tables import Mandate, Person
from portal.views.sign_in import totp_secrets
from tests.battery import Sample
from tests.builders import ANN, OURS, Portal, Someone, a_declaration, a_role
from tests.conftest import Cluster, Installation, Shelf, Tell
from tests.crowd import at_once
from tests.served import Answer, Server, served
from tests.test_at_the_barrier import cases
from workflows.vocabulary import Role

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1800)]
SIGNERS = 20
FEW_TIMES, TIMES = 1, 5
"""So many times the twenty sign, on a database of their own."""
PATIENCE = 90
MOST_KILLS = 4
"""In one round: each worker that comes instead takes some seconds."""
FORM = "application/x-www-form-urlencoded"
BUSY = "Probeer het over een minuut opnieuw"


@pytest.fixture
def today(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A board whose people began this morning by the clock of this machine, since a real server follows that."""
    from portal.config import Settings

    begun = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(hours=6)
    settings = Settings(data=tmp_path_factory.mktemp("today"), database_url="sqlite://")
    installation = Installation(
        settings,
        Names(shelf, f"today{time.monotonic_ns()}"),
        templates=tmp_path_factory.mktemp("templates"),
        start=begun,
    )
    with installation.portal("registered") as portal:
        yield portal


class Names:
    """A shelf on which all names are our own, beside those of the other tests."""

    def __init__(self, shelf: Shelf, prefix: str) -> None:
        self.shelf, self.prefix = shelf, prefix

    def empty(self, name: str) -> str:
        return self.shelf.empty(self.prefix + name)

    def copy(self, template: str, name: str) -> str:
        return self.shelf.copy(self.prefix + template, self.prefix + name)

    def drop(self, name: str) -> None:
        self.shelf.drop(self.prefix + name)


def signers(portal: Portal, many: int) -> list[Someone]:
    """So many people more who may sign for our board."""
    made = [Someone(f"Tekenaar {number}", f"tekenaar{number}@ons.example") for number in range(many)]
    board = portal.organisation(OURS)
    for each in made:
        a_role(portal, each, board, Role.SIGNATORY)

    def mandates(session) -> None:  # type: ignore[no-untyped-def]
        for person in session.scalars(select(Person).where(Person.email.in_([each.email for each in made]))):
            session.add(
                Mandate(
                    organisation_id=board, person_id=person.id, counts="joint", basis="statutes", evidence="0" * 64,
                    since=portal.moment,
                )
            )  # fmt: skip

    portal.do(mandates)
    return made


def papers_of(portal: Portal, those: list[Someone], times: int) -> list[list[tuple[Someone, Document]]]:
    """So many times, a declaration of our board for each of these people, which they may sign."""
    portal.later(minutes=1)
    a_declaration(portal, by=ANN)
    every = [portal.document(each) for each in cases(portal, times * len(those))]
    return [list(zip(those, every[at::times], strict=True)) for at in range(times)]


@pytest.mark.row(2, "kill -9 of the web server's workers under twenty signers")
def test_workers_killed_while_twenty_sign_lose_nothing_and_double_nothing(
    today: Portal, sample: Sample, tell: Tell
) -> None:
    times, held, killed = sample.size(FEW_TIMES, TIMES), 0, 0
    those, chance = signers(today, SIGNERS), random.Random(sample.seed)
    for papers in papers_of(today, those, times):
        today.moment = dt.datetime.now(dt.UTC)
        posts = [prepared(today, someone, document) for someone, document in papers]
        with served(today) as server:
            over = threading.Event()
            killer = threading.Thread(target=lambda: killed_off.extend(kill_workers(server.pid, over, chance)))
            killed_off: list[int] = []
            killer.start()
            answers = at_once([partial(until_answered, server, post) for post in posts])
            over.set()
            killer.join()
        killed += len(killed_off)
        for (someone, document), answer in zip(papers, answers, strict=True):
            assert answer and answer.status == 302, (someone, answer)
            signatures = today.ask(
                lambda wanted=document.id: reader.query(Signature).filter_by(document_id=wanted).count()
            )
            assert signatures == 1, (someone, signatures)
            held += 1
    assert killed >= times
    assert today.findings("ledger") == ()
    tell(f"{SIGNERS} signers while {killed} workers are killed", times * SIGNERS, held)


def prepared(portal: Portal, someone: Someone, document: Document) -> Callable[[Server], Answer]:
    """Somebody who stands before the button: sends what the form would."""
    browser = portal.sign_in(someone).open(f"/tekenen/{document.id}")
    token, secrets = browser.values()["csrf_token"][0], totp_secrets(portal.settings)
    with portal.opened():  # the database may be away by the time that it is pressed
        person = reader.scalars(select(Person).filter_by(email=someone.email)).one()
        reader.expunge(person)

    def press(server: Server) -> Answer:
        with clock.standing_at(dt.datetime.now(dt.UTC)):
            code = authenticator.unused_code(person, totp_secrets=secrets)
        fields = {
            "typed_name": someone.name, "code": code, "seen": document.certified, "csrf_token": token,
        }  # fmt: skip
        body = urlencode(fields).encode()
        visitor = replace(server).as_in(browser)
        return visitor.send(
            "POST", f"/tekenen/{document.id}", [body], patience=20, Content_Type=FORM, Content_Length=str(len(body))
        )

    return press


def until_answered(server: Server, press: Callable[[Server], Answer]) -> Answer | None:
    """As a person does: presses again when no answer came."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            answer = press(server)
        except OSError:
            answer = None
        if answer and answer.status == 302:
            return answer
        time.sleep(0.2)
    return answer


def kill_workers(pid: int, over: threading.Event, chance: random.Random) -> list[int]:
    """Kills one of the server's own workers now and then."""
    killed: list[int] = []
    while not over.wait(chance.uniform(0.05, 0.6)) and len(killed) < MOST_KILLS:
        if workers := children(pid):
            number = chance.choice(workers)
            os.kill(number, signal.SIGKILL)
            killed.append(number)
    return killed


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.row(2, "kill -9 of PostgreSQL while people sign")
def test_a_database_that_is_killed_gives_a_clear_page_and_the_portal_recovers_by_itself(
    today: Portal, shelf: Shelf, sample: Sample, tell: Tell
) -> None:
    if not isinstance(shelf, Cluster):
        pytest.skip("about PostgreSQL")
    times, held = sample.size(FEW_TIMES, TIMES), 0
    those = signers(today, SIGNERS)
    for papers in papers_of(today, those, times):
        today.moment = dt.datetime.now(dt.UTC)
        posts = [prepared(today, someone, document) for someone, document in papers]
        today.database.engine.dispose()
        with served(today) as server:
            seen: list[Answer] = []
            killer = threading.Timer(0.3, shelf.kill)
            killer.start()
            answers = at_once([partial(press_once, server, post, seen) for post in posts])
            killer.join()
            away = Server(server.port, server.pid).send("GET", "/inloggen")
            assert away.status == 503 and BUSY in away.text, away
            shelf.start()
            answers = at_once([partial(until_answered, server, post) for post in posts])
        refused = [each for each in seen if each.status != 302]
        assert all(each.status == 503 and BUSY in each.text for each in refused), {each.status for each in refused}
        for (someone, document), answer in zip(papers, answers, strict=True):
            assert answer and answer.status == 302, (someone, answer)
            signatures = today.ask(
                lambda wanted=document.id: reader.query(Signature).filter_by(document_id=wanted).count()
            )
            assert signatures == 1, (someone, signatures)
            held += 1
    assert today.findings("ledger") == ()
    tell(f"{SIGNERS} signers while the database is killed", times * SIGNERS, held)


def press_once(server: Server, press: Callable[[Server], Answer], seen: list[Answer]) -> None:
    """Presses for a second; what is answered is kept."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        seen.append(press(server))
        if seen[-1].status == 302:
            return
