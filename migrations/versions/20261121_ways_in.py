"""mail addresses, passwords"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e2b1d4e62a02"
down_revision = "e1a0c3d51f01"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def keyed(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["user.id"], name=op.f(f"fk_{table}_user_id_user"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.add_column("user", sa.Column("quiet_from", sa.Time(), nullable=True))
    op.add_column("user", sa.Column("quiet_to", sa.Time(), nullable=True))
    op.create_check_constraint(
        op.f("ck_user_quiet_hours"), "user", "(quiet_from is null) = (quiet_to is null)"
    )
    op.create_index(
        "uq_identity_one_phone",
        "identity",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'phone'"),
    )
    keyed(
        "password",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("is_short", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        of_user("password"),
        sa.UniqueConstraint("user_id", name=op.f("uq_password_user_id")),
    )
    keyed(
        "password_try",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("open_at", MOMENT, nullable=False),
        sa.UniqueConstraint("key", name=op.f("uq_password_try_key")),
    )
    keyed(
        "password_reset",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        of_user("password_reset"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
    )
    op.create_index("ix_password_reset_user_id", "password_reset", ["user_id"])
    op.create_index("ix_password_reset_target", "password_reset", ["target", "created_at"])
    op.create_index("ix_password_reset_address", "password_reset", ["address", "created_at"])


def downgrade() -> None:
    for name in ("password_reset", "password_try", "password"):
        op.drop_table(name)
    op.drop_index("uq_identity_one_phone", "identity")
    op.drop_constraint(op.f("ck_user_quiet_hours"), "user")
    op.drop_column("user", "quiet_to")
    op.drop_column("user", "quiet_from")
