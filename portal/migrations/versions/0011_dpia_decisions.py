"""What boards decided about the reuse of a model DPIA, and the measures that are open after it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dpia_decision",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("case_id", "organisation_id", "product_id")),
        sa.Column("publication_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_on", sa.String(10), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_dpia_decision")),
        *_points("dpia_decision", case_id="case", organisation_id="organisation"),
        *_points("dpia_decision", product_id="product", publication_id="publication"),
    )
    op.create_index(
        op.f("ix_dpia_decision_organisation_id_product_id"), "dpia_decision", ["organisation_id", "product_id"]
    )
    op.create_index(op.f("ix_dpia_decision_product_id"), "dpia_decision", ["product_id"])
    op.create_table(
        "dpia_measure",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "case_id")),
        sa.Column("thing", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_critical", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("owner_email", sa.String(254), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=True),
        sa.Column("evidence_text", sa.Text(), nullable=False),
        sa.Column("blob", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("handed_in_by", sa.Uuid(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back_words", sa.Text(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dpia_measure")),
        sa.UniqueConstraint("case_id", "thing", name=op.f("uq_dpia_measure_case_id_thing")),
        sa.ForeignKeyConstraint(["case_id"], ["dpia_decision.case_id"], name=op.f("fk_dpia_measure_case_id")),
        *_points("dpia_measure", handed_in_by="person", accepted_by="person"),
    )
    op.create_index(op.f("ix_dpia_measure_case_id"), "dpia_measure", ["case_id"])


def downgrade() -> None:
    op.drop_table("dpia_measure")
    op.drop_table("dpia_decision")


def _points(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    """The columns of a table that point at another."""
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]
