"""The shape of the database through time, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from portal.cases import tables as cases
from portal.database import Base
from portal.documents import vault
from portal.offers import tables as offers
from portal.parties import register_tables
from portal.parties import tables as parties
from portal.record import jobs, ledger, outbox
from portal.reports import tables as reports

EVERY_ROOM_WITH_TABLES = (cases, jobs, ledger, offers, outbox, parties, register_tables, reports, vault)
METADATA = Base.metadata


def upgrade(engine: Engine) -> None:
    """Bring the database to the shape of this release."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def behind(engine: Engine) -> str:
    """What the database lacks, in words; empty when it has the shape of this release."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return "" if found == wanted else f"it has {found or 'no tables'}, this release needs {wanted}"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).resolve().parent))
    return config
