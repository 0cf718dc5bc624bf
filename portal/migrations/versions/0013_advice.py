"""Who wrote each step is kept, what an advice was about, and the advices before it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("step_answer") as table:
        table.add_column(sa.Column("authors", sa.JSON(), nullable=True))
        table.add_column(sa.Column("rests_on", sa.JSON(), nullable=True))
    op.execute("UPDATE step_answer SET authors = '[]', rests_on = '{}'")
    with op.batch_alter_table("step_answer") as table:
        table.alter_column("authors", nullable=False)
        table.alter_column("rests_on", nullable=False)
    op.create_table(
        "earlier_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_earlier_answer"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_earlier_answer_case_id"),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name="fk_earlier_answer_answered_by"),
    )
    op.create_index("ix_earlier_answer_case_id", "earlier_answer", ["case_id"])


def downgrade() -> None:
    op.drop_index("ix_earlier_answer_case_id", "earlier_answer")
    op.drop_table("earlier_answer")
    with op.batch_alter_table("step_answer") as table:
        table.drop_column("rests_on")
        table.drop_column("authors")
