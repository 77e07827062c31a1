"""A child asks, a guardian decides: through HTTP, with the workers' tasks run in step."""

import asyncio

import pytest
from sqlalchemy import text

SOM = 100


async def ask(client, good, *, reason="school", key="tap-0001"):
    return await client.post(f"/uz/kids/ask/{good.offer_id}", data={"reason": reason, "key": key})


async def only(services, sql, **values):
    async with services.db.begin() as session:
        return (await session.execute(text(sql), values)).all()


@pytest.fixture
async def devices(new_client, sign_in, cast):
    """Lola's phone, and the phones of both guardians and of a stranger."""
    lola = await sign_in(new_client(), cast.lola)
    dilnoza = await sign_in(new_client(), cast.dilnoza)
    jasur = await sign_in(new_client(), cast.jasur)
    nodira = await sign_in(new_client(), cast.nodira)
    return lola, dilnoza, jasur, nodira


async def test_a_child_asks_and_sees_that_it_is_asked(devices, cast, services):
    lola, *_ = devices

    home = await lola.get("/uz/kids")
    page = await lola.get(f"/uz/kids/ask/{cast.planetarium.offer_id}")
    answer = await ask(lola, cast.planetarium)
    asked = await lola.get(answer.headers["location"])

    assert home.status_code == page.status_code == 200
    assert answer.status_code == 303
    assert "Ota-onangdan soʻradik" in asked.text
    day = await only(services, "select reserved from spending_day")
    assert day[0].reserved == 45_000 * SOM


async def test_a_double_tap_is_one_question(devices, cast, services):
    lola, *_ = devices

    answers = await asyncio.gather(*(ask(lola, cast.planetarium) for _ in range(5)))
    again = await ask(lola, cast.planetarium, key="another-tap")

    places = {a.headers["location"] for a in [*answers, again]}
    rows = await only(services, "select id from approval_request")
    assert len(rows) == 1
    assert len(places) == 1


async def test_a_forbidden_thing_cannot_be_asked_for(devices, cast, services):
    lola, *_ = devices

    for good in cast.HIDDEN_FROM_LOLA:
        answer = await ask(lola, good)
        assert answer.status_code == 404
    assert await only(services, "select id from approval_request") == []


async def test_a_guardian_sees_the_question_and_a_stranger_does_not(devices, cast, run_tasks):
    lola, dilnoza, jasur, nodira = devices
    request_id = (await ask(lola, cast.planetarium)).headers["location"].rsplit("/", 1)[1]
    await run_tasks()
    path = f"/uz/family/approvals/{request_id}"

    hers, his, foreign = await asyncio.gather(dilnoza.get(path), jasur.get(path), nodira.get(path))

    assert hers.status_code == his.status_code == 200
    assert cast.planetarium.title in hers.text
    assert foreign.status_code == 404
    assert cast.planetarium.title not in foreign.text


async def decide(client, request_id, decision, **more):
    data = {"decision": decision, "seen_price": str(45_000 * SOM), **more}
    return await client.post(f"/uz/family/approvals/{request_id}/decision", data=data)


async def test_both_guardians_approve_at_once_and_one_order_is_placed(devices, cast, services):
    lola, dilnoza, jasur, _ = devices
    request_id = (await ask(lola, cast.planetarium)).headers["location"].rsplit("/", 1)[1]

    hers, his = await asyncio.gather(
        decide(dilnoza, request_id, "approve", pin="739146"),
        decide(jasur, request_id, "approve", pin="739146"),
    )

    orders = await only(services, 'select buyer_id, child_id, state from "order"')
    assert len(orders) == 1
    assert orders[0].child_id == cast.lola.id
    assert {hers.status_code, his.status_code} <= {303, 200}


async def test_a_wrong_pin_counts_and_buys_nothing(devices, cast, services):
    lola, dilnoza, *_ = devices
    request_id = (await ask(lola, cast.planetarium)).headers["location"].rsplit("/", 1)[1]

    answer = await decide(dilnoza, request_id, "approve", pin="000000")

    assert answer.status_code == 422
    assert "PIN notoʻgʻri" in answer.text
    assert await only(services, 'select id from "order"') == []
    assert (await only(services, "select max(pin_failures) as n from household"))[0].n == 1


async def test_a_higher_price_is_asked_anew(devices, cast, services):
    lola, dilnoza, *_ = devices
    request_id = (await ask(lola, cast.planetarium)).headers["location"].rsplit("/", 1)[1]
    async with services.db.begin() as session:
        await session.execute(
            text("update offer set price = price + 100000 where id = :id"),
            {"id": cast.planetarium.offer_id},
        )

    answer = await decide(dilnoza, request_id, "approve", pin="739146")
    seen = await decide(dilnoza, request_id, "approve", seen_price=str(46_000 * SOM))

    assert answer.status_code == 409
    assert "narx oʻzgardi" in answer.text
    assert seen.status_code == 303
    assert len(await only(services, 'select id from "order"')) == 1


async def test_declining_answers_kindly_and_frees_the_limit(devices, cast, services):
    lola, dilnoza, jasur, _ = devices
    place = (await ask(lola, cast.planetarium)).headers["location"]
    request_id = place.rsplit("/", 1)[1]

    declined = await decide(dilnoza, request_id, "decline", answer="save")
    late = await decide(jasur, request_id, "approve", pin="739146")
    shown = await lola.get(place)

    assert declined.status_code == 303
    assert late.status_code == 409
    assert "birga pul yigʻamiz" in shown.text
    assert (await only(services, "select reserved from spending_day"))[0].reserved == 0


async def test_a_child_cannot_decide(devices, cast):
    lola, *_ = devices
    request_id = (await ask(lola, cast.planetarium)).headers["location"].rsplit("/", 1)[1]

    answer = await decide(lola, request_id, "approve", pin="739146")

    assert answer.status_code == 404


async def test_the_zone_opens_with_the_pin_only(new_client, sign_in, cast):
    phone = await sign_in(new_client(), cast.dilnoza)

    given = await phone.post(f"/uz/family/children/{cast.lola.id}/handover")
    inside = [
        (await phone.get(path)).status_code
        for path in ("/uz/family", "/uz/me", "/uz/cart", "/uz/seller", "/uz/orders")
    ]
    phone.headers["x-csrf-token"] = phone.cookies["csrf"]
    wrong = await phone.post("/uz/kids/leave", data={"pin": "000000"})
    right = await phone.post("/uz/kids/leave", data={"pin": "739146"})
    back = await phone.get("/uz/family")

    assert given.headers["location"] == "/uz/kids"
    assert inside == [404] * 5
    assert wrong.status_code == 422
    assert right.status_code == 303
    assert back.status_code == 200
