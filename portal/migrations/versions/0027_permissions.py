"""Under which permission a report was passed on outside the closed list."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("share") as share:
        share.add_column(sa.Column("permission_id", sa.Uuid(), nullable=True))
        share.create_foreign_key(op.f("fk_share_permission_id"), "case", ["permission_id"], ["id"])
        share.create_index(op.f("ix_share_permission_id"), ["permission_id"])


def downgrade() -> None:
    with op.batch_alter_table("share") as share:
        share.drop_index(op.f("ix_share_permission_id"))
        share.drop_constraint(op.f("fk_share_permission_id"), type_="foreignkey")
        share.drop_column("permission_id")
