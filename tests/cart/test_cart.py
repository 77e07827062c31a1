"""Filling a cart, and joining a guest's with the account's."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from app.accounts.models import Session
from app.cart import cart
from app.cart.models import Cart, CartLine
from app.cart.owner import Owner
from app.catalog.models import Offer, Product, StockLevel
from app.catalog.stock import OfferSoldOut
from app.kernel import clock, crypto
from app.kernel.errors import NotFound
from app.kernel.ids import new_id


async def guest_of(services) -> Owner:
    """A guest's device."""
    row = Session(
        id=new_id(),
        token_hash=crypto.token_hash(crypto.new_token()),
        csrf_secret="c",
        expires_at=clock.now(),
    )
    async with services.db.begin() as session:
        session.add(row)
    return Owner(None, row.id)


async def put(services, owner, good, quantity=1):
    async with services.db.begin() as session:
        return await cart.add(session, owner, good.offer_id, quantity)


async def look(services, owner):
    async with services.db.begin() as session:
        return await cart.contents(session, owner)


def amounts(found) -> dict[str, int]:
    return {line.offer.sku: line.quantity for line in found.lines}


async def test_two_sellers_stand_apart(services, cast):
    olga = Owner(cast.olga.id, None)
    await put(services, olga, cast.planetarium, 2)
    await put(services, olga, cast.fairy_tales)
    await put(services, olga, cast.planetarium)

    found = await look(services, olga)
    assert [g.seller_name for g in found.groups] == [cast.quvnoq.name, cast.bilim.name]
    assert amounts(found) == {cast.planetarium.slug: 3, cast.fairy_tales.slug: 1}
    assert found.goods == (3 * 45_000 + 35_000) * 100


async def test_never_more_than_there_is(services, cast):
    olga = Owner(cast.olga.id, None)
    assert await put(services, olga, cast.puzzle, 99) == 5
    async with services.db.begin() as session:
        await session.execute(
            update(StockLevel).where(StockLevel.offer_id == cast.slime.offer_id).values(on_hand=500)
        )
    assert await put(services, olga, cast.slime, 90) == 90
    assert await put(services, olga, cast.slime, 90) == 99


async def test_a_sold_out_or_hidden_offer_is_refused(services, cast):
    olga = Owner(cast.olga.id, None)
    async with services.db.begin() as session:
        await session.execute(
            update(StockLevel).where(StockLevel.offer_id == cast.slime.offer_id).values(on_hand=0)
        )
        await session.execute(
            update(Product).where(Product.id == cast.novel.id).values(state="recalled")
        )
    with pytest.raises(OfferSoldOut):
        await put(services, olga, cast.slime)
    for offer_id in (cast.novel.offer_id, new_id()):
        with pytest.raises(NotFound):
            async with services.db.begin() as session:
                await cart.add(session, olga, offer_id, 1)


async def test_fifty_different_things_are_enough(services, cast, monkeypatch):
    monkeypatch.setattr(cart, "MAX_LINES", 2)
    olga = Owner(cast.olga.id, None)
    await put(services, olga, cast.planetarium)
    await put(services, olga, cast.puzzle)
    await put(services, olga, cast.puzzle)
    with pytest.raises(cart.CartFull):
        await put(services, olga, cast.slime)


async def test_changing_and_taking_out(services, cast):
    olga = Owner(cast.olga.id, None)
    await put(services, olga, cast.puzzle)
    [line] = (await look(services, olga)).lines
    async with services.db.begin() as session:
        assert await cart.change(session, olga, line.id, 4) == 4
        assert await cart.change(session, olga, line.id, 50) == 5
        await cart.remove(session, olga, line.id)
    assert (await look(services, olga)).is_empty


async def test_a_foreign_line_does_not_exist(services, cast):
    olga, guest = Owner(cast.olga.id, None), await guest_of(services)
    await put(services, olga, cast.puzzle)
    [line] = (await look(services, olga)).lines
    for stranger in (guest, Owner(cast.nodira.id, None)):
        async with services.db.begin() as session:
            with pytest.raises(NotFound):
                await cart.change(session, stranger, line.id, 3)
            with pytest.raises(NotFound):
                await cart.remove(session, stranger, line.id)
    assert amounts(await look(services, olga)) == {cast.puzzle.slug: 1}


async def test_a_new_price_is_told_until_the_line_is_touched(services, cast):
    olga = Owner(cast.olga.id, None)
    await put(services, olga, cast.puzzle)
    async with services.db.begin() as session:
        await session.execute(
            update(Offer).where(Offer.id == cast.puzzle.offer_id).values(price=1_000_000)
        )
    [line] = (await look(services, olga)).lines
    assert line.is_cheaper
    assert line.total == 1_000_000
    async with services.db.begin() as session:
        await cart.change(session, olga, line.id, 2)
    [line] = (await look(services, olga)).lines
    assert not line.is_cheaper


async def test_what_left_the_sale_is_counted_and_not_shown(services, cast):
    olga = Owner(cast.olga.id, None)
    await put(services, olga, cast.puzzle)
    await put(services, olga, cast.slime)
    async with services.db.begin() as session:
        await session.execute(
            update(Product).where(Product.id == cast.slime.id).values(state="recalled")
        )
    found = await look(services, olga)
    assert amounts(found) == {cast.puzzle.slug: 1}
    assert list(found.gone) == [cast.slime.offer_id]
    async with services.db.begin() as session:
        await cart.drop(session, olga, found.gone)
    assert (await look(services, olga)).gone == []


async def test_a_guests_cart_joins_the_accounts(services, cast):
    guest = await guest_of(services)
    olga, signed_in = Owner(cast.olga.id, None), Owner(cast.olga.id, guest.session_id)
    await put(services, olga, cast.planetarium, 2)
    await put(services, guest, cast.planetarium, 1)
    await put(services, guest, cast.puzzle, 1)
    before = amounts(await look(services, signed_in))
    lines = {line.offer.sku: line.id for line in (await look(services, signed_in)).lines}

    await put(services, signed_in, cast.slime)

    assert before == {cast.planetarium.slug: 3, cast.puzzle.slug: 1}
    found = await look(services, olga)
    assert amounts(found) == before | {cast.slime.slug: 1}
    assert {line.offer.sku: line.id for line in found.lines} | lines == {
        line.offer.sku: line.id for line in found.lines
    }
    async with services.db.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Cart)) == 1


async def test_a_guest_without_a_cart_of_their_own_account(services, cast):
    guest = await guest_of(services)
    await put(services, guest, cast.puzzle, 2)
    signed_in = Owner(cast.olga.id, guest.session_id)
    [line] = (await look(services, signed_in)).lines
    async with services.db.begin() as session:
        await cart.change(session, signed_in, line.id, 3)

    assert amounts(await look(services, Owner(cast.olga.id, None))) == {cast.puzzle.slug: 3}
    assert (await look(services, guest)).is_empty


async def test_two_first_taps_make_one_cart_and_one_line(services, cast):
    olga = Owner(cast.olga.id, None)
    await asyncio.gather(*(put(services, olga, cast.puzzle) for _ in range(5)))

    async with services.db.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Cart)) == 1
        assert await session.scalar(select(CartLine.quantity)) == 5
