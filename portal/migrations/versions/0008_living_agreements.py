"""Agreements live on after they were signed: new sub-processors with the time that each board has to object."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subprocessor_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "task", "data", "country")),
        sa.Column("in_eea", sa.String(3), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_by", sa.Uuid(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subprocessor_notice")),
        *_points("subprocessor_notice", product_id="product", organisation_id="organisation"),
        *_points("subprocessor_notice", announced_by="person", withdrawn_by="person"),
    )
    _index("subprocessor_notice", "product_id", "organisation_id")
    op.create_table(
        "subprocessor_answer",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("board_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("consent", sa.String(10), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_by", sa.Uuid(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "board_id", name=op.f("pk_subprocessor_answer")),
        *_points("subprocessor_answer", notice_id="subprocessor_notice", board_id="organisation"),
        *_points("subprocessor_answer", answered_by="person", replied_by="person", closed_by="person"),
    )
    _index("subprocessor_answer", "board_id", "agreement_id")
    op.create_table(
        "signed_elsewhere",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "board_id", "product_id")),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("signed_on", sa.String(10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blob", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why_ended", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_elsewhere")),
        *_points("signed_elsewhere", board_id="organisation", product_id="product"),
        *_points("signed_elsewhere", entered_by="person", confirmed_by="person", ended_by="person"),
    )
    _index("signed_elsewhere", "board_id", "product_id")
    op.create_table(
        "elsewhere_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elsewhere_upload")),
        *_points("elsewhere_upload", made_by="person"),
    )
    _index("elsewhere_upload", "made_by")
    op.create_table(
        "agreement_end",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("agreement_id", "board_id", "product_id")),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=False)
            for name in ("ends_at", "export_until", "delete_by", "backups_by")
        ),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreement_end")),
        *_points("agreement_end", board_id="organisation", product_id="product", organisation_id="organisation"),
        *_points("agreement_end", made_by="person", certificate_id="case"),
    )
    _index("agreement_end", "board_id", "product_id")


def downgrade() -> None:
    op.drop_table("agreement_end")
    op.drop_table("elsewhere_upload")
    op.drop_table("signed_elsewhere")
    op.drop_table("subprocessor_answer")
    op.drop_table("subprocessor_notice")


def _points(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    """The columns of a table that point at another."""
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
