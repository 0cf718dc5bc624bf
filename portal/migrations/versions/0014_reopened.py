"""Why decisions on a DPIA are looked at again."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dpia_trigger",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("on_day", sa.String(10), nullable=True),
        sa.Column("due_on", sa.String(10), nullable=True),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dpia_trigger")),
        sa.UniqueConstraint("decision_id", "kind", "about", name=op.f("uq_dpia_trigger_decision_id_kind_about")),
        sa.ForeignKeyConstraint(["decision_id"], ["dpia_decision.case_id"], name=op.f("fk_dpia_trigger_decision_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_dpia_trigger_said_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_dpia_trigger_case_id")),
    )
    op.create_index("ix_dpia_trigger_case_id", "dpia_trigger", ["case_id"])


def downgrade() -> None:
    op.drop_index("ix_dpia_trigger_case_id", "dpia_trigger")
    op.drop_table("dpia_trigger")
