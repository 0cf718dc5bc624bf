"""The past of what decides at the gate (filled when the portal is next prepared), and who looked back at it."""

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
    op.create_table(
        "look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_by", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.String(40), nullable=False),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sa.ForeignKeyConstraint(["looked_by"], ["person.id"], name=op.f("fk_look_looked_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_look_person_id")),
    )
    for column in ("at", "looked_by", "person_id"):
        op.create_index(op.f(f"ix_look_{column}"), "look", [column])


def downgrade() -> None:
    op.drop_table("look")
    op.drop_table("past")
