"""What the security paper wants noted (row L2), done once each through HTTP, and found noted."""

import pytest
from sqlalchemy import select

from app.accounts.models import Session
from app.audit.models import AuditEntry
from app.kernel import clock
from tests.make.browsing import last_code, post
from tests.make.orders import make_order


async def entries(services, *actions):
    async with services.db.begin() as session:
        rows = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    return [row for row in rows if not actions or row.action in actions]


async def send_code(client, phone):
    page = await client.get("/en/sign-in")
    return await post(client, "/en/sign-in", page.text, phone=phone)


async def test_sign_in_wrong_code_and_sign_out(client, cast, services):
    page = await send_code(client, cast.olga.phone)
    code = await last_code(services, cast.olga.phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    await post(client, "/en/sign-in/code", page.text, phone=cast.olga.phone, code=wrong)
    await post(client, "/en/sign-in/code", page.text, phone=cast.olga.phone, code=code)
    page = await client.get("/en/me")
    await post(client, "/en/sign-out", page.text)

    found = await entries(services)
    assert [(e.action, e.subject_id) for e in found] == [
        ("sign_in.refuse", cast.olga.id),
        ("sign_in.done", cast.olga.id),
        ("sign_out.done", cast.olga.id),
    ]
    refused, done, out = found
    assert (refused.actor_id, refused.actor_role) == (None, "guest")
    assert (done.actor_id, done.actor_role, done.details["method"]) == (
        cast.olga.id,
        "buyer",
        "code",
    )
    assert out.actor_id == cast.olga.id
    assert all(e.request_id and len(e.network) == 16 for e in found)
    assert len({e.request_id for e in found}) == 3
    assert not any(code in str(e.details) or wrong in str(e.details) for e in found)


async def test_a_wrong_code_of_an_unknown_phone_keeps_no_phone(client, services):
    page = await send_code(client, "901119911")
    await post(client, "/en/sign-in/code", page.text, phone="901119911", code="000001")
    [refused] = await entries(services)
    assert (refused.action, refused.subject_id) == ("sign_in.refuse", None)
    assert "9911" not in str(refused.details)


async def test_a_refusal_is_noted_once_though_its_request_is_rolled_back(
    client, cast, sign_in, services
):
    await sign_in(client, cast.olga)
    assert (await client.get("/en/seller?secret=1")).status_code == 403
    [denied] = await entries(services)
    assert (denied.action, denied.actor_id) == ("access.deny", cast.olga.id)
    assert denied.details == {"path": "GET /seller"}


async def test_a_forged_form_of_somebody_signed_in_is_noted(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    client.headers["x-csrf-token"] = "forged"
    assert (await client.post("/en/me", data={"name": "x"})).status_code == 403
    assert [e.action for e in await entries(services)] == ["access.deny"]


async def test_guests_and_unknown_pages_are_not_noted(client, new_client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    assert (await client.get("/en/nowhere")).status_code == 404
    assert (await new_client().get("/en/seller")).status_code == 303
    assert (await new_client().post("/en/sign-in", data={"phone": "1"})).status_code == 403
    assert await entries(services) == []


async def test_who_knocks_all_day_does_not_fill_the_log(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    for _ in range(40):
        assert (await client.get("/en/seller")).status_code == 403
    assert len(await entries(services)) == 30


async def test_a_pin_that_locks_is_noted_once(client, cast, sign_in, services):
    await sign_in(client, cast.dilnoza)
    for _ in range(7):
        assert (await client.post("/en/family/confirm", data={"pin": "111222"})).status_code == 422
    [lock] = await entries(services)
    assert (lock.action, lock.actor_id) == ("pin.lock", cast.dilnoza.id)
    assert (lock.subject_id, lock.details) == (cast.lola.household_id, {"tries": 5})


async def test_a_pin_tried_on_the_childs_device_is_noted_as_the_devices(
    client, cast, sign_in, services
):
    await sign_in(client, cast.lola)
    page = await client.get("/en/kids/leave")
    for _ in range(5):
        await post(client, "/en/kids/leave", page.text, pin="111222")
    [lock] = await entries(services)
    assert (lock.action, lock.actor_role, lock.actor_zone) == ("pin.lock", "child", "kids")


async def test_limit_and_consent_say_before_and_after(client, cast, sign_in, services):
    await sign_in(client, cast.dilnoza, confirmed_at=clock.now())
    page = await client.get(f"/en/family/children/{cast.lola.id}")
    path = f"/en/family/children/{cast.lola.id}"
    await post(client, f"{path}/limit", page.text, daily_limit="80000")
    await post(client, f"{path}/consent", page.text, decision="withdrawn")

    limit, consent = await entries(services)
    assert (limit.action, consent.action) == ("limit.change", "consent.withdrawn")
    assert limit.details == {"before": {"limit": 5_000_000}, "after": {"limit": 8_000_000}}
    assert {limit.actor_role, consent.actor_role} == {"guardian"}
    assert {limit.household_id, consent.household_id} == {cast.lola.household_id}


async def test_the_device_goes_to_a_child_and_back(client, cast, sign_in, services):
    await sign_in(client, cast.dilnoza)
    page = await client.get("/en/family")
    await post(client, f"/en/family/children/{cast.lola.id}/handover", page.text)
    page = await client.get("/en/kids/leave")
    del client.headers["x-csrf-token"]
    await post(client, "/en/kids/leave", page.text, pin=cast.PINS[cast.KARIMOV])

    given, back = await entries(services)
    assert (given.action, given.actor_id, given.subject_id) == (
        "zone.enter",
        cast.dilnoza.id,
        cast.lola.id,
    )
    assert (back.action, back.actor_role, back.details) == (
        "zone.leave",
        "child",
        {"method": "pin"},
    )


async def test_an_order_called_off_is_noted(client, cast, sign_in, services):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    await sign_in(client, cast.olga)
    page = await client.get(f"/en/orders/{order.number}")
    await post(client, f"/en/orders/{order.number}/cancellation", page.text)
    [noted] = await entries(services, "order.cancel")
    assert (noted.subject_id, noted.details) == (order.id, {"number": order.number})


async def test_other_devices_ended_are_noted(client, new_client, cast, sign_in, services):
    await sign_in(new_client(), cast.olga)
    await sign_in(client, cast.olga)
    page = await client.get("/en/me")
    await post(client, "/en/me/devices/ending", page.text)
    [noted] = await entries(services, "device.end")
    assert noted.details == {"devices": 1}
    async with services.db.begin() as session:
        rows = (await session.scalars(select(Session.ended_at))).all()
    assert len([ended for ended in rows if ended]) == 1


@pytest.mark.parametrize("name", ["malika", "sardor", "aziza", "botir", "anvar", "dilnoza"])
async def test_the_strongest_role_acts(client, cast, sign_in, services, name):
    await sign_in(client, getattr(cast, name))
    client.headers["x-csrf-token"] = "forged"
    await client.post("/en/me", data={"name": "x"})
    [noted] = await entries(services)
    expected = {
        "malika": "moderator",
        "sardor": "agent",
        "aziza": "admin",
        "botir": "seller",
        "anvar": "clerk",
        "dilnoza": "guardian",
    }
    assert noted.actor_role == expected[name]
