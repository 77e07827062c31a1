"""What programs read and do: their own, in exactly these fields, each deed once."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from app.api.models import ApiAnswer
from app.catalog.models import Product
from app.family.models import Household
from app.orders.models import OrderEvent
from tests.api.programs import ALL_SCOPES, BUYER, SELLER
from tests.make.orders import make_order, make_paid_order, parts_of

KEY = "0192f0c1-7d1e-7aaa"


@pytest.fixture
async def olga(programs, cast):
    return (await programs.tokens(cast.olga))["access_token"]


@pytest.fixture
async def sale(services, cast):
    """A paid order of Dilnoza's at Quvnoq, for a child."""
    order = await make_paid_order(services, cast.dilnoza, (cast.puzzle, 1), child=cast.lola)
    return (await parts_of(services, order.id))[0]


async def test_me_is_the_person_and_the_program(programs, cast, olga):
    said = (await programs.get("/me", olga)).json()

    assert said.pop("client_id")
    assert said == {
        "id": str(cast.olga.id),
        "name": "Olga",
        "language": "ru",
        "roles": [],
        "scopes": list(BUYER),
    }


async def test_categories_hang_together(programs, olga):
    items = (await programs.get("/categories", olga)).json()["items"]

    slugs = {one["slug"] for one in items}
    assert "kitoblar" in slugs
    assert all(one["parent"] is None or one["parent"] in slugs for one in items)


async def test_products_come_in_pages_without_gaps(programs, olga, monkeypatch):
    from app.catalog import queries

    monkeypatch.setitem(queries.listing.__kwdefaults__, "size", 2)
    seen, cursor = [], ""
    while cursor is not None:
        path = "/products" + (f"?cursor={cursor}" if cursor else "")
        page = (await programs.get(path, olga)).json()
        seen += [one["slug"] for one in page["items"]]
        cursor = page["next"]

    assert len(seen) == len(set(seen)) == 7


async def test_products_of_a_category_and_by_words(programs, olga):
    books = (await programs.get("/products?category=kitoblar", olga)).json()["items"]
    found = (await programs.get("/products?q=puzl", olga)).json()["items"]

    assert {one["slug"] for one in books} == {"ertaklar", "otkan-kunlar"}
    assert "yogoch-puzl" in {one["slug"] for one in found} or found == []
    assert books[0]["price"]["currency"] == "UZS"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?category=yoq", 404, "not_found"),
        ("?category=kitoblar&q=ertak", 422, "one_filter"),
        ("?cursor=garbage", 422, "cursor_refused"),
        ("?cursor=" + "A" * 401, 422, "invalid"),
        ("?q=" + "a" * 101, 422, "invalid"),
        ("?q=%00", 400, "bad_request"),
    ],
)
async def test_a_wrong_question_says_what_is_wrong(programs, olga, query, status, code):
    answer = await programs.get(f"/products{query}", olga)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_product_says_who_sells_it_and_no_more(programs, cast, olga):
    answer = await programs.get(f"/products/{cast.puzzle.slug}", olga)

    said = answer.json()
    [variant] = said["variants"]
    assert variant["seller"] == {"name": cast.quvnoq.name, "slug": cast.quvnoq.slug}
    assert variant["price"] == {"amount": 3_000_000, "currency": "UZS"}
    assert not {"seller_tin", "available", "on_hand", "cost"} & (set(said) | set(variant))


async def test_what_is_not_approved_does_not_exist(programs, cast, olga, services):
    async with services.db.begin() as session:
        mine = update(Product).where(Product.id == cast.puzzle.id)
        await session.execute(mine.values(state="recalled"))

    assert (await programs.get(f"/products/{cast.puzzle.slug}", olga)).status_code == 404
    assert cast.puzzle.slug not in (await programs.get("/products", olga)).text


async def test_an_unchanged_catalogue_is_not_sent_twice(programs, cast, olga, services):
    path = f"/products/{cast.puzzle.slug}"
    tag = (await programs.get(path, olga)).headers["etag"]

    same = await programs.get(path, olga, **{"if-none-match": f'"x", W/{tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    async with services.db.begin() as session:
        mine = update(Product).where(Product.id == cast.puzzle.id)
        await session.execute(mine.values(summary={"uz": "Yangi"}))
    assert (await programs.get(path, olga, **{"if-none-match": tag})).status_code == 200


async def test_own_orders_and_nobody_elses(programs, cast, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 2))
    foreign = await make_order(services, cast.nodira, (cast.football, 1))
    olga = (await programs.tokens(cast.olga))["access_token"]

    listed = (await programs.get("/orders", olga)).json()["items"]
    whole = (await programs.get(f"/orders/{order.number}", olga)).json()

    assert [one["number"] for one in listed] == [order.number]
    assert whole["parts"][0]["lines"][0]["quantity"] == 2
    assert whole["total"]["amount"] == order.total
    assert (await programs.get(f"/orders/{foreign.number}", olga)).status_code == 404
    assert (await programs.get("/orders/none", olga)).status_code == 404


async def test_an_order_of_the_other_guardian_is_not_own(programs, cast, services):
    order = await make_order(services, cast.dilnoza, (cast.puzzle, 1), child=cast.lola)
    token = (await programs.tokens(cast.jasur, (*BUYER, "family:read")))["access_token"]

    assert (await programs.get(f"/orders/{order.number}", token)).status_code == 404
    assert (await programs.get("/orders", token)).json()["items"] == []


async def test_no_answer_tells_for_whom_an_order_is(programs, cast, sale, services):
    buyer = (await programs.tokens(cast.dilnoza))["access_token"]
    seller = await programs.key(cast.botir)
    number = (await programs.get("/orders", buyer)).json()["items"][0]["number"]

    texts = [
        (await programs.get(f"/orders/{number}", buyer)).text,
        (await programs.get("/seller/orders", seller)).text,
        (await programs.get(f"/seller/orders/{sale.number}", seller)).text,
    ]

    for text in texts:
        assert cast.lola.name not in text
        assert str(cast.lola.id) not in text
        assert str(cast.lola.household_id) not in text


async def test_a_guardian_reads_nickname_and_age_group(programs, cast):
    token = (await programs.tokens(cast.dilnoza, ("family:read",)))["access_token"]

    said = (await programs.get("/family/children", token)).json()

    assert sorted(said["items"], key=lambda one: one["nickname"]) == [
        {"nickname": "Lola", "age_band": "6-8"},
        {"nickname": "Temur", "age_band": "9-12"},
    ]


async def test_only_guardians_can_give_the_family_scope(programs, cast, services):
    from app.kernel.errors import Forbidden

    for person in (cast.olga, cast.oydin):
        with pytest.raises(Forbidden):
            await programs.tokens(person, ("family:read",))
    async with services.db.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Household)) == 2


async def test_a_seller_accepts_packs_and_hands_over(programs, cast, sale):
    key, path = await programs.key(cast.botir), f"/seller/orders/{sale.number}"

    queue = (await programs.get("/seller/orders", key)).json()["items"]
    accepted = await programs.post(f"{path}/acceptance", key, "accept-1")
    packed = await programs.post(f"{path}/packing", key, "packing-1")
    gone = await programs.post(f"{path}/handover", key, "hand-over-1", {"tracking_number": "UZ 1"})

    assert [one["number"] for one in queue] == [sale.number]
    assert accepted.json()["state"] == "accepted"
    assert accepted.json()["address"]["region"] == "1726"
    assert packed.json()["state"] == "packed"
    assert gone.json()["state"] == "handed_over"
    assert gone.json()["tracking_number"] == "UZ 1"
    way = (await programs.get("/seller/orders?shelf=way", key)).json()["items"]
    assert [one["number"] for one in way] == [sale.number]


async def test_a_step_out_of_turn_is_a_conflict_and_is_not_kept(programs, cast, sale, services):
    key, path = await programs.key(cast.botir), f"/seller/orders/{sale.number}"

    early = await programs.post(f"{path}/packing", key, KEY)
    await programs.post(f"{path}/acceptance", key, "accept-1")
    later = await programs.post(f"{path}/packing", key, KEY)

    assert early.status_code == 409
    assert later.status_code == 200


async def test_the_same_request_again_receives_the_first_answer(programs, cast, sale, services):
    key, path = await programs.key(cast.botir), f"/seller/orders/{sale.number}/acceptance"

    first, second = [await programs.post(path, key, KEY) for _ in range(2)]

    assert first.content == second.content
    assert first.headers["idempotency-replayed"] == "false"
    assert second.headers["idempotency-replayed"] == "true"


async def test_twenty_at_once_are_one_deed_and_twenty_equal_answers(programs, cast, sale, services):
    key, path = await programs.key(cast.botir), f"/seller/orders/{sale.number}/acceptance"
    await programs.warm()

    answers = await asyncio.gather(*(programs.post(path, key, KEY) for _ in range(20)))

    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    async with services.db.begin() as session:
        happened = select(func.count()).select_from(OrderEvent)
        kept = select(func.count()).select_from(ApiAnswer)
        assert await session.scalar(happened.where(OrderEvent.kind == "accepted")) == 1
        assert await session.scalar(kept) == 1


async def test_the_same_key_for_another_request_is_refused(programs, cast, sale, services):
    other = await make_paid_order(services, cast.olga, (cast.football, 1))
    second = (await parts_of(services, other.id))[0]
    key = await programs.key(cast.botir)
    for path in ("acceptance", "packing"):
        await programs.post(f"/seller/orders/{sale.number}/{path}", key, f"{KEY}-{path}")
    sent = {"tracking_number": "UZ 1"}
    await programs.post(f"/seller/orders/{sale.number}/handover", key, KEY, sent)

    for path, body in (
        (f"/seller/orders/{sale.number}/handover", {"tracking_number": "UZ 2"}),
        (f"/seller/orders/{second.number}/acceptance", {}),
    ):
        answer = await programs.post(path, key, KEY, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_keys_of_two_programs_do_not_meet(programs, cast, sale, services):
    first, second = await programs.key(cast.botir), await programs.key(cast.anvar)
    path = f"/seller/orders/{sale.number}/acceptance"

    await programs.post(path, first, KEY)

    assert (await programs.post(path, second, KEY)).status_code == 409


@pytest.mark.parametrize("key", ["", "short", "a" * 65, "with space", "ключ-ключ".encode()])
async def test_a_deed_needs_a_key_of_its_own(programs, cast, sale, key):
    token = await programs.key(cast.botir)

    answer = await programs.post(f"/seller/orders/{sale.number}/acceptance", token, key)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "sent",
    [
        {"price": 1},
        {"seller_id": "x", "tracking_number": "UZ 1"},
        {"tracking_number": "<b>"},
        {"tracking_number": "a" * 41},
        {"tracking_number": 7},
        ["UZ 1"],
        "UZ 1",
    ],
    ids=str,
)
async def test_unknown_and_wrong_fields_are_refused(programs, cast, sale, sent):
    key = await programs.key(cast.botir)

    answer = await programs.post(f"/seller/orders/{sale.number}/handover", key, KEY, sent)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_another_shop_finds_nothing_and_moves_nothing(programs, cast, sale, services):
    zuhra = await programs.key(cast.zuhra)
    path = f"/seller/orders/{sale.number}"

    assert (await programs.get(path, zuhra)).status_code == 404
    assert (await programs.get("/seller/orders", zuhra)).json()["items"] == []
    for step in ("acceptance", "packing", "handover"):
        assert (await programs.post(f"{path}/{step}", zuhra, f"{KEY}-{step}")).status_code == 404
    assert (await parts_of(services, sale.order_id))[0].state == "placed"


async def test_reading_is_not_writing(programs, cast, sale):
    key = await programs.key(cast.botir, ("sales:read",))

    answer = await programs.post(f"/seller/orders/{sale.number}/acceptance", key, KEY)

    assert answer.status_code == 403


async def test_an_unpaid_order_is_no_sale(programs, cast, services):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    part = (await parts_of(services, order.id))[0]
    key = await programs.key(cast.botir)

    assert (await programs.get(f"/seller/orders/{part.number}", key)).status_code == 404


async def test_six_hundred_calls_a_minute(programs, cast, services, monkeypatch):
    from app.api import bucket

    monkeypatch.setattr(bucket, "CAPACITY", 5)
    key, other = await programs.key(cast.botir), await programs.key(cast.anvar)

    answers = [await programs.get("/me", key) for _ in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"program";q=5;w=60'
    assert answers[0].headers["ratelimit"] == '"program";r=4;t=0'
    assert 1 <= int(answers[5].headers["retry-after"]) <= 12
    assert answers[5].json()["code"] == "too_many"
    assert (await programs.get("/me", other)).status_code == 200


async def test_without_valkey_the_api_goes_on(programs, cast, services, monkeypatch):
    from redis.exceptions import ConnectionError as Gone

    async def gone(*_args, **_more):
        raise Gone

    key = await programs.key(cast.botir)
    monkeypatch.setattr(type(services.redis), "evalsha", gone)

    assert (await programs.get("/me", key)).status_code == 200


async def test_an_access_token_of_every_scope_is_still_the_persons_own(programs, cast, sale):
    token = (await programs.tokens(cast.dilnoza, (*BUYER, "family:read")))["access_token"]

    assert set(ALL_SCOPES) > set(BUYER)
    assert set(SELLER) < set(ALL_SCOPES)
    assert (await programs.get("/seller/orders", token)).status_code == 403
