"""After 7 days nothing leads back to a person who left; until then one tap keeps everything."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.accounts.models import Session, User
from app.family.models import ChildProfile, Consent, Household
from app.kernel import clock
from app.kernel.events import publish
from app.kernel.tasks import NoArguments
from app.kernel.viewer import Viewer
from app.orders.models import Order
from app.privacy import deleting, hindrances, tasks
from app.privacy.models import DeletionRequest
from app.sellers.models import Seller
from app.staff.events import AccountDeletionDue
from tests.make.orders import make_order, make_paid_order
from tests.privacy import lives

WEEK = timedelta(days=7, minutes=1)
# Where a person may be met as a number after the end, and never by a word.
HOLDS = {
    "audit_entry",
    "consent",
    "deletion_request",
    "event",
    "order_event",
    "policy_acceptance",
    "task",
}


@pytest.fixture
async def zumrad(services, run_tasks):
    return await lives.live(services, run_tasks, lives.zumrad())


async def leave(services, run_tasks, life):
    """Ask, wait a week, let the clock work."""
    async with services.db.begin() as session:
        made = await deleting.ask(session, life.viewer, life.user_id)
    assert made is not None
    with clock.shifted(WEEK):
        await sweep(services)
        await run_tasks()


async def sweep(services):
    """What the clock plants hourly, here and now."""
    async with services.db.begin() as session:
        await tasks.erase_due.run(session, NoArguments())


async def test_words_are_in_every_place_before(services, zumrad):
    """The proof below would be worth nothing if there were nothing to find."""
    found = {
        table
        for table, rows in (await lives.dump(services)).items()
        if any(word in rows for word in zumrad.words)
    }

    assert found >= {
        "address",
        "child_profile",
        "household",
        "identity",
        "message",
        "notification",
        "order",
        "passkey",
        "user",
    }


async def test_nothing_leads_back_after_the_end(services, run_tasks, zumrad):
    await leave(services, run_tasks, zumrad)

    for table, rows in (await lives.dump(services)).items():
        assert [word for word in zumrad.words if word in rows] == [], table
        if str(zumrad.user_id) in rows or str(zumrad.child_id) in rows:
            assert table in HOLDS
    valkey = await lives.kept_in_valkey(services)
    assert [word for word in zumrad.words if word in valkey] == []


async def test_what_the_law_asks_for_stays_without_names(services, run_tasks, zumrad):
    await leave(services, run_tasks, zumrad)

    async with services.db.begin() as session:
        order = await session.get_one(Order, zumrad.order_id)
        consents = select(func.count()).where(Consent.household_id == zumrad.household_id)
        kept = await session.scalar(consents)
    assert (order.buyer_id, order.household_id, order.child_id) == (None, None, None)
    assert order.total > 0
    assert order.address == {"region": "1726", "district": "1726294"}
    assert kept == 2


async def test_others_lose_nothing(services, run_tasks, zumrad, cast):
    async with services.db.begin() as session:
        counted = {
            model: await session.scalar(select(func.count()).select_from(model))
            for model in (User, Household, ChildProfile)
        }

    await leave(services, run_tasks, zumrad)

    async with services.db.begin() as session:
        for model, before in counted.items():
            assert await session.scalar(select(func.count()).select_from(model)) == before - 1
        address = text("select count(*) from address where user_id = :id")
        assert await session.scalar(address, {"id": cast.dilnoza.id}) == 1


async def test_guests_carts_and_sessions_stay(services, run_tasks, zumrad):
    """A deletion of a child has no person: nobody's rows may be taken for its."""
    async with services.db.begin() as session:
        session.add(
            Session(token_hash=b"g", csrf_secret="s", expires_at=clock.now() + timedelta(days=30))
        )
        await session.execute(
            text(
                "insert into cart (id, session_id) select gen_random_uuid(), id from session "
                "where token_hash = 'g'"
            )
        )
        await deleting._begin(session, zumrad.user_id, zumrad.child_id)
    with clock.shifted(WEEK):
        await sweep(services)
        await run_tasks()

    async with services.db.begin() as session:
        assert await session.get(ChildProfile, zumrad.child_id) is None
        guests = select(func.count()).where(Session.user_id.is_(None), Session.child_id.is_(None))
        assert await session.scalar(guests) == 1
        assert await session.scalar(text("select count(*) from cart where session_id is not null"))
        assert await session.get(User, zumrad.user_id) is not None


async def test_another_guardian_keeps_the_family(services, run_tasks, zumrad, cast):
    await lives.add_guardian(services, zumrad, cast.jasur)

    await leave(services, run_tasks, zumrad)

    async with services.db.begin() as session:
        child = await session.get_one(ChildProfile, zumrad.child_id)
        assert child.nickname == zumrad.nickname
        assert await session.get(Household, zumrad.household_id) is not None
    rows = "\n".join((await lives.dump(services)).values())
    for word in zumrad.words - {zumrad.nickname, zumrad.family}:
        assert word not in rows


async def test_a_childs_end_leaves_no_nickname(services, run_tasks, zumrad):
    async with services.db.begin() as session:
        await deleting._begin(session, zumrad.user_id, zumrad.child_id)
    with clock.shifted(WEEK):
        await sweep(services)
        await run_tasks()

    for table, rows in (await lives.dump(services)).items():
        if table != "data_export":
            assert zumrad.nickname not in rows, table
    async with services.db.begin() as session:
        assert await session.get(Household, zumrad.household_id) is not None


async def test_nothing_happens_before_the_time_nor_after_an_undo(services, run_tasks, zumrad):
    async with services.db.begin() as session:
        made = await deleting.ask(session, zumrad.viewer, zumrad.user_id)
        early = await deleting.carry_out(session, made.id)
        undone = await deleting.undo(session, zumrad.viewer, zumrad.user_id)
    with clock.shifted(WEEK):
        async with services.db.begin() as session:
            late = await deleting.carry_out(session, made.id)

    assert (early, undone, late) == (False, True, False)
    async with services.db.begin() as session:
        assert (await session.get_one(User, zumrad.user_id)).name == zumrad.name


async def test_asking_twice_is_one_request(services, zumrad):
    async with services.db.begin() as session:
        first = await deleting.ask(session, zumrad.viewer, zumrad.user_id)
    async with services.db.begin() as session:
        second = await deleting.ask(session, zumrad.viewer, zumrad.user_id)

    assert first.id == second.id


async def test_a_crash_in_the_middle_leaves_everything(services, zumrad):
    """Half a person is worse than a late deletion; the next try does it all."""
    async with services.db.begin() as session:
        made = await deleting.ask(session, zumrad.viewer, zumrad.user_id)
    before = await lives.dump(services)
    with clock.shifted(WEEK):
        async with services.db.session() as session:
            assert await deleting.carry_out(session, made.id)
            await session.rollback()
        assert (await lives.dump(services))["identity"] == before["identity"]
        async with services.db.begin() as session:
            assert await deleting.carry_out(session, made.id)
        async with services.db.begin() as session:
            assert not await deleting.carry_out(session, made.id)


async def test_open_orders_hinder_and_delay(services, zumrad, cast):
    async with services.db.begin() as session:
        made = await deleting.ask(session, zumrad.viewer, zumrad.user_id)
    order = await make_order(services, None, (cast.puzzle, 1))
    async with services.db.begin() as session:
        await session.execute(
            text('update "order" set buyer_id = :user where id = :id'),
            {"user": zumrad.user_id, "id": order.id},
        )
    with clock.shifted(WEEK):
        async with services.db.begin() as session:
            hindered = await deleting.carry_out(session, made.id)
        async with services.db.begin() as session:
            await session.execute(
                text("update \"order\" set state = 'expired' where id = :id"), {"id": order.id}
            )
        async with services.db.begin() as session:
            done = await deleting.carry_out(session, made.id)

    assert (hindered, done) == (False, True)


async def test_ten_at_once_are_one(services, zumrad):
    """Asking, and carrying out: whoever comes second waits and finds it done."""

    async def ask():
        async with services.db.begin() as session:
            return (await deleting.ask(session, zumrad.viewer, zumrad.user_id)).id

    async def carry_out(request_id):
        async with services.db.begin() as session:
            return await deleting.carry_out(session, request_id)

    asked = set(await asyncio.gather(*(ask() for _ in range(10))))
    with clock.shifted(WEEK):
        done = await asyncio.gather(*(carry_out(one) for one in asked for _ in range(10)))

    assert len(asked) == 1
    assert sorted(done) == [False] * 9 + [True]


async def test_an_undo_against_the_last_moment(services, zumrad):
    """Either the account is kept or it is gone; never both."""
    async with services.db.begin() as session:
        made = await deleting.ask(session, zumrad.viewer, zumrad.user_id)

    async def carry_out():
        async with services.db.begin() as session:
            return await deleting.carry_out(session, made.id)

    async def undo():
        async with services.db.begin() as session:
            return await deleting.undo(session, zumrad.viewer, zumrad.user_id)

    with clock.shifted(WEEK):
        gone, kept = await asyncio.gather(carry_out(), undo())

    assert gone != kept
    async with services.db.begin() as session:
        assert (await session.get(User, zumrad.user_id) is None) == gone


async def test_an_account_closed_for_good_goes_at_once(services, run_tasks, zumrad):
    async with services.db.begin() as session:
        await publish(session, AccountDeletionDue(zumrad.user_id))
    await run_tasks()
    await sweep(services)
    await run_tasks()

    assert zumrad.phone not in (await lives.dump(services))["identity"]


async def test_a_guests_parcel_on_its_way_is_not_lost(services, cast):
    """The same phone ordered as a guest: its address is needed until it has come."""
    order = await make_paid_order(services, None, (cast.puzzle, 1))
    async with services.db.begin() as session:
        assert order.contact_phone == cast.dilnoza.phone
        assert await hindrances.of_person(session, cast.dilnoza.id) == [hindrances.OPEN_ORDERS]


async def test_asking_with_an_open_order_names_it(services, cast):
    await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    async with services.db.begin() as session:
        assert await hindrances.of_person(session, cast.olga.id) == [hindrances.OPEN_ORDERS]


async def test_the_last_administrator_stays(services, cast):
    async with services.db.begin() as session:
        assert await hindrances.of_person(session, cast.aziza.id) == [hindrances.LAST_ADMIN]


async def test_a_shop_with_parcels_to_send_keeps_its_owner(services, cast):
    async with services.db.begin() as session:
        free = await hindrances.of_person(session, cast.botir.id)
    await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    async with services.db.begin() as session:
        busy = await hindrances.of_person(session, cast.botir.id)

    assert (free, busy) == ([], [hindrances.OPEN_SHOP])


async def test_a_shop_without_owner_closes(services, run_tasks, cast):
    async with services.db.begin() as session:
        await deleting.ask(session, Viewer(user_id=cast.botir.id), cast.botir.id)
    with clock.shifted(WEEK):
        await sweep(services)
        await run_tasks()

    async with services.db.begin() as session:
        assert (await session.get_one(Seller, cast.quvnoq.id)).state == "suspended"
        assert (await session.scalars(select(DeletionRequest.state))).all() == ["done"]
