"""The past of what decides at the gate: filled with how everything is when the portal is next prepared."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(30), nullable=False),
        sa.Column("row", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("values", sa.JSON(), nullable=True),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_past")),
    )
    op.create_index("ix_past_of_row", "past", ["of", "row", "number"])


def downgrade() -> None:
    op.drop_table("past")
