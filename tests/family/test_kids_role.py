"""The restricted role alone keeps a child inside its age and its family's blocks.

No filter of the application takes part in these tests.
"""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.ids import new_id
from app.kernel.request import access_of
from app.kernel.viewer import Audience, Child, Viewer, Zone


def device_of(kid, **audience) -> Viewer:
    child = Child(kid.id, kid.household_id, kid.name, kid.avatar, kid.hue, kid.age)
    seen = replace(Audience(child_age=kid.age), **audience)
    return Viewer(zone=Zone.KIDS, child_id=kid.id, child=child, audience=seen)


async def rows(services, viewer, sql, **values):
    async with services.db.begin(access_of(viewer, read_only=True)) as session:
        return (await session.execute(text(sql), values)).all()


async def test_products_inside_the_age_only(services, cast):
    seen = {
        row.slug for row in await rows(services, device_of(cast.lola), "select slug from product")
    }

    assert cast.planetarium.slug in seen
    assert cast.fairy_tales.slug in seen
    assert not seen & {good.slug for good in cast.HIDDEN_FROM_LOLA}


async def test_a_family_block_hides_category_and_product(services, cast):
    viewer = device_of(
        cast.lola,
        blocked_category_ids=(cast.key("slaym"),),
        blocked_ids=(cast.puzzle.id,),
    )

    seen = {row.slug for row in await rows(services, viewer, "select slug from product")}

    assert cast.slime.slug not in seen
    assert cast.puzzle.slug not in seen
    assert cast.planetarium.slug in seen


@pytest.mark.parametrize("table", ["variant", "offer", "stock_level", "product_image"])
async def test_what_hangs_on_a_hidden_product_is_hidden(services, cast, table):
    key = "offer_id" if table == "stock_level" else "product_id"
    hidden = [g.offer_id if table == "stock_level" else g.id for g in cast.HIDDEN_FROM_LOLA]

    found = await rows(services, device_of(cast.lola), f"select {key} as id from {table}")

    assert found
    assert not {row.id for row in found} & set(hidden)


OUT_OF_REACH = [
    '"user"',
    "identity",
    "session",
    "one_time_code",
    "passkey",
    "role_grant",
    "household",
    "safety_rules",
    "child_device",
    "child_link",
    "child_link_try",
    "spending_limit",
    "spending_day",
    "spending_entry",
    "consent",
    "address",
    "cart",
    "cart_line",
    '"order"',
    "seller_order",
    "order_line",
    "order_event",
    "payment_intent",
    "payment_transaction",
    "ledger_entry",
    "message",
    "notification",
    "push_subscription",
    "audit_entry",
    "event",
    "stock_hold",
    "delivery_rate",
    "vocabulary",
]


async def test_everything_else_is_out_of_reach(services, cast):
    for table in OUT_OF_REACH:
        with pytest.raises(DBAPIError, match="permission denied"):
            await rows(services, device_of(cast.lola), f"select * from {table}")


async def test_a_child_sees_only_itself(services, cast):
    found = await rows(services, device_of(cast.lola), "select id from child_profile")

    assert [row.id for row in found] == [cast.lola.id]


async def test_a_child_cannot_answer_its_own_question(services, cast):
    async def change(sql: str) -> None:
        async with services.db.begin(access_of(device_of(cast.lola), read_only=False)) as session:
            await session.execute(text(sql))

    for sql in (
        "update approval_request set state = 'ordered'",
        "delete from approval_request",
        "update product set child_ok = true",
        f"insert into event values ('{new_id()}', 'x', '{{}}', now()); update event set name = 'y'",
    ):
        with pytest.raises(DBAPIError):
            await change(sql)


async def test_a_question_for_another_child_is_refused(services, cast):
    sql = """
        insert into approval_request (id, household_id, child_id, idempotency_key, product_id,
          offer_id, seller_id, quantity, price, title, seller_name, art, hue, reason,
          is_over_limit, state, expires_at, version)
        values (:id, :home, :child, 'k', :product, :offer, :seller, 1, 100, '{}', '', '', 1, 'love',
          false, :state, now(), 1)
    """
    values = {
        "home": cast.lola.household_id,
        "product": cast.puzzle.id,
        "offer": cast.puzzle.offer_id,
        "seller": cast.quvnoq.id,
    }
    for child, state in ((cast.temur.id, "asked"), (cast.lola.id, "ordered")):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with services.db.begin(access_of(device_of(cast.lola), read_only=False)) as s:
                await s.execute(
                    text(sql), {"id": new_id(), "child": child, "state": state, **values}
                )
