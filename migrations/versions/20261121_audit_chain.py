"""the audit trail is chained; incidents"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e1a0c3d51f01"
down_revision = "d7e2b60f4c19"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
EVIDENCE = ("audit_entry", "audit_seal", "audit_day", "incident", "incident_version")


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("actor_role", sa.Text(), nullable=False, server_default=""))
    op.add_column("audit_entry", sa.Column("request_id", sa.UUID()))
    op.add_column("audit_entry", sa.Column("network", sa.Text()))
    op.create_index("ix_audit_entry_actor_id", "audit_entry", ["actor_id", "id"])
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "id"])
    op.create_index("ix_audit_entry_created_at", "audit_entry", ["created_at"])
    op.create_table(
        "audit_seal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("own_hash", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", "position", name="pk_audit_seal"),
        sa.UniqueConstraint("entry_id", name="uq_audit_seal_entry_id"),
        sa.UniqueConstraint("previous_hash", name="uq_audit_seal_previous_hash"),
    )
    op.create_table(
        "audit_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_day"),
    )
    _incidents()
    for table in EVIDENCE:
        if table != "audit_entry":  # it has this one since the first tables
            op.execute(
                f"create trigger append_only before update or delete on {table} "
                "for each row execute function refuse_change()"
            )
        op.execute(
            f"create trigger append_only_whole before truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        op.execute(f"revoke update, delete, truncate on {table} from public, current_user")


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("number", name="uq_incident_number"),
    )
    op.create_table(
        "incident_version",
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.UUID(), nullable=False),
        sa.Column("detected_at", MOMENT, nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("categories", postgresql.JSONB(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=True),
        sa.Column("records", sa.BigInteger(), nullable=True),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("notified_at", MOMENT, nullable=True),
        sa.Column("people_told_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_incident_version_incident_id_incident"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident_version"),
        sa.UniqueConstraint("incident_id", "version", name="uq_incident_version_incident_id_version"),
    )


def downgrade() -> None:
    raise NotImplementedError("evidence is not taken back")
