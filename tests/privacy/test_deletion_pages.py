"""Leaving through the pages: said plainly, asked once more, taken back with one tap."""

from sqlalchemy import select

from app.privacy.models import DeletionRequest
from tests.make.browsing import text_of
from tests.make.orders import make_paid_order


async def state_of(services, user_id):
    async with services.db.begin() as session:
        found = select(DeletionRequest.state).where(DeletionRequest.user_id == user_id)
        return (await session.scalars(found.order_by(DeletionRequest.id))).all()


async def test_leaving_and_staying(services, run_tasks, zumrad, enter):
    client = await enter(zumrad)
    page = text_of(await client.get("/en/me/data/deletion"))
    assert "no other parent is left" in page
    assert "Your name is in none of them" in page

    asked = await client.post("/en/me/data/deletion", data={"sure": "yes"})
    home = text_of(await client.get("/en/"))
    undone = await client.post("/en/me/data/deletion/undoing", data={})
    after = text_of(await client.get("/en/"))
    await run_tasks()

    assert asked.status_code == 303
    assert "Your account will be deleted in 7 days" in home
    assert undone.status_code == 303
    assert "will be deleted in" not in after
    assert await state_of(services, zumrad.user_id) == ["undone"]


async def test_the_box_must_be_ticked(services, zumrad, enter):
    client = await enter(zumrad)

    answer = await client.post("/en/me/data/deletion", data={})

    assert answer.status_code == 422
    assert "tick the box" in text_of(answer)
    assert await state_of(services, zumrad.user_id) == []


async def test_without_a_proof_nothing_is_asked(services, zumrad, enter):
    for proof in (None, "pin"):
        client = await enter(zumrad, proof=proof)

        answer = await client.post("/en/me/data/deletion", data={"sure": "yes"})

        assert answer.status_code == 403
        assert "First show that it is me" in text_of(await client.get("/en/me/data/deletion"))
    assert await state_of(services, zumrad.user_id) == []


async def test_an_open_order_is_named_with_the_way_to_it(services, enter, cast):
    await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    client = await enter(cast.olga)

    page = await client.get("/en/me/data/deletion")
    answer = await client.post("/en/me/data/deletion", data={"sure": "yes"})

    assert 'href="/en/orders"' in page.text
    assert answer.status_code == 409
    assert "Orders are on their way" in text_of(answer)
    assert await state_of(services, cast.olga.id) == []


async def test_nobody_takes_back_for_another(services, zumrad, enter, cast):
    await (await enter(zumrad)).post("/en/me/data/deletion", data={"sure": "yes"})

    await (await enter(cast.dilnoza)).post("/en/me/data/deletion/undoing", data={})

    assert await state_of(services, zumrad.user_id) == ["asked"]


async def test_the_person_hears_of_it(services, run_tasks, zumrad, enter):
    client = await enter(zumrad)
    await client.post("/en/me/data/deletion", data={"sure": "yes"})

    assert "Your account will be deleted on" in text_of(await client.get("/en/notifications"))


async def test_a_child_finds_no_such_page(new_client, sign_in, cast):
    client = await sign_in(new_client(), cast.lola)

    for path in ("/uz/me/data", "/uz/me/data/deletion", "/uz/me/terms", "/uz/family/consents"):
        assert (await client.get(path)).status_code == 404
