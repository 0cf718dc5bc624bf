"""Pupils, reference levels, examinations and repeaters."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pupil_count",
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("kind", sa.String(3), nullable=False),
        sa.Column("cluster", sa.String(3), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("ages", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", "kind", "cluster", name=op.f("pk_pupil_count")),
    )
    op.create_table(
        "reference_level",
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("year", sa.String(9), nullable=False),
        sa.Column("arithmetic", sa.JSON(), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("language", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", "year", name=op.f("pk_reference_level")),
    )
    op.create_table(
        "exam_passes",
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("years", sa.JSON(), nullable=False),
        sa.Column("programmes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_exam_passes")),
    )
    op.create_table(
        "exam_marks",
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("year", sa.String(9), nullable=False),
        sa.Column("departments", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", "year", name=op.f("pk_exam_marks")),
    )
    op.create_table(
        "repeater_count",
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("year", sa.String(9), nullable=False),
        sa.Column("pupils", sa.String(10), nullable=False),
        sa.Column("down", sa.String(10), nullable=False),
        sa.Column("repeated", sa.String(10), nullable=False),
        sa.Column("up", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_repeater_count")),
    )


def downgrade() -> None:
    for table in ("repeater_count", "exam_marks", "exam_passes", "reference_level", "pupil_count"):
        op.drop_table(table)
