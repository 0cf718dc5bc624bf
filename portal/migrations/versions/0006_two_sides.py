"""A document may be signed by two sides: who signs it besides the organisation, and for whom each person signed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PARTIES = ("counterparty_id", "signing_for")


def upgrade() -> None:
    with op.batch_alter_table("case") as table:
        for column in PARTIES:
            table.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            table.create_foreign_key(table.f(f"fk_case_{column}"), "organisation", [column], ["id"])
            table.create_index(table.f(f"ix_case_{column}"), [column])
    op.execute("UPDATE \"case\" SET signing_for = organisation_id WHERE state = 'signing'")
    with op.batch_alter_table("signature") as table:
        table.add_column(sa.Column("organisation_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(table.f("fk_signature_organisation_id"), "organisation", ["organisation_id"], ["id"])
    op.execute(
        'UPDATE signature SET organisation_id = (SELECT "case".organisation_id FROM "case" '
        'JOIN document ON document.case_id = "case".id WHERE document.id = signature.document_id)'
    )
    with op.batch_alter_table("signature") as table:
        table.alter_column("organisation_id", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("signature") as table:
        table.drop_constraint(table.f("fk_signature_organisation_id"), type_="foreignkey")
        table.drop_column("organisation_id")
    with op.batch_alter_table("case") as table:
        for column in PARTIES:
            table.drop_index(table.f(f"ix_case_{column}"))
            table.drop_constraint(table.f(f"fk_case_{column}"), type_="foreignkey")
            table.drop_column(column)
