"""The shape of the database through time, by Alembic."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, inspect, text

from portal.cases import tables as cases
from portal.cases.agreements import tables as agreements
from portal.cases.dpia import reopening_tables
from portal.cases.dpia import tables as dpia
from portal.cases.offering import tables as offering
from portal.database import Base
from portal.documents import vault
from portal.errors import SettingError
from portal.offers import tables as offers
from portal.parties import looks, register_tables
from portal.parties import tables as parties
from portal.record import heads, jobs, ledger, outbox, past
from portal.reports import duo_tables, own_tables, share_tables
from portal.reports import tables as reports

EVERY_ROOM_WITH_TABLES = (
    agreements, cases, dpia, duo_tables, heads, jobs, ledger, looks, offering, offers, outbox, own_tables, parties,
    past, register_tables, reopening_tables, reports, share_tables, vault,
)  # fmt: skip
METADATA = Base.metadata
FOLDER = Path(__file__).resolve().parent


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Bring the database to the shape of this release, or of an earlier one that comes after what it is."""
    from alembic import command  # here: it takes 10 MB, and only the process that migrates needs it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect() as connection, _tables_may_be_made_anew(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()


@contextmanager
def _tables_may_be_made_anew(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: meanwhile what points at it points at nothing. Looked at afterwards."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if loose := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise SettingError(f"After the migration {len(loose)} rows point at nothing. Put the backup back.")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def behind(engine: Engine) -> str:
    """What the database lacks, in words; empty when it has the shape of this release."""
    # The name of a migration begins with its revision: a web process need not load Alembic to know the newest.
    wanted = max(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))
    with engine.connect() as connection:
        has_any = inspect(connection).has_table("alembic_version")
        found = connection.scalar(text("SELECT version_num FROM alembic_version")) if has_any else None
    return "" if found == wanted else f"it has {found or 'no tables'}, this release needs {wanted}"
