"""The command line: run, worker, demo, import, publish, migrate, verify, renew, backup, doctor."""

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal.config import Settings
from portal.errors import InvalidError, PortalError, SettingError

if TYPE_CHECKING:
    from portal.reports.duo import Taken

_NO_DAY = "There is no mark of a share in this file. What may be a trace of the gate is read with --day YYYY-MM-DD."
_MOST_FAULTS = 50  # of a file; who sees so many has the wrong file


@click.group()
def portal() -> None:
    """Tekenpoort: run it, fill it, check it."""


def main() -> None:
    """Run a command; what is wrong with the settings is one sentence, not a trace."""
    try:
        portal(standalone_mode=False)
    except SettingError as fault:
        sys.exit(f"Tekenpoort cannot start: {fault}")
    except PortalError as fault:
        sys.exit(str(fault))
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


@portal.command()
def run() -> None:
    """Start the web server and the worker, after bringing the database up to date."""
    from portal import serving

    sys.exit(serving.run(_settings()))


@portal.command()
def worker() -> None:
    """Start the worker alone."""
    from portal import serving

    serving.work(_settings())


@portal.command()
def migrate() -> None:
    """Bring the database to the shape of this release, and begin to keep what this release keeps."""
    from portal import migrations
    from portal.app import open_database
    from portal.database import reader
    from portal.record import ledger, past

    database = open_database(_settings())
    migrations.upgrade(database.engine)
    with database.opened():
        if ledger.key_fits(reader()):  # with another key nothing may be written: the start says so
            past.begin()


@portal.command()
@click.argument("email")
@click.option("--name", default="Servicedesk", help="How this person is called.")
def operator(email: str, name: str) -> None:
    """Invite somebody to the service desk; prints the link, which works once."""
    from portal import serving

    click.echo(serving.invite_operator(_settings(), email=email, name=name))


@portal.group()
def demo() -> None:
    """Accounts and codes of the demonstration."""


@demo.command()
@click.argument("name")
def code(name: str) -> None:
    """Print a code of the authenticator app of NAME that works now (a name or an e-mail address)."""
    from portal import demonstration

    click.echo(demonstration.code_of(_settings(), name))


@demo.command()
def accounts() -> None:
    """Print the demo accounts and what to try first."""
    from portal import demonstration

    click.echo(demonstration.explain(_settings()))


@portal.command("example-application")
@click.option("--port", default=8090, show_default=True, help="On this machine only.")
def example_application(port: int) -> None:
    """Serve an example of an application behind the gate; docs/gate.md says how to put the gate before it."""
    from portal.demonstration import example_application

    with example_application.server(port) as server:
        click.echo(f"The example application answers a proxy at http://127.0.0.1:{port}. Stop it with Ctrl+C.")
        server.serve_forever()


@portal.group("import")
def import_() -> None:
    """Take in the publishers' own files, all or nothing."""


@import_.command("register")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_register(files: tuple[Path, ...]) -> None:
    """Boards and locations from DUO's CSV files."""
    from portal.parties import register
    from portal.reports import datasets

    def take_in(paths: tuple[Path, ...]) -> object:
        report = register.import_files(paths)
        datasets.match_locations()  # the results join to locations that may have come, moved or gone
        return report

    _import(take_in, files)


@import_.command("results")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_results(files: tuple[Path, ...]) -> None:
    """Results from the Inspectorate's CSV file."""
    from portal.reports import datasets

    _import(datasets.import_results, files)


@import_.command("pupils")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_pupils(files: tuple[Path, ...]) -> None:
    """Pupils of primary and special education by age, from DUO's CSV file."""
    from portal.reports import duo

    _import_duo(duo.import_pupils, files)


@import_.command("levels")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_levels(files: tuple[Path, ...]) -> None:
    """Reference levels from DUO's CSV files, one for each school year."""
    from portal.reports import duo

    _import_duo(duo.import_levels, files)


@import_.command("secondary")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_secondary(files: tuple[Path, ...]) -> None:
    """Passes, marks and repeaters of secondary education, from DUO's CSV files."""
    from portal.reports import duo

    _import_duo(duo.import_secondary, files)


@portal.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def verify(as_json: bool) -> None:
    """Re-read everything that is kept; exit 1 and name the first fault when something is not as it was."""
    from portal import audit
    from portal.app import open_database
    from portal.upkeep import notes

    settings = _settings()
    with open_database(settings).opened(), _progress() as progress:
        report = audit.verify(settings, progress=progress)
    first = f"{report.findings[0].where}: {report.findings[0].what}" if report.findings else ""
    notes.note(settings.data, notes.VERIFY, findings=len(report.findings), first=first)
    if as_json:
        click.echo(json.dumps(report.as_mapping(), indent=1))
    else:
        click.echo(report.in_words())
    sys.exit(1 if report.findings else 0)


@portal.command()
@click.option("--days", default=180, show_default=True, help="Renew what ends within so many days.")
@click.option("--all", "everything", is_flag=True, help="Renew every complete document, whenever its stamp ends.")
@click.option("--dry-run", is_flag=True, help="Only say what would be renewed.")
def renew(days: int, everything: bool, dry_run: bool) -> None:
    """Put a new time stamp over documents whose last one will soon prove nothing; exit 1 when one did not succeed."""
    from portal.app import open_database
    from portal.upkeep import renewal

    settings = _settings()
    with open_database(settings).opened():
        found = renewal.due(days=days, everything=everything)
        if dry_run:
            click.echo("\n".join([*map(renewal.line_of, found), f"{len(found)} to renew."]))
            return
        with click.progressbar(renewal.renew_all(settings, found, everything=everything), len(found)) as tries:
            failed = [each for each in tries if each]
    click.echo("\n".join([*failed, f"{len(found) - len(failed)} of {len(found)} renewed."]))
    sys.exit(1 if failed else 0)


@portal.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Copy the database, the keys and the certificates into a new folder under FOLDER; works while the portal works."""
    from portal.app import open_database
    from portal.upkeep import backup as upkeep

    settings = _settings()
    with open_database(settings).opened():
        click.echo(upkeep.backup(settings, folder))


@portal.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--product", required=True, help="The name of the product, as in its address.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The day on which it takes effect; else today.")
def publish(file: Path, product: str, since: dt.datetime | None) -> None:
    """Publish a FILE for good: terms as TOML (title, version, since, grace_days, introduction, [[clauses]]), or a
    processor agreement or model DPIA as JSON (such as the portal saves)."""
    from portal.app import open_database
    from portal.offers import drafting, publications
    from portal.offers.dpia import files as model_files

    text = file.read_text(encoding="utf-8")
    kind = publications.PROCESSOR_AGREEMENT if file.suffix.lower() == ".json" else publications.USAGE_TERMS
    if model_files.is_model(text):
        kind = publications.DPIA_MODEL
    day = since.date() if since else None
    try:
        with open_database(_settings()).opened():
            made = drafting.publish_file(text, product_name=product, kind=kind, since=day)
    except InvalidError as fault:
        raise click.ClickException("\n".join([str(fault), *fault.fields.values()])) from fault
    click.echo(f"{made.title} {made.version} {made.sha256}")


@portal.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="On which day an application handed the file out.")
@click.option(
    "--days", type=click.IntRange(1, 62), default=1, help="How many days before that to look at, that day too."
)
def trace(file: Path, day: dt.datetime | None, days: int) -> None:
    """Say from whom a file came: which share's mark it bears (PDF, XLSX, CSV…), or whose trace of the gate."""
    from portal.app import open_database
    from portal.database import reader
    from portal.documents import readable
    from portal.dossier import gate_visits
    from portal.reports import tracing
    from portal.reports.trace import marks_in

    content, settings = file.read_bytes(), _settings()
    try:
        marks = readable.found_in(content, marks_in)
        traces = readable.found_in(content, gate_visits.traces_in)
    except InvalidError as fault:
        raise click.ClickException("\n".join(fault.fields.values())) from fault
    database = open_database(settings)
    with database.opened():
        found = {each.mark: each.described() for each in tracing.of_marks(reader(), marks)}
        if day is not None:
            secret = settings.secret("trace")
            visits = gate_visits.of_traces(reader(), traces, secret=secret, last=day.date(), days=days)
            found |= {each: visit.described() for each, visit in visits.items()}
    database.engine.dispose()
    for each in marks:
        click.echo(f"{each} {found.get(each, 'is of no share that we know')}")
    for each in traces:
        if each in found:
            click.echo(f"{each} {found[each]}")
    if not marks and not any(each in found for each in traces):
        click.echo("There is no mark in this file." if day or not traces else _NO_DAY)
    if not found:
        raise SystemExit(1)


@portal.command()
def doctor() -> None:
    """Say what this machine lacks to run the portal, and how to mend it."""
    from portal import serving

    sys.exit(serving.doctor(os.environ))


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each part on a terminal; where nobody looks, nothing. It never mixes with what is printed."""
    if not sys.stderr.isatty():
        yield lambda _part, _done, _total: None
        return

    def draw(part: str, done: int, total: int) -> None:
        filled = 30 * done // max(1, total)
        line = f"{part:<10} [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}"
        click.echo(f"\r{line:<64}", nl=False, err=True)

    yield draw
    click.echo(f"\r{'':<64}\r", nl=False, err=True)


def _settings() -> Settings:
    return Settings.from_environ(os.environ)


def _import_duo(take_in: Callable[..., "list[Taken]"], files: tuple[Path, ...]) -> None:
    """Each file is kept as a whole or not at all; after a stop the same command goes on where it was."""

    def with_progress(paths: tuple[Path, ...]) -> str:
        with _progress() as progress:
            taken = take_in(paths, progress=progress)
        return "\n".join(each.in_words() for each in taken)

    _import(with_progress, files)


def _import(take_in: Callable[..., object], files: tuple[Path, ...]) -> None:
    from portal import migrations
    from portal.app import open_database
    from portal.parties.publisher_files import FileFault

    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise click.ClickException(f"There is no such file: {', '.join(missing)}")
    database = open_database(_settings())
    migrations.upgrade(database.engine)
    try:
        with database.opened():
            click.echo(str(take_in(files)))
    except FileFault as fault:
        rows = [str(row) for row in fault.rows]
        more = [f"And {len(rows) - _MOST_FAULTS} more."] if len(rows) > _MOST_FAULTS else []
        raise click.ClickException("\n".join([str(fault), *rows[:_MOST_FAULTS], *more])) from fault


if __name__ == "__main__":
    main()
