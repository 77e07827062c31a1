"""Whatever holds something of people says so: in the export, the deletion, the register."""

from importlib import import_module

import pytest
from sqlalchemy import Table

from app.kernel.db import Base
from app.kernel.i18n import Locale, use_locale
from app.kernel.personal import nothing
from app.local.generated import export_schema, processing_page, retention_page
from app.privacy import register
from app.slices import NAMES
from tests.conventions import source
from tests.conventions.routing import registry

for _name in NAMES:
    if (source.APP / _name / "models").exists() or (source.APP / _name / "models.py").exists():
        import_module(f"app.{_name}.models")

TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
PERSONS = {"user", "household", "child_profile", "session"}
# Columns that say whose a row is, or that people fill with words of themselves and of others.
WHOSE = {
    "user_id",
    "child_id",
    "household_id",
    "session_id",
    "payer_id",
    "buyer_id",
    "decided_by",
    "actor_id",
    "opened_by",
    "author_id",
    "granted_by",
}
WORDS = {"nickname", "recipient", "contact_phone", "landmark", "reason", "note", "body", "nature"}

# Tables that look as if they held something of people, and why no export or deletion reads them.
EXCEPTIONS = {
    "event": "facts by ids, no names; two years, see app/privacy/personal.py",
    "incident": "of the system, by its number; staff act there as numbers",
    "incident_version": "staff write it and are told to name nobody; kept as evidence",
    "ledger_posting": "`reason` names a movement of money",
    "payment_transaction": "`reason` is a number of the provider; declared with the payments",
    "stock_move": "`reason` is sold or returned",
    "task": "work by ids, no names; 30 days, see app/privacy/personal.py",
}


def is_of_people(table: Table) -> bool:
    targets = {fk.column.table.name for fk in table.foreign_keys}
    names = set(table.columns.keys())
    return table.name in PERSONS or bool(targets & PERSONS) or bool(names & (WHOSE | WORDS))


def declared() -> list[str]:
    return [table for holding in registry().personal for table in holding.tables]


def test_every_table_of_people_is_declared_or_excused():
    of_people = {table.name for table in TABLES if is_of_people(table)}

    assert of_people - set(declared()) - set(EXCEPTIONS) == set()


def test_no_table_is_declared_twice_and_none_is_invented():
    names = declared()

    assert len(names) == len(set(names))
    assert set(names) <= {table.name for table in TABLES}
    assert set(EXCEPTIONS) <= {table.name for table in TABLES}


def test_what_is_erased_with_its_person_hangs_on_them():
    """A table whose holding erases nothing itself stays on purpose or goes with a parent row."""
    for holding in registry().personal:
        if holding.erase is not nothing or holding.stays:
            continue
        for name in holding.tables:
            keys = Base.metadata.tables[name].foreign_keys
            ends = {fk.ondelete for fk in keys if fk.column.table.name in PERSONS | set(declared())}
            assert "CASCADE" in ends, name
            assert None not in ends, name


def test_no_key_holds_a_person_back():
    """Each key to a person either falls with them or is cleared by an erasure of its own."""
    erased = {
        table for one in registry().personal if one.erase is not nothing for table in one.tables
    }
    for table in TABLES:
        for key in table.foreign_keys:
            if key.column.table.name in PERSONS and key.ondelete is None:
                assert table.name in erased, str(key.parent)


@pytest.mark.parametrize("holding", registry().personal, ids=lambda one: one.name)
def test_it_says_everything_the_law_asks(holding):
    assert holding.title
    assert holding.purpose.endswith(".")
    assert holding.fields
    assert holding.kept
    assert holding.people


def test_places_of_correction_exist():
    paths = {path for route in registry().routes for path in route.paths}

    assert {one.correct_at for one in registry().personal if one.correct_at} <= paths


def test_names_are_unique():
    names = [holding.name for holding in registry().personal]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("processing.md", processing_page),
        ("retention.md", retention_page),
        ("export.schema.json", export_schema),
    ],
)
def test_the_documents_are_up_to_date(name, page):
    assert source.text(source.ROOT / "docs" / name) == page(registry()), (
        "run: python -m app.local.generated"
    )


@pytest.mark.parametrize("locale", [Locale.UZ, Locale.RU])
def test_the_register_speaks_the_readers_language(locale):
    with use_locale(Locale.EN):
        english = register.lines(registry())
    with use_locale(locale):
        theirs = register.lines(registry())

    for one, other in zip(english, theirs, strict=True):
        assert one.title != other.title
        assert one.purpose != other.purpose
        assert one.kept != other.kept
