"""staff roles, suspensions, appeals, views"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e4d3f6a84c04"
down_revision = "e3c2e5f73b03"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
OLD_ROLES = "role in ('guardian','giver','seller','clerk','moderator','agent','admin')"
NEW_ROLES = "role in ('guardian','giver','seller','clerk','moderator','agent','admin','staff')"


def _person(name, *, nullable=False, ondelete="CASCADE", table):
    return [
        sa.Column(name, sa.UUID(), nullable=nullable),
        sa.ForeignKeyConstraint(
            [name], ["user.id"], name=op.f(f"fk_{table}_{name}_user"), ondelete=ondelete
        ),
    ]


def _keyed(table):
    return [
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.add_column("session", sa.Column("view_id", sa.UUID(), nullable=True))
    op.drop_constraint("ck_role_grant_role", "role_grant")
    op.create_check_constraint(op.f("ck_role_grant_role"), "role_grant", NEW_ROLES)
    op.create_check_constraint(
        op.f("ck_role_grant_staff_names_its_role"),
        "role_grant",
        "role <> 'staff' or scope_id is not null",
    )
    op.create_table(
        "staff_role",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        *_keyed("staff_role"),
        sa.UniqueConstraint("name", name=op.f("uq_staff_role_name")),
    )
    op.create_table(
        "staff_role_permission",
        sa.Column("role_id", sa.UUID(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["staff_role.id"],
            name=op.f("fk_staff_role_permission_role_id_staff_role"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("role_id", "permission", name=op.f("pk_staff_role_permission")),
    )
    op.create_table(
        "suspension",
        *_person("user_id", table="suspension"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        *_person("by_id", nullable=True, ondelete="SET NULL", table="suspension"),
        sa.Column("erase_after", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        *_person("ended_by", nullable=True, ondelete="SET NULL", table="suspension"),
        sa.Column("ended_words", sa.Text(), nullable=False),
        *_keyed("suspension"),
    )
    op.create_index("ix_suspension_user_id", "suspension", ["user_id"])
    op.create_index("ix_suspension_by_id", "suspension", ["by_id"])
    op.create_index("ix_suspension_ended_by", "suspension", ["ended_by"])
    op.create_index(
        "uq_suspension_one_open",
        "suspension",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "appeal",
        sa.Column("suspension_id", sa.UUID(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        *_person("decided_by", nullable=True, ondelete="SET NULL", table="appeal"),
        *_keyed("appeal"),
        sa.ForeignKeyConstraint(
            ["suspension_id"],
            ["suspension.id"],
            name=op.f("fk_appeal_suspension_id_suspension"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("decision in ('granted','refused')", name=op.f("ck_appeal_decision")),
        sa.CheckConstraint(
            "(decision is null) = (decided_at is null)", name=op.f("ck_appeal_decided")
        ),
    )
    op.create_index("ix_appeal_suspension_id", "appeal", ["suspension_id"])
    op.create_index("ix_appeal_decided_by", "appeal", ["decided_by"])
    op.create_index(
        "uq_appeal_one_open",
        "appeal",
        ["suspension_id"],
        unique=True,
        postgresql_where=sa.text("decided_at is null"),
    )
    op.create_table(
        "support_view",
        *_person("agent_id", table="support_view"),
        *_person("user_id", table="support_view"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *_keyed("support_view"),
    )
    op.create_index("ix_support_view_agent_id", "support_view", ["agent_id"])
    op.create_index("ix_support_view_user_id", "support_view", ["user_id"])


def downgrade() -> None:
    op.drop_table("support_view")
    op.drop_table("appeal")
    op.drop_table("suspension")
    op.drop_table("staff_role_permission")
    op.drop_table("staff_role")
    op.execute("delete from role_grant where role = 'staff'")
    op.drop_constraint("ck_role_grant_staff_names_its_role", "role_grant")
    op.drop_constraint("ck_role_grant_role", "role_grant")
    op.create_check_constraint(op.f("ck_role_grant_role"), "role_grant", OLD_ROLES)
    op.drop_column("session", "view_id")
