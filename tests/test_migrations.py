"""The shape of the database: what the migrations make from nothing is what the code speaks of."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Uuid,
    func,
    inspect,
    select,
)

from portal import migrations
from portal.database import connect
from tests.builders import START
from tests.conftest import Shelf


@pytest.fixture
def nothing(shelf: Shelf) -> Iterator[Engine]:
    engine = connect(shelf.empty("nothing")).engine
    yield engine
    engine.dispose()
    shelf.drop("nothing")


def newest() -> str | None:
    return ScriptDirectory(str(migrations.FOLDER)).get_current_head()


def test_upgrading_from_nothing_gives_what_the_models_say(nothing: Engine) -> None:
    assert migrations.behind(nothing) == f"it has no tables, this release needs {newest()}"
    migrations.upgrade(nothing)
    with nothing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, migrations.METADATA) == []
    assert migrations.behind(nothing) == ""


def test_the_name_of_each_migration_begins_with_its_revision() -> None:
    for script in ScriptDirectory(str(migrations.FOLDER)).walk_revisions():
        assert Path(script.path).name.split("_")[0] == script.revision


FIRST_RELEASE = "0001"


def test_what_was_kept_by_the_first_release_is_there_after_the_upgrade(nothing: Engine) -> None:
    """One row in every table, each pointing at the others: SQLite makes some of these tables anew on the way."""
    migrations.upgrade(nothing, to=FIRST_RELEASE)
    kept = fill(nothing)
    migrations.upgrade(nothing)
    assert migrations.behind(nothing) == ""
    with nothing.connect() as connection:
        for table in kept.sorted_tables:
            now = Table(table.name, MetaData(), autoload_with=connection)
            columns = [now.c[each.name] for each in table.columns if each.name in now.c]
            assert connection.execute(select(func.count()).select_from(now)).scalar() == 1, table.name
            assert len(columns) == len(table.columns), table.name
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def fill(engine: Engine) -> MetaData:
    """A row in every table of a database, of values that its columns take."""
    shape = MetaData()
    shape.reflect(engine)
    shape.remove(shape.tables["alembic_version"])
    with engine.begin() as connection:
        for table in shape.sorted_tables:
            connection.execute(table.insert().values({each.name: some(each) for each in table.columns}))
    return shape


def some(column: Column[Any]) -> Any:
    """A value for a column; every id is the same, so that all rows belong together."""
    match column.type:
        case Uuid():
            return uuid.UUID(int=1)
        case DateTime():
            return START
        case Date():
            return START.date()
        case Boolean():
            return False
        case Integer() | Numeric():
            return 1
        case JSON():
            return []
        case LargeBinary():
            return b"x"
    if column.type.python_type is str and getattr(column.type, "length", None) == 32:
        return uuid.UUID(int=1).hex  # how SQLite keeps an id
    return "1"


def test_upgrading_twice_changes_nothing(nothing: Engine) -> None:
    migrations.upgrade(nothing)
    before = sorted(inspect(nothing).get_table_names())
    migrations.upgrade(nothing)
    assert sorted(inspect(nothing).get_table_names()) == before


def test_every_constraint_has_a_name_of_ours() -> None:
    for table in migrations.METADATA.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"
