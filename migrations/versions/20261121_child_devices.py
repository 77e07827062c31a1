"""a child's own phone"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e6f5b8ca6e06"
down_revision = "e5e4a7b95d05"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def _key(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _child(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["child_id"],
        ["child_profile.id"],
        name=op.f(f"fk_{table}_child_id_child_profile"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "child_device",
        sa.Column("child_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        sa.Column("new_secret_hash", sa.Text(), nullable=True),
        sa.Column("failures", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("session_id", sa.UUID(), nullable=True),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *_key("child_device"),
        _child("child_device"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_child_device_session_id_session"),
            ondelete="SET NULL",
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_child_device_failures")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_child_device_token_hash")),
    )
    op.create_index("ix_child_device_child_id", "child_device", ["child_id"])
    op.create_index("ix_child_device_session_id", "child_device", ["session_id"])
    op.create_table(
        "child_link",
        sa.Column("child_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        *_key("child_link"),
        _child("child_link"),
        sa.UniqueConstraint("code_hash", name=op.f("uq_child_link_code_hash")),
    )
    op.create_index("ix_child_link_child_id", "child_link", ["child_id"])
    op.create_table(
        "child_link_try",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        *_key("child_link_try"),
        sa.UniqueConstraint("key", name=op.f("uq_child_link_try_key")),
    )


def downgrade() -> None:
    op.drop_table("child_link_try")
    op.drop_table("child_link")
    op.drop_table("child_device")
