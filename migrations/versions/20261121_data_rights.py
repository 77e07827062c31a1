"""exports, deletions, policies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e5e4a7b95d05"
down_revision = "e4d3f6a84c04"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
# Evidence names people by ids that lead to nobody once they are erased.
LOOSENED = {"child_id": "child_profile", "household_id": "household", "user_id": "user"}
# Logs whose rows may go when their time is over, and not a day before: days the database waits.
AGEING = {"provider_call": ("created_at", 89), "event": ("happened_at", 729)}


def keyed(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def upgrade() -> None:
    _exports()
    _deletions()
    _acceptances()
    for column, target in LOOSENED.items():
        op.drop_constraint(f"fk_consent_{column}_{target}", "consent", type_="foreignkey")
    op.create_index("ix_order_child_id", "order", ["child_id"])
    op.create_index("ix_approval_request_decided_by", "approval_request", ["decided_by"])
    op.create_index("ix_event_happened_at", "event", ["happened_at"])
    op.create_index(
        "ix_task_done_at", "task", ["done_at"], postgresql_where=sa.text("state = 'done'")
    )
    for table, (moment, days) in AGEING.items():
        op.execute(f"drop trigger append_only on {table}")
        op.execute(
            f"create trigger append_only before update on {table}"
            " for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger append_only_while_young before delete on {table} for each row"
            f" when (old.{moment} > now() - interval '{days} days')"
            " execute function refuse_change()"
        )


def _exports() -> None:
    keyed(
        "data_export",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("state in ('asked','ready','failed')", name="ck_data_export_state"),
        sa.CheckConstraint(
            "(state = 'ready') = (content is not null)", name="ck_data_export_ready_has_content"
        ),
        sa.CheckConstraint("octet_length(content) <= 33554432", name="ck_data_export_content"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_data_export_user_id_user", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("user_id", name="uq_data_export_user_id"),
    )
    op.create_index("ix_data_export_expires_at", "data_export", ["expires_at"])


def _deletions() -> None:
    keyed(
        "deletion_request",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("child_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("state in ('asked','undone','done')", name="ck_deletion_request_state"),
    )
    open_ones = {
        "user_id": "state = 'asked' and child_id is null",
        "child_id": "state = 'asked' and child_id is not null",
    }
    for column, condition in open_ones.items():
        op.create_index(
            f"uq_deletion_request_{column}",
            "deletion_request",
            [column],
            unique=True,
            postgresql_where=sa.text(condition),
        )
    op.create_index(
        "ix_deletion_request_due_at",
        "deletion_request",
        ["due_at"],
        postgresql_where=sa.text("state = 'asked'"),
    )


def _acceptances() -> None:
    keyed(
        "policy_acceptance",
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.CheckConstraint("way in ('sign_up','order','page')", name="ck_policy_acceptance_way"),
    )
    op.create_index(
        "ix_policy_acceptance_user_id", "policy_acceptance", ["user_id", "policy", "version"]
    )
    op.create_index("ix_policy_acceptance_order_id", "policy_acceptance", ["order_id"])
    op.execute(
        "create trigger append_only before update or delete on policy_acceptance"
        " for each row execute function refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("erased people do not come back")
