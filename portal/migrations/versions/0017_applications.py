"""A product can name an application that stands behind its gate."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("product") as table:
        table.add_column(sa.Column("application", sa.String(500), nullable=False, server_default=""))
    with op.batch_alter_table("product") as table:
        table.alter_column("application", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("product") as table:
        table.drop_column("application")
