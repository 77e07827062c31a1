"""indexes of keys that are the way in, or that a deleted parent looks for"""

from alembic import op

revision = "b1c5f02d97ae"
down_revision = "72e74f3cacd3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_session_suspended_id", "session", ["suspended_id"])
    op.create_index("ix_passkey_challenge_user_id", "passkey_challenge", ["user_id"])
    op.create_index("ix_push_subscription_session_id", "push_subscription", ["session_id"])
    op.create_index("ix_approval_request_child_id", "approval_request", ["child_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_approval_request_child_id", "approval_request")
    op.drop_index("ix_push_subscription_session_id", "push_subscription")
    op.drop_index("ix_passkey_challenge_user_id", "passkey_challenge")
    op.drop_index("ix_session_suspended_id", "session")
