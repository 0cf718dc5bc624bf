"""What Alembic runs: the migrations, on the connection it was handed."""

from typing import Any, Literal

from alembic import context

from portal.database import Moment
from portal.migrations import METADATA


def plainly(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """A migration speaks of plain types, so that it stays as it was when ours change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=plainly,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
