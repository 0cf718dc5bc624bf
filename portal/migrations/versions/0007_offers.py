"""An agreement is offered to boards in rounds; a question may be put to the supplier, who answers in the same place."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offer_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.String(10), nullable=True),
        sa.Column("boards", sa.JSON(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_offer_round"),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name="fk_offer_round_publication_id"),
        sa.ForeignKeyConstraint(["offered_by"], ["person.id"], name="fk_offer_round_offered_by"),
    )
    op.create_index("ix_offer_round_publication_id", "offer_round", ["publication_id"])
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("skipped", sa.String(10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.String(10), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
        sa.UniqueConstraint("round_id", "organisation_id", name="uq_offer_round_id_organisation_id"),
        sa.ForeignKeyConstraint(["round_id"], ["offer_round.id"], name="fk_offer_round_id"),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name="fk_offer_publication_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_offer_organisation_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_offer_case_id"),
        sa.ForeignKeyConstraint(["replaced_by"], ["offer.id"], name="fk_offer_replaced_by"),
    )
    op.create_index("ix_offer_publication_id", "offer", ["publication_id"])
    op.create_index("ix_offer_organisation_id", "offer", ["organisation_id"])
    op.create_index("ix_offer_case_id", "offer", ["case_id"])
    op.create_table(
        "offer_opening",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("offer_id", name="pk_offer_opening"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_offer_opening_offer_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_offer_opening_person_id"),
    )
    with op.batch_alter_table("comment") as table:
        table.add_column(sa.Column("shared", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("organisation_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(table.f("fk_comment_organisation_id"), "organisation", ["organisation_id"], ["id"])
    op.execute("UPDATE comment SET shared = false")
    with op.batch_alter_table("comment") as table:
        table.alter_column("shared", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("comment") as table:
        table.drop_constraint(table.f("fk_comment_organisation_id"), type_="foreignkey")
        table.drop_column("organisation_id")
        table.drop_column("shared")
    for table_name in ("offer_opening", "offer", "offer_round"):
        op.drop_table(table_name)
