"""The shape of the database through time, by Alembic."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from portal.cases import tables as cases
from portal.database import Base
from portal.documents import vault
from portal.offers import tables as offers
from portal.parties import register_tables
from portal.parties import tables as parties
from portal.record import heads, jobs, ledger, outbox
from portal.reports import tables as reports

EVERY_ROOM_WITH_TABLES = (cases, heads, jobs, ledger, offers, outbox, parties, register_tables, reports, vault)
METADATA = Base.metadata
FOLDER = Path(__file__).resolve().parent


def upgrade(engine: Engine) -> None:
    """Bring the database to the shape of this release."""
    from alembic import command  # here: it takes 10 MB, and only the process that migrates needs it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def behind(engine: Engine) -> str:
    """What the database lacks, in words; empty when it has the shape of this release."""
    # The name of a migration begins with its revision: a web process need not load Alembic to know the newest.
    wanted = max(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))
    with engine.connect() as connection:
        has_any = inspect(connection).has_table("alembic_version")
        found = connection.scalar(text("SELECT version_num FROM alembic_version")) if has_any else None
    return "" if found == wanted else f"it has {found or 'no tables'}, this release needs {wanted}"
