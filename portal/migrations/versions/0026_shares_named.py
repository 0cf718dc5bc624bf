"""A share keeps what the report was called, and on which legal basis personal data were passed on."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("share") as table:
        table.add_column(sa.Column("title", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("legal_basis", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("share") as table:
        table.alter_column("title", server_default=None)
        table.alter_column("legal_basis", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("share") as table:
        table.drop_column("legal_basis")
        table.drop_column("title")
