"""What somebody typed at a step and did not save."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "typed_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "step", "person_id", name=op.f("pk_typed_step")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_typed_step_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_typed_step_person_id")),
    )
    op.create_index("ix_typed_step_person_id", "typed_step", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_typed_step_person_id", "typed_step")
    op.drop_table("typed_step")
