"""What was passed on of a report."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(20), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(12), nullable=False),
        sa.Column("subject_name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_own_use", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("recipient_email", sa.String(254), nullable=False),
        sa.Column("recipient_organisation", sa.String(200), nullable=False),
        sa.Column("group", sa.String(40), nullable=False),
        sa.Column("group_name", sa.String(200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_by", sa.Uuid(), nullable=True),
        sa.Column("recalled_because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_share_product_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_share_person_id")),
        sa.ForeignKeyConstraint(["recalled_by"], ["person.id"], name=op.f("fk_share_recalled_by")),
        sa.UniqueConstraint("number", name=op.f("uq_share_number")),
        sa.UniqueConstraint("mark", name=op.f("uq_share_mark")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_token_hash")),
    )
    for column in ("product_id", "subject", "person_id", "made_at"):
        op.create_index(f"ix_share_{column}", "share", [column])
    op.create_table(
        "share_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_opening")),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name=op.f("fk_share_opening_share_id")),
    )
    op.create_index("ix_share_opening_share_id", "share_opening", ["share_id"])


def downgrade() -> None:
    op.drop_table("share_opening")
    op.drop_table("share")
