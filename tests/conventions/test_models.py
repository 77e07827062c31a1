"""What every table owes, read from the models and from the migrated database."""

from importlib import import_module

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.ext.asyncio import create_async_engine

from app.kernel.db import Base
from app.slices import NAMES
from tests.conventions import source

import_module("app.kernel.events")
for _name in NAMES:
    if (source.APP / _name / "models").exists() or (source.APP / _name / "models.py").exists():
        import_module(f"app.{_name}.models")

TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)

# Foreign keys without an index of their own: their parent is never deleted and never the way in.
NEVER_THE_WAY_IN = {
    "approval_request.offer_id": "offers are closed, not deleted, once they were asked for",
    "approval_request.product_id": "products are recalled, not deleted",
    "approval_request.seller_id": "shops are suspended, not deleted",
    "order_event.seller_order_id": "read with its order",
    "order_line.seller_id": "read with its part, which has the seller's index",
    "stock_hold.seller_id": "found by order and offer",
    "stock_move.seller_id": "found by offer",
}
# Whoever reads these tables asks for one seller's rows.
OWNED_BY_A_SELLER = {
    "approval_request",
    "offer",
    "order_line",
    "product",
    "seller_order",
    "stock_hold",
    "stock_level",
    "stock_move",
}
# They hang on something of a seller and belong to somebody else, or to everybody.
NOT_OWNED = {
    "cart_line": "the shopper's",
    "order_event": "the order's timeline; a seller reads those of its part",
    "product_image": "read with its product",
    "variant": "the description of a product, which any seller may offer",
}
AMOUNTS = {
    "amount",
    "beyond",
    "confirm_above",
    "consumed",
    "delivery",
    "free_from",
    "goods",
    "limit_amount",
    "old_price",
    "price",
    "price_seen",
    "reserved",
    "total",
}
# Counts of things and times, which are no money.
OTHER_NUMBERS = {
    "age_ceiling",
    "age_from",
    "age_to",
    "attempts",
    "birth_year",
    "cancel_time",
    "create_time",
    "days_from",
    "days_to",
    "failures",
    "held",
    "hue",
    "last_step",
    "min_age",
    "on_hand",
    "people",
    "perform_time",
    "pin_failures",
    "popularity",
    "position",
    "products",
    "provider_time",
    "quantity",
    "reason",
    "records",
    "sequence",
    "sign_count",
    "state",
    "tries",
    "up_to_grams",
    "version",
    "weight_grams",
}


def columns() -> list[Column]:
    return [column for table in TABLES for column in table.columns]


def foreign_keys() -> list[ForeignKey]:
    return sorted((fk for c in columns() for fk in c.foreign_keys), key=lambda fk: str(fk.parent))


def begins_an_index(column: Column) -> bool:
    table: Table = column.table
    keys = [list(table.primary_key.columns)]
    keys += [list(index.columns) for index in table.indexes if _is_whole(index)]
    keys += [list(c.columns) for c in table.constraints if type(c).__name__ == "UniqueConstraint"]
    return any(key and key[0] is column for key in keys)


def _is_whole(index: Index) -> bool:
    return index.dialect_options["postgresql"]["where"] is None


def test_there_are_tables():
    assert len(TABLES) > 30


def test_every_foreign_key_has_an_index():
    bare = {str(fk.parent) for fk in foreign_keys() if not begins_an_index(fk.parent)}

    assert bare - set(NEVER_THE_WAY_IN) == set()
    assert set(NEVER_THE_WAY_IN) - bare == set(), "an exception that nobody needs"


def test_a_row_that_is_deleted_with_its_parent_is_found_by_it():
    for fk in foreign_keys():
        if fk.ondelete:
            assert begins_an_index(fk.parent), f"{fk.parent}: deleting the parent reads the table"


def test_what_sellers_own_says_whose_it_is():
    reach = {
        table.name
        for table in TABLES
        for fk in table.foreign_keys
        if fk.column.table.name in ("seller", "product", "offer", "variant", "seller_order")
    }

    assert reach == OWNED_BY_A_SELLER | set(NOT_OWNED)
    for name in OWNED_BY_A_SELLER:
        column = Base.metadata.tables[name].columns["seller_id"]
        assert not column.nullable
        assert {fk.column.table.name for fk in column.foreign_keys} == {"seller"}


def test_money_is_whole_minor_units():
    for column in columns():
        kind, name = column.type, str(column)
        assert not isinstance(kind, Numeric), name
        if isinstance(kind, Integer):
            assert column.name in AMOUNTS | OTHER_NUMBERS, f"{name}: say whether it is money"
            assert isinstance(kind, BigInteger) or column.name not in AMOUNTS, name


def test_times_carry_a_zone_and_text_has_no_length():
    for column in columns():
        if isinstance(column.type, DateTime):
            assert column.type.timezone, str(column)
        if isinstance(column.type, String):
            assert isinstance(column.type, (Text, CHAR)), str(column)


ENDING_IN_S = ("address", "safety_rules")


def test_tables_are_singular_and_times_end_in_at():
    for table in TABLES:
        assert table.name == table.name.lower()
        assert not table.name.endswith("s") or table.name in ENDING_IN_S, table.name
    for column in columns():
        if isinstance(column.type, DateTime):
            assert column.name.endswith(("_at", "_after", "_until")), str(column)


def test_states_are_checked_by_the_database():
    for table in TABLES:
        for name in ("state", "kind", "role", "period"):
            if name not in table.columns or f"{table.name}.{name}" in FREE_WORDS:
                continue
            rules = [str(c.sqltext) for c in table.constraints if hasattr(c, "sqltext")]
            assert any(name in rule for rule in rules), f"{table.name}.{name}"


FREE_WORDS = {
    "message.kind": "which text it is",
    "notification.kind": "which text it is",
    "order_event.kind": "an append-only story; `orders.states.Happened` names them",
}


async def test_models_and_history_agree(services):
    """`alembic check`, on the database that the migrations built."""

    def compare(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)

    async with services.db.engine.connect() as connection:
        assert await connection.run_sync(compare) == []


def test_history_is_one_line():
    scripts = ScriptDirectory.from_config(_config())

    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


async def test_migrating_again_changes_nothing(services):
    config = _config()
    engine = create_async_engine(services.settings.database_url)

    def upgrade(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.check(config)

    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


async def test_append_only_tables_refuse_changes(services):
    """Found by their trigger, so that a new table of evidence is counted here."""
    found = text("select tgrelid::regclass::text from pg_trigger where tgname = 'append_only'")
    async with services.db.begin() as session:
        guarded = set((await session.scalars(found)).all())

    assert guarded >= {
        "audit_day",
        "audit_entry",
        "audit_seal",
        "consent",
        "event",
        "incident",
        "incident_version",
        "order_event",
        "provider_call",
        "stock_move",
    }


async def test_the_kids_role_has_these_rights_and_no_others(services):
    """Read from the database, columns too: a grant somewhere else is a hole in the safe zone."""
    tables = text(
        "select table_name || ' ' || lower(privilege_type) from information_schema.table_privileges"
        " where grantee = 'kids'"
    )
    parts = text(
        "select distinct table_name || ' ' || lower(privilege_type)"
        " from information_schema.column_privileges where grantee = 'kids'"
    )
    async with services.db.begin() as session:
        whole = set((await session.scalars(tables)).all())
        partial = set((await session.scalars(parts)).all()) - whole

    assert whole == {
        "approval_request insert",
        "approval_request select",
        "category select",
        "event insert",
        "offer select",
        "product select",
        "product_image select",
        "stock_level select",
        "task insert",
        "variant select",
    }
    assert partial == {"child_profile select", "seller select", "task select"}


async def test_what_a_child_may_read_is_under_row_level_security(services):
    found = text(
        "select c.relname from pg_class c join information_schema.column_privileges p"
        " on p.table_name = c.relname and p.grantee = 'kids' and p.privilege_type = 'SELECT'"
        " where not c.relrowsecurity"
    )
    async with services.db.begin() as session:
        open_tables = set((await session.scalars(found)).all())

    assert open_tables == {"task"}  # its key alone, to make a task once


def _config() -> Config:
    return Config(toml_file=source.ROOT / "pyproject.toml")
