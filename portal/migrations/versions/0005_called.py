"""What whoever invited somebody typed as their name."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("membership") as table:
        table.add_column(sa.Column("called", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("membership") as table:
        table.alter_column("called", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("membership") as table:
        table.drop_column("called")
