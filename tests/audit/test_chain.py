"""The chain: one, whole, signed each day, and every change of the past has a name."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.audit import chain
from app.audit.models import AuditDay, AuditEntry, AuditSeal
from app.audit.record import record
from app.audit.verify import Kind, verify
from app.kernel import clock
from app.kernel.db import Database
from app.kernel.ids import new_id
from app.kernel.viewer import GUEST
from tests.conftest import make_settings

DAY = timedelta(days=1)
TABLES = ("audit_entry", "audit_seal", "audit_day", "incident", "incident_version")


async def note(services, count=1, action="trial.note"):
    async with services.db.begin() as session:
        for number in range(count):
            await record(session, GUEST, action, "trial", new_id(), number=number)
        await session.flush()
        found = select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(count)
        return (await session.scalars(found)).all()[::-1]


async def seal(services):
    async with services.db.begin() as session:
        return await chain.seal(session, services.settings)


async def checked(services, settings=None, **more):
    async with services.db.begin() as session:
        return await verify(session, settings or services.settings, **more)


@asynccontextmanager
async def as_superuser(services):
    """What somebody with the whole database in hand can do: no trigger holds them."""
    async with services.db.begin() as session:
        await session.execute(text("set local session_replication_role = replica"))
        yield session


async def test_what_was_committed_is_linked_in_order_and_holds(services):
    ids = await note(services, 3)
    assert (await checked(services)).waiting == 3
    assert await seal(services) == 3
    assert await seal(services) == 0

    report = await checked(services)
    async with services.db.begin() as session:
        seals = (await session.scalars(select(AuditSeal).order_by(AuditSeal.position))).all()
    assert [(one.position, one.entry_id) for one in seals] == list(enumerate(ids, start=1))
    assert (report.sealed, report.waiting, report.fault) == (3, 0, None)
    assert report.head == seals[-1].own_hash


async def test_an_empty_trail_is_whole(services):
    assert (await seal(services), (await checked(services)).fault) == (0, None)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "x.y"},
        {"details": {"number": 7}},
        {"actor_role": "admin"},
        {"network": "elsewhere"},
        {"subject_id": None},
        {"created_at": clock.now()},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_an_altered_entry_is_named(services, change):
    ids = await note(services, 5)
    await seal(services)
    async with as_superuser(services) as session:
        await session.execute(update(AuditEntry).where(AuditEntry.id == ids[2]).values(**change))

    fault = (await checked(services)).fault
    assert (fault.kind, fault.position, fault.entry_id) == (Kind.ALTERED, 3, ids[2])


async def test_a_missing_entry_is_named(services):
    ids = await note(services, 5)
    await seal(services)
    async with as_superuser(services) as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.id == ids[1]))

    fault = (await checked(services)).fault
    assert (fault.kind, fault.position, fault.entry_id) == (Kind.MISSING, 2, ids[1])
    assert str(ids[1]) in str(fault)


async def test_an_entry_removed_with_its_seal_leaves_a_gap(services):
    ids = await note(services, 5)
    await seal(services)
    async with as_superuser(services) as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.id == ids[3]))
        await session.execute(delete(AuditSeal).where(AuditSeal.entry_id == ids[3]))

    fault = (await checked(services)).fault
    assert (fault.kind, fault.position) == (Kind.GAP, 4)


async def test_a_chain_made_without_the_key_does_not_hold(services):
    """The positions are closed up and the links fit, but the hashes need the secret."""
    ids = await note(services, 4)
    await seal(services)
    async with as_superuser(services) as session:
        rows = (await session.scalars(select(AuditSeal).order_by(AuditSeal.position))).all()
        await session.execute(delete(AuditEntry).where(AuditEntry.id == ids[1]))
        await session.execute(delete(AuditSeal).where(AuditSeal.position >= 2))
        kept = [rows[2], rows[3]]
        links = [rows[0].own_hash, rows[2].own_hash]
        for position, (row, link) in enumerate(zip(kept, links, strict=True), start=2):
            await session.execute(
                insert(AuditSeal).values(
                    day=row.day,
                    position=position,
                    entry_id=row.entry_id,
                    previous_hash=link,
                    own_hash=row.own_hash,
                    key_id=row.key_id,
                    sealed_at=row.sealed_at,
                )
            )

    fault = (await checked(services)).fault
    assert (fault.kind, fault.position, fault.entry_id) == (Kind.ALTERED, 2, ids[2])


async def test_each_day_has_a_chain_and_a_signed_head(services):
    await note(services, 2)
    await seal(services)
    with clock.shifted(DAY):
        await note(services, 3)
        await seal(services)
        report = await checked(services)

    async with services.db.begin() as session:
        [signed] = (await session.scalars(select(AuditDay))).all()
        seals = (await session.scalars(select(AuditSeal).order_by(AuditSeal.day))).all()
    assert [one.position for one in seals] == [1, 2, 1, 2, 3]
    assert seals[2].previous_hash == signed.head_hash == seals[1].own_hash
    assert (signed.day, signed.position) == (seals[0].day, 2)
    assert (report.days, report.sealed, report.fault) == (2, 5, None)


async def test_a_quiet_day_still_signs_the_one_before(services):
    await note(services)
    await seal(services)
    with clock.shifted(DAY):
        assert await seal(services) == 0
        assert await seal(services) == 0
    async with services.db.begin() as session:
        assert len((await session.scalars(select(AuditDay))).all()) == 1


async def test_what_commits_after_midnight_joins_the_new_day(services):
    await note(services)
    await seal(services)
    late = await note(services)
    with clock.shifted(DAY):
        await seal(services)
        assert (await checked(services)).fault is None
    async with services.db.begin() as session:
        row = await session.scalar(select(AuditSeal).where(AuditSeal.entry_id == late[0]))
    assert (row.day, row.position) == (clock.local_day() + DAY, 1)


async def test_a_clock_that_goes_back_breaks_nothing(services):
    await note(services)
    with clock.shifted(DAY):
        await seal(services)
    with clock.shifted(2 * DAY):
        await seal(services)
    await note(services, 2)
    assert await seal(services) == 2
    report = await checked(services)
    assert (report.sealed, report.fault) == (3, None)


@pytest.mark.parametrize("what", ["tail", "day", "head", "signature", "last"])
async def test_a_day_that_is_over_cannot_be_changed(services, what):
    for shift in range(3):
        with clock.shifted(shift * DAY):
            await note(services, 3)
            await seal(services)
    first = clock.local_day()
    async with as_superuser(services) as session:
        if what == "tail":
            gone = (AuditSeal.day == first, AuditSeal.position == 3)
            await session.execute(delete(AuditSeal).where(*gone))
        elif what == "day":
            await session.execute(delete(AuditSeal).where(AuditSeal.day == first + DAY))
            await session.execute(delete(AuditDay).where(AuditDay.day == first + DAY))
        elif what == "head":
            await session.execute(delete(AuditDay).where(AuditDay.day == first))
        elif what == "last":
            await session.execute(delete(AuditSeal).where(AuditSeal.day >= first + DAY))
        else:
            await session.execute(update(AuditDay).where(AuditDay.day == first).values(position=2))

    fault = (await checked(services)).fault
    expected = {
        "tail": (Kind.GAP, first, 3),
        "day": (Kind.BROKEN_LINK, first + 2 * DAY, 1),
        "head": (Kind.UNSIGNED_DAY, first, 3),
        "signature": (Kind.WRONG_HEAD, first, 3),
        "last": (Kind.GAP, first + DAY, 1),
    }
    assert (fault.kind, fault.day, fault.position) == expected[what]


async def test_a_head_kept_elsewhere_proves_the_end_of_the_chain(services):
    """The newest entries and seals removed together leave a chain that fits."""
    ids = await note(services, 4)
    await seal(services)
    kept = (await checked(services)).head
    assert (await checked(services, head=kept)).fault is None
    async with as_superuser(services) as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.id == ids[3]))
        await session.execute(delete(AuditSeal).where(AuditSeal.entry_id == ids[3]))

    assert (await checked(services)).fault is None
    assert (await checked(services, head=kept)).fault.kind is Kind.HEAD_NOT_FOUND


async def test_a_check_from_a_day_on_begins_at_the_signed_head(services):
    ids = await note(services, 2)
    await seal(services)
    with clock.shifted(DAY):
        await note(services, 2)
        await seal(services)
    async with as_superuser(services) as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.id == ids[0]))

    recent = await checked(services, since=clock.local_day() + DAY)
    assert (recent.sealed, recent.fault) == (2, None)
    assert (await checked(services)).fault.entry_id == ids[0]


async def test_a_new_key_goes_on_and_the_old_one_is_still_checked(services):
    await note(services, 2)
    await seal(services)
    known = services.settings
    fresh = {"secret_key": SecretStr("n" * 40)}
    lost = make_settings(known.database_url, known.redis_url, **fresh)
    rotated = make_settings(
        known.database_url, known.redis_url, former_secret_keys=known.secret_key, **fresh
    )
    await note(services)
    async with services.db.begin() as session:
        await chain.seal(session, rotated)

    assert (await checked(services, rotated)).fault is None
    assert (await checked(services, lost)).fault.kind is Kind.UNKNOWN_KEY


async def test_twenty_writers_and_their_sealers_make_one_chain(services):
    other = Database(services.settings)

    async def write(number):
        for _ in range(5):
            async with other.begin() as session:
                await record(session, GUEST, "trial.race", "trial", new_id(), writer=number)
                await asyncio.sleep(0.002 * (number % 5))

    async def sealer():
        for _ in range(15):
            await seal(services)
            await asyncio.sleep(0.005)

    await asyncio.gather(*(write(n) for n in range(20)), *(sealer() for _ in range(4)))
    await other.close()
    await seal(services)
    report = await checked(services)
    assert (report.sealed, report.waiting, report.fault) == (100, 0, None)


async def test_a_deed_under_way_is_sealed_once_it_is_committed(services):
    async with services.db.begin() as slow:
        await record(slow, GUEST, "trial.slow", "trial", None)
        await note(services)
        assert await seal(services) == 1
    assert await seal(services) == 1
    assert (await checked(services)).fault is None


@pytest.mark.parametrize("table", TABLES)
async def test_evidence_has_its_triggers_and_cannot_be_emptied(services, table):
    found = text(
        "select count(*) from pg_trigger where tgrelid = cast(:table as regclass)"
        " and tgname like 'append_only%' and tgenabled = 'O'"
    )
    async with services.db.begin() as session:
        assert await session.scalar(found, {"table": table}) == 2
    with pytest.raises(DBAPIError, match="append-only"):
        async with services.db.begin() as session:
            await session.execute(text(f"truncate {table} cascade"))


async def test_the_owner_itself_has_no_right_to_change_evidence(services):
    """Also where the app's role is no superuser and somebody switched a trigger off."""
    found = text(
        "select table_name || ' ' || privilege_type from information_schema.table_privileges"
        " where table_name = any(:tables) and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')"
    )
    async with services.db.begin() as session:
        assert (await session.scalars(found, {"tables": list(TABLES)})).all() == []


async def test_seals_refuse_to_be_changed(services):
    await note(services)
    await seal(services)
    for change in (update(AuditSeal).values(position=2), delete(AuditSeal)):
        with pytest.raises(DBAPIError, match="append-only"):
            async with services.db.begin() as session:
                await session.execute(change)
