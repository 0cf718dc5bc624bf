"""A published text can be withdrawn: a model DPIA that counts no more."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("publication_id", sa.Uuid(), sa.ForeignKey("publication.id"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("withdrawal")
