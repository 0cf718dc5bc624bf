"""Running the portal on one machine: the web server and the worker side by side, and what the machine needs."""

import importlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import FrameType

from flask import Flask
from sqlalchemy import select

from portal import clock, demonstration, migrations
from portal.app import HOUSE, create_app, open_database
from portal.config import Settings
from portal.database import act, reader
from portal.errors import SettingError
from portal.parties import memberships, people, register
from portal.parties.tables import Organisation
from portal.record import ledger, past
from portal.reports import datasets, duo
from portal.upkeep import notes
from portal.views import sessions
from workflows.vocabulary import Party, Role

PANGO = "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PATIENCE = 20  # seconds for the web server and the worker to finish what they are doing
QUIET = ("weasyprint", "fontTools", "pyhanko", "pyhanko_certvalidator")
REQUESTS = ("--max-requests", "100000", "--max-requests-jitter", "100000")
"""After so many a web process makes way for a fresh one. A proxy asks at every request of an application: with few they
would always be starting, and with little between them both at once, while nobody answers."""
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def run(settings: Settings) -> int:
    """Prepare the database, start the web server and the worker, and stop both when either cannot go on."""
    _log()
    refuse_taken_port(settings)
    prepare(settings)
    environ = {**os.environ, "TEKENPOORT_DATA": str(settings.data)}
    web = subprocess.Popen(_web_command(settings), env=environ)
    worker = subprocess.Popen(_worker_command(), env=environ)
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if settings.demo:
        print(demonstration.explain(settings), flush=True)
    while not stopping and web.poll() is None:
        if worker.poll() is not None:
            logging.error("the worker ended (%s); it is started again", worker.returncode)
            time.sleep(1)
            worker = subprocess.Popen(_worker_command(), env=environ)
        time.sleep(0.2)
    for each in (web, worker):
        each.terminate()
    for each in (web, worker):
        _see_off(each)
    return 0 if stopping else web.returncode or 1


def _see_off(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end; whoever takes too long is ended: what it was doing is taken up at the next start."""
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        logging.warning("process %s took too long to stop and is ended", process.pid)
        process.kill()
        process.wait()


def prepare(settings: Settings) -> None:
    """Bring the database up to date, and fill what is empty: the register, the results, the demonstration."""
    database = open_database(settings)
    migrations.upgrade(database.engine)
    with database.opened():
        sessions.remove_expired()
        if not ledger.key_fits(reader()):
            raise SettingError(
                f"The ledger in this database was made with another key than the one in {settings.data}/secrets.json. "
                "Put back the secrets.json that belongs to this database; `tekenpoort verify` says what is wrong."
            )
        past.begin()
        if not register.sources():
            logging.info("the register of schools is taken in")
            register.load_shipped()
        if not datasets.source_lines():
            logging.info("the results of schools are taken in")
            datasets.load_shipped()
        if not duo.is_filled():
            logging.info("pupils, reference levels and examinations are taken in")
            duo.load_shipped()
    if settings.demo:
        demonstration.prepare(settings)
    create_app(settings)  # everything that can be refused is refused before a server starts
    _look_at_seal(settings)
    database.engine.dispose()


def work(settings: Settings) -> None:
    """Be the worker."""
    from portal.worker import Worker

    _log()
    app = create_app(settings)
    Worker(app.extensions["tekenpoort.database"], settings, addresses(app, settings)).run()


def addresses(app: Flask, settings: Settings) -> Callable[[str, Mapping[str, str]], str]:
    """Makes full addresses of this portal's pages outside a request."""

    def address(endpoint: str, parameters: Mapping[str, str]) -> str:
        with app.test_request_context(base_url=settings.public_url):
            return str(app.url_for(endpoint, _external=True, **parameters))

    return address


def invite_operator(settings: Settings, *, email: str, name: str) -> str:
    """The address by which somebody joins the service desk: for the first of them, who nobody can invite yet."""
    app = create_app(settings)
    with app.extensions["tekenpoort.database"].opened(), act() as session:
        desk = session.scalar(select(Organisation).where(Organisation.kind == Party.OPERATOR))
        if desk is None:
            desk = Organisation(kind=Party.OPERATOR, name="Servicedesk", registered_at=clock.now())
            session.add(desk)
            session.flush()
        person = people.a_person(session, name=name, email=email)
        memberships.join(session, person, desk, Role.SERVICE_DESK)
        token = people.invite(session, person, at=clock.now(), link_secret=settings.secret("link"))
        ledger.append(
            session, act="invite", subject=f"organisation:{desk.id}", person=str(person.id), role=Role.SERVICE_DESK
        )
        return addresses(app, settings)("accounts.invitation", {"token": token})


def refuse_taken_port(settings: Settings) -> None:
    """Say which port is taken before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            raise SettingError(
                f"port {settings.port} on {settings.host} is not free ({fault.strerror}). Set PORT to another."
            ) from fault


def doctor(environ: Mapping[str, str]) -> int:
    """Look at everything the portal needs; say what is missing and the command that mends it."""
    faults = 0
    for name, look in (
        ("settings", lambda: Settings.from_environ(environ)),
        ("pango, for documents", lambda: importlib.import_module("portal.documents.render")),
        ("database", lambda: _look_at_database(Settings.from_environ(environ))),
        ("seal", lambda: _look_at_seal(Settings.from_environ(environ))),
        ("assets", _look_at_assets),
    ):
        try:
            look()
            print(f"good   {name}")
        except OSError as fault:
            faults += 1
            mend = f"\n       mend it with: {PANGO}" if name.startswith("pango") else ""
            print(f"WRONG  {name}: {fault}{mend}")
        except Exception as fault:
            faults += 1
            print(f"WRONG  {name}: {fault}")
    for warning in _warnings(environ):
        print(f"LOOK   {warning}")
    print("All is well." if not faults else f"{faults} to mend.")
    return 1 if faults else 0


def _warnings(environ: Mapping[str, str]) -> Iterator[str]:
    """What does not stop the portal, and yet somebody should know."""
    try:
        settings = Settings.from_environ(environ)
    except SettingError:
        return  # said already
    if settings.smtp_url is None and not settings.demo:
        yield "mail: no mail server is set, so nobody gets any mail. Set TEKENPOORT_SMTP_URL."
    if notes.noted(settings.data, notes.BACKUP) is None and not settings.demo:
        yield "backup: none was made yet. Have `tekenpoort backup FOLDER` run every night."


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def _look_at_database(settings: Settings) -> None:
    lacks = migrations.behind(open_database(settings).engine)
    if lacks:
        raise SettingError(f"{lacks}; run `tekenpoort migrate`")


def _look_at_seal(settings: Settings) -> None:
    from portal.documents.seal import Sealer

    Sealer.open(settings).self_test()


def _look_at_assets() -> None:
    if not (HOUSE / "static" / "vendor" / "complete").exists():
        raise SettingError("fonts and scripts are not there; run `make assets`")


def _web_command(settings: Settings) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "wsgi:app",
        "--chdir", str(HOUSE),
        "--bind", f"{settings.host}:{settings.port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "8",
        "--graceful-timeout", "10", *REQUESTS,
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "portal.commands", "worker"]
