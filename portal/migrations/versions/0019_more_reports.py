"""A product says which of the portal's reports it opens; a school may have an ambition of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("reports", sa.JSON(), nullable=True))
    op.execute("UPDATE product SET reports = '[]'")
    # what stood behind every gate until now
    op.execute("""UPDATE product SET reports = '["schoolkaart", "driejaarstrend"]' WHERE has_reports""")
    with op.batch_alter_table("product") as table:
        table.alter_column("reports", existing_type=sa.JSON(), nullable=False)
    op.create_table(
        "ambition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("location_code", sa.String(6), nullable=False),
        sa.Column("fundamental", sa.String(10), nullable=False),
        sa.Column("target", sa.String(10), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambition")),
        sa.ForeignKeyConstraint(["location_code"], ["register_location.code"], name=op.f("fk_ambition_location_code")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ambition_organisation_id")),
    )
    op.create_index("ix_ambition_location_code", "ambition", ["location_code"])


def downgrade() -> None:
    op.drop_index("ix_ambition_location_code", "ambition")
    op.drop_table("ambition")
    with op.batch_alter_table("product") as table:
        table.drop_column("reports")
