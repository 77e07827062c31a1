"""an outward task is claimed while it runs"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d7e2b60f4c19"
down_revision = "c4d8a91b7e30"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("claimed_at", postgresql.TIMESTAMP(timezone=True)))


def downgrade() -> None:
    op.drop_column("task", "claimed_at")
