"""A product may have no reports, and so no gate: there is an agreement about it and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("has_reports", sa.Boolean(), nullable=True))
    op.execute("UPDATE product SET has_reports = true")
    with op.batch_alter_table("product") as table:
        table.alter_column("has_reports", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("product") as table:
        table.drop_column("has_reports")
