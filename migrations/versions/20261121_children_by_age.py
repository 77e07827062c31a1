"""the order of a child's home has an index"""

import sqlalchemy as sa
from alembic import op

revision = "c4d8a91b7e30"
down_revision = "b1c5f02d97ae"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_product_children_by_age",
        "product",
        [sa.text("age_from desc"), sa.text("popularity desc"), sa.text("id desc")],
        postgresql_where=sa.text("state = 'approved' and child_ok"),
    )


def downgrade() -> None:
    op.drop_index("ix_product_children_by_age", "product")
