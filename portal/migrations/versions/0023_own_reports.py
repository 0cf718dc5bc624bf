"""Suppliers' own reports: versions, for whom they are, who opened them, and files still to be published."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_until", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("blob", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("legal_basis", sa.String(500), nullable=False),
        sa.Column("for_all", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_report")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_own_report_product_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_own_report_organisation_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_own_report_published_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_own_report_withdrawn_by")),
        sa.UniqueConstraint("series", "version", name=op.f("uq_own_report_series_version")),
    )
    op.create_index(op.f("ix_own_report_product_id"), "own_report", ["product_id"])
    op.create_table(
        "own_report_recipient",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("register_key", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "register_key", name=op.f("pk_own_report_recipient")),
        sa.ForeignKeyConstraint(["report_id"], ["own_report.id"], name=op.f("fk_own_report_recipient_report_id")),
    )
    op.create_index(op.f("ix_own_report_recipient_register_key"), "own_report_recipient", ["register_key"])
    op.create_table(
        "own_report_opening",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "person_id", name=op.f("pk_own_report_opening")),
        sa.ForeignKeyConstraint(["report_id"], ["own_report.id"], name=op.f("fk_own_report_opening_report_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_own_report_opening_person_id")),
    )
    op.create_index(op.f("ix_own_report_opening_person_id"), "own_report_opening", ["person_id"])
    op.create_table(
        "own_report_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_report_file")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_own_report_file_product_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_own_report_file_made_by")),
    )
    op.create_index(op.f("ix_own_report_file_product_id"), "own_report_file", ["product_id"])
    op.create_index(op.f("ix_own_report_file_made_by"), "own_report_file", ["made_by"])


def downgrade() -> None:
    for table in ("own_report_file", "own_report_opening", "own_report_recipient", "own_report"):
        op.drop_table(table)
