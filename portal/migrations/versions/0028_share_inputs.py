"""With which numbers a forecast was made that was passed on."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("share") as share:
        share.add_column(sa.Column("inputs", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("share") as share:
        share.alter_column("inputs", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("share") as share:
        share.drop_column("inputs")
