"""What the tests of the portal as a whole share: one throw-away installation, and a database of its own for each test.

Each stage of the stories is built once on a template database and copied: a file for SQLite, CREATE DATABASE …
TEMPLATE for PostgreSQL. `--database=sqlite|postgresql|both` chooses (sqlite when nothing is said).
`--battery=all` runs the battery of faults alone (see battery.py), `--every` tries every point instead of a sample.
"""

import datetime as dt
import gc
import getpass
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import astuple, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Dialect, create_engine, text

from portal import clock, migrations
from portal.app import create_app
from portal.config import Settings
from portal.database import Database, connect
from portal.parties import register
from portal.record import past
from portal.reports import datasets, duo
from tests import battery, builders
from tests.battery import Fault, Sample
from tests.builders import STAGES, START, Portal
from tests.gates import a_gate
from tests.guards import Watch

if TYPE_CHECKING:  # a test without a browser does without Playwright
    from playwright.sync_api import Browser

    from tests.staged import Served

BEGIN = "empty"
EFFORT, PROMISE = "effort", "promise"

# The same examples on every machine, so that a failure is a change of ours; HYPOTHESIS_PROFILE=explore looks further.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql", "both"), default="sqlite")
    parser.addoption("--battery", metavar="ROWS", help="only the tests of these rows of the battery: all, or 1,6,10")
    parser.addoption("--every", action="store_true", help="every point at which something can go wrong, not a sample")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind_of_database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        one = "any_database" in {each.name for each in metafunc.definition.iter_markers()}
        kinds = ("sqlite",) if chosen == "both" and one else ("sqlite", "postgresql") if chosen == "both" else (chosen,)
        metafunc.parametrize("kind_of_database", kinds, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with a slow test come first: begun last, one of them would keep one core busy while the others wait.

    Where the battery is asked for, nothing else is run.
    """
    if asked := config.getoption("--battery"):
        rows = battery.rows_of(asked)
        config.hook.pytest_deselected(items=[each for each in items if not battery.is_in(each, rows)])
        items[:] = [each for each in items if battery.is_in(each, rows)]
    slow = {each.path for each in items if each.get_closest_marker("slow")}
    items.sort(key=lambda each: each.path not in slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A report takes along what each path took a person and what each fault came to: it may come from another process."""
    report = yield
    report.user_properties += [(battery.ROW, astuple(each)) for each in battery.faults_of(item, report)]
    efforts = getattr(sys.modules.get("tests.chromium"), "EFFORTS", [])
    report.user_properties += [(EFFORT, str(each)) for each in efforts]
    efforts.clear()
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each path took a person, where browsers walked it, and how often each promise was tried and held."""
    for report in itertools.chain(*terminalreporter.stats.values()):
        if getattr(report, "when", "") == "call":
            for name, line in report.user_properties:
                if name in (EFFORT, PROMISE):
                    terminalreporter.write_line(f"{name}: {line}")
    if asked := terminalreporter.config.getoption("--battery"):
        terminalreporter.section("the battery")
        faults = _faults(terminalreporter)
        for line in (*battery.table(faults), *battery.wrong(faults, battery.rows_of(asked))):
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A battery with a row that nobody stands for is no battery."""
    config = session.config
    screen = config.pluginmanager.get_plugin("terminalreporter")
    asked = None if hasattr(config, "workerinput") else config.getoption("--battery")
    if asked and screen and battery.wrong(_faults(screen), battery.rows_of(asked)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _faults(terminalreporter: pytest.TerminalReporter) -> list[Fault]:
    reports = itertools.chain(*terminalreporter.stats.values())
    told = [each for report in reports for each in getattr(report, "user_properties", ())]
    return [Fault(*value) for name, value in told if name == battery.ROW]  # type: ignore[misc]


Tell = Callable[[str, int, int], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None], request: pytest.FixtureRequest) -> Tell:
    """Says in the summary at the end how often a promise was tried, and how often it held."""
    drawn = f" (seed {battery.seed()})" if "sample" in request.fixturenames else ""

    def told(promise: str, tried: int, held: int) -> None:
        request.node.stash.setdefault(battery.TOLD, []).append((tried, held))
        record_property(PROMISE, f"{promise}: {tried} tried, {held} held{drawn}")

    return told


@pytest.fixture
def sample(request: pytest.FixtureRequest) -> Sample:
    """Chooses among the points at which something could go wrong; `--every` takes them all."""
    return Sample(battery.seed(), every=request.config.getoption("--every"))


# --- Where databases come from -----------------------------------------------------------------------------------


class Shelf(Protocol):
    """Makes databases: empty, or a copy of another. A name is given once."""

    def empty(self, name: str) -> str: ...

    def copy(self, template: str, name: str) -> str: ...

    def drop(self, name: str) -> None: ...


class Files:
    """Databases of SQLite, each a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def empty(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.db"

    def copy(self, template: str, name: str) -> str:
        shutil.copyfile(self.folder / f"{template}.db", self.folder / f"{name}.db")
        return self.empty(name)

    def drop(self, name: str) -> None:
        for path in self.folder.glob(f"{name}.db*"):
            path.unlink()


class Cluster:
    """Databases in a PostgreSQL of our own, on a free port of this machine."""

    def __init__(self, port: int, folder: Path, start: Callable[[], None]) -> None:
        self.port, self.folder, self.start = port, folder, start
        self.engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT", pool_pre_ping=True)

    def empty(self, name: str) -> str:
        return self.copy("template0", name)

    def copy(self, template: str, name: str) -> str:
        with self.engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
        return self._url(name)

    def drop(self, name: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))

    def kill(self) -> None:
        """Kill -9 of all of it: of the first process and of everything that it started."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for number in (first, *map(int, others)):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """PostgreSQL in a folder of its own, run by the user postgres where we are root, and stopped again.

    Not in pytest's folder: each next run of pytest shuts that for other users.
    """
    with tempfile.TemporaryDirectory(prefix="tekenpoort-postgresql-") as folder:
        with _running_in(Path(folder)) as cluster:
            yield cluster


@contextmanager
def _running_in(folder: Path) -> Iterator[Cluster]:
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    as_postgres = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if as_postgres:
        shutil.chown(folder, "postgres")

    def run(program: str, *words: str) -> None:
        command = [*as_postgres, str(binaries / program), "-D", str(folder / "data"), *words]
        subprocess.run(command, check=True, capture_output=True, cwd="/")

    quick = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=300"
    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def start() -> None:
        for _ in range(20):  # after a kill, what it shared in memory must be let go of first
            with suppress(subprocess.CalledProcessError):
                return run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", quick)
            time.sleep(0.5)
        raise AssertionError((folder / "log").read_text()[-2000:])

    start()
    try:
        cluster = Cluster(port, folder, start)
        yield cluster
        cluster.engine.dispose()
    finally:
        run("pg_ctl", "stop", "-m", "fast")


# --- The installation, and its stages ----------------------------------------------------------------------------


class Installation:
    """One portal with one data folder; the database under it is changed from test to test."""

    def __init__(self, settings: Settings, shelf: Shelf, *, templates: Path, start: dt.datetime = START) -> None:
        self.settings, self.shelf, self.watch = settings, shelf, Watch()
        self.templates = templates
        self.moments: dict[str, dt.datetime] = {BEGIN: start}
        self.numbers = itertools.count(1)
        self.dialect: Dialect | None = None
        self.compiled: dict[Any, Any] = {}
        url = shelf.empty(BEGIN)
        database = self._connect(url)
        migrations.upgrade(database.engine)
        with database.opened(), clock.standing_at(start):
            past.begin()
            register.load_shipped()
            datasets.load_shipped()
            duo.load_shipped()
        database.engine.dispose()
        self.app = self._app(url)
        set_apart()

    def _app(self, url: str) -> Flask:
        app = create_app(replace(self.settings, database_url=url))
        app.config["RATELIMIT_ENABLED"] = False  # the limits have their own tests
        app.extensions["tekenpoort.database"].engine.dispose()
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(self.templates))
        self.watch.after_each_request(app)
        return app

    def _connect(self, url: str) -> Database:
        """Each database has an engine of its own; what a statement says in SQL is worked out once for all of them."""
        database = connect(url, ledger_key=self.settings.secret("ledger").encode())
        self.dialect = database.engine.dialect = self.dialect or database.engine.dialect
        database.engine.update_execution_options(compiled_cache=self.compiled)
        return database

    @contextmanager
    def portal(self, stage: str) -> Iterator[Portal]:
        """The portal as it is at the end of this stage, for one test."""
        self._build(stage)
        name = f"test{next(self.numbers)}"
        with self._on(self.shelf.copy(stage, name), self.moments[stage]) as portal:
            self.watch.on(portal.database.engine)
            yield portal.later(minutes=1)
        self.shelf.drop(name)

    def _build(self, stage: str) -> None:
        if stage in self.moments:
            return
        names = [BEGIN, *(each.__name__ for each in STAGES)]
        before = names[names.index(stage) - 1]
        self._build(before)
        url = self.shelf.copy(before, stage)
        with self._on(url, self.moments[before]) as portal:
            getattr(builders, stage)(portal.later(minutes=1))
            self.moments[stage] = portal.moment
        set_apart()

    @contextmanager
    def _on(self, url: str, moment: dt.datetime) -> Iterator[Portal]:
        database = self._connect(url)
        self.app.extensions["tekenpoort.database"] = database
        self.app.wsgi_app.database = database  # type: ignore[attr-defined]
        settings = replace(self.settings, database_url=url)
        try:
            yield Portal(self.app, settings, database, self.watch, moment)
        finally:
            database.engine.dispose()


def set_apart() -> None:
    """What is there by now stays to the end: the collector of rubbish need not go through it after every test."""
    gc.collect()
    gc.freeze()


class Installations:
    """One installation for each kind of database, made when it is first asked for and kept to the end.

    A fixture that is made anew when the kind changes would build every stage again, twice for each file of tests.
    """

    def __init__(self, folders: pytest.TempPathFactory, until_the_end: ExitStack) -> None:
        self.folders, self.until_the_end = folders, until_the_end
        self.made: dict[str, Installation] = {}

    def on(self, kind: str) -> Installation:
        if kind not in self.made:
            settings = Settings(data=self.folders.mktemp("data"), database_url="sqlite://")
            self.made[kind] = Installation(settings, self._shelf(kind), templates=self._templates())
        return self.made[kind]

    def _shelf(self, kind: str) -> Shelf:
        return (
            Files(self.folders.mktemp("sqlite")) if kind == "sqlite" else self.until_the_end.enter_context(a_cluster())
        )

    def _templates(self) -> Path:
        """Where compiled templates are kept for this run, for both kinds and for every process of the run."""
        run = self.folders.getbasetemp()
        folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "templates"
        folder.mkdir(exist_ok=True)
        return folder


@pytest.fixture(scope="session")
def installations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installations]:
    with ExitStack() as until_the_end:
        yield Installations(tmp_path_factory, until_the_end)


@pytest.fixture(scope="session")
def installation(kind_of_database: str, installations: Installations) -> Installation:
    return installations.on(kind_of_database)


@pytest.fixture(scope="session")
def shelf(installation: Installation) -> Shelf:
    return installation.shelf


@pytest.fixture
def portal(installation: Installation) -> Iterator[Portal]:
    """Open for business: a service desk, one product with its terms, and the whole register."""
    with installation.portal("open_for_business") as portal:
        yield portal


@pytest.fixture
def registered(installation: Installation) -> Iterator[Portal]:
    """Our board and theirs are registered."""
    with installation.portal("registered") as portal:
        yield portal


@pytest.fixture
def to_sign(installation: Installation) -> Iterator[Portal]:
    """Our board's declaration waits for two signatures."""
    with installation.portal("to_sign") as portal:
        yield portal


@pytest.fixture
def in_force(installation: Installation) -> Iterator[Portal]:
    """Our board's declaration is in force; Tom teaches at one of its schools."""
    with installation.portal("in_force") as portal:
        yield portal


@pytest.fixture
def gated(in_force: Portal) -> Iterator[Portal]:
    """Tom teaches at a school that takes part, and a proxy stands before an application."""
    with a_gate(in_force) as portal:
        yield portal


# --- In a real browser -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """Chromium, started once."""
    from tests import chromium

    with chromium.opened() as browser:
        yield browser


@pytest.fixture
def at_stage(
    installation: Installation, chromium: "Browser", request: pytest.FixtureRequest
) -> "Iterator[Callable[[str], Served]]":
    """Opens the portal as it is at the end of a stage to people at Chromium; at the end nothing may be wrong."""
    from tests.staged import Served, apart, serving

    opened: list[Served] = []
    with ExitStack() as doors:

        def open_at(stage: str) -> Served:
            template = installation.portal(stage)
            portal = apart(template.__enter__)
            doors.push(template)
            address = doors.enter_context(serving(portal))
            name = request.function.__name__.removeprefix("test_").replace("_", "-")
            opened.append(Served(name, portal, address, chromium, doors.enter_context(ExitStack())))
            return opened[-1]

        yield open_at
    found = [fault for each in opened for fault in each.found]
    assert not found, "\n".join(found)
