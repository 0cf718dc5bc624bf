"""A mandate may be limited to kinds of document and to a sum, or delegated; a document may be signed on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kinds", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("amount", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("granted_by", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_mandate_granted_by"), "mandate", ["granted_by"], ["id"])
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.alter_column("kinds", server_default=None)
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("on_paper", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.alter_column("on_paper", server_default=None)
    op.create_table(
        "on_paper",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("scan", sa.String(length=64), nullable=False),
        sa.Column("scan_name", sa.String(length=200), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("authorities", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.String(length=10), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_on_paper_confirmed_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_on_paper_document_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_on_paper_entered_by")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_on_paper")),
    )


def downgrade() -> None:
    op.drop_table("on_paper")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_column("on_paper")
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_mandate_granted_by"), type_="foreignkey")
        batch_op.drop_column("granted_by")
        batch_op.drop_column("amount")
        batch_op.drop_column("kinds")
