"""Evidence and keys: what a document waits for, and until when its time stamps prove anything."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("document", sa.Column("waits_for", sa.String(length=12), nullable=True))
    op.add_column("document", sa.Column("waits_since", MOMENT, nullable=True))
    op.add_column("job", sa.Column("tried_at", MOMENT, nullable=True))
    op.add_column("revision", sa.Column("stamped_by", sa.String(length=200), nullable=True))
    op.add_column("revision", sa.Column("stamp_hash", sa.String(length=20), nullable=True))
    op.add_column("revision", sa.Column("stamp_ends", MOMENT, nullable=True))
    op.create_index(op.f("ix_revision_stamp_ends"), "revision", ["stamp_ends"])
