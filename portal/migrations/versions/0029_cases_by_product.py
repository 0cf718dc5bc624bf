"""The cases about a product are found by it: the requests that its rights holders decide on."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_product_id_workflow_state", "case", ["product_id", "workflow", "state"])


def downgrade() -> None:
    op.drop_index("ix_case_product_id_workflow_state", table_name="case")
