"""API keys and tokens"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e7a6c9db7f07"
down_revision = "e6f5b8ca6e06"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def _keyed(table):
    return [
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _of_client(table):
    return [
        sa.Column("client_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["api_client.id"],
            name=op.f(f"fk_{table}_client_id_api_client"),
            ondelete="CASCADE",
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "api_client",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        *_keyed("api_client"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_api_client_user_id_user"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("code_hash", name=op.f("uq_api_client_code_hash")),
        sa.CheckConstraint("kind in ('connection','key')", name=op.f("ck_api_client_kind")),
        sa.CheckConstraint(
            "kind <> 'key' or secret_hash is not null", name=op.f("ck_api_client_key_has_secret")
        ),
        sa.CheckConstraint(
            "ended_why in ('person','reuse','closed')", name=op.f("ck_api_client_ended_why")
        ),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_why is null)", name=op.f("ck_api_client_ended")
        ),
    )
    op.create_index("ix_api_client_user_id", "api_client", ["user_id", "id"])
    op.create_table(
        "api_refresh",
        *_of_client("api_refresh"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("used_from", sa.LargeBinary(), nullable=True),
        sa.Column("successor_id", sa.UUID(), nullable=True),
        *_keyed("api_refresh"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_refresh_token_hash")),
        sa.CheckConstraint(
            "(used_at is null) = (successor_id is null)", name=op.f("ck_api_refresh_spent")
        ),
    )
    op.create_index("ix_api_refresh_client_id", "api_refresh", ["client_id"])
    op.create_table(
        "api_answer",
        *_of_client("api_answer"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        *_keyed("api_answer"),
    )
    op.create_index("uq_api_answer_key", "api_answer", ["client_id", "key"], unique=True)


def downgrade() -> None:
    op.drop_table("api_answer")
    op.drop_table("api_refresh")
    op.drop_table("api_client")
