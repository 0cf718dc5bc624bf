"""The shape of the database: what the migrations make from nothing is what the code speaks of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from portal import migrations
from portal.database import connect
from tests.conftest import Shelf


@pytest.fixture
def nothing(shelf: Shelf) -> Iterator[Engine]:
    engine = connect(shelf.empty("nothing")).engine
    yield engine
    engine.dispose()
    shelf.drop("nothing")


def test_upgrading_from_nothing_gives_what_the_models_say(nothing: Engine) -> None:
    assert migrations.behind(nothing) == "it has no tables, this release needs 0003"
    migrations.upgrade(nothing)
    with nothing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, migrations.METADATA) == []
    assert migrations.behind(nothing) == ""


def test_the_name_of_each_migration_begins_with_its_revision() -> None:
    for script in ScriptDirectory(str(migrations.FOLDER)).walk_revisions():
        assert Path(script.path).name.split("_")[0] == script.revision


def test_upgrading_twice_changes_nothing(nothing: Engine) -> None:
    migrations.upgrade(nothing)
    before = sorted(inspect(nothing).get_table_names())
    migrations.upgrade(nothing)
    assert sorted(inspect(nothing).get_table_names()) == before


def test_every_constraint_has_a_name_of_ours() -> None:
    for table in migrations.METADATA.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"
