"""The seeds: whole, repeatable, and respectful of what happened since."""

import pytest
from sqlalchemy import delete, func, select, text, update

from app.accounts.models import Identity, RoleGrant, User
from app.catalog.filters import Filters, Sort
from app.catalog.models import Category, Offer, Product, StockLevel, StockMove
from app.discovery.search import search
from app.family import consent
from app.family.models import ChildProfile, Consent, Household, SpendingLimit
from app.kernel.viewer import ADULT, Audience
from app.local.seed import seed
from app.local.seed.rows import read, stable_id
from app.local.trouble import Trouble
from app.sellers.models import Seller

TABLES = (User, Identity, RoleGrant, Household, ChildProfile, SpendingLimit, Consent, Seller)
TABLES += (Category, Product, Offer, StockLevel, StockMove)


@pytest.fixture
async def empty(services):
    """A migrated database without the tests' cast."""
    names = ", ".join(f'"{table.__tablename__}"' for table in TABLES)
    async with services.db.begin() as session:
        await session.execute(text(f"truncate {names}, delivery_rate, address, vocabulary cascade"))
    return services


async def counts(services):
    async with services.db.begin() as session:
        return [await session.scalar(select(func.count()).select_from(table)) for table in TABLES]


async def test_the_demo_is_whole_and_ready_to_sell(empty):
    await seed(empty, "demo")

    async with empty.db.begin() as session:
        unpriced = select(func.count()).where(Product.price.is_(None))
        assert await session.scalar(unpriced) == 0
        lost = select(func.count()).where(Product.search_text == "")
        assert await session.scalar(lost) == 0
        lola = stable_id("child", "lola")
        assert await consent.is_given(session, lola)
        assert await consent.verify_chain(session, stable_id("household", "karimov")) is None
        limits = await session.scalars(select(SpendingLimit.amount).order_by(SpendingLimit.amount))
        assert limits.all() == [5_000_000, 6_000_000, 10_000_000]
        names = await session.scalar(select(func.count()).select_from(User))
        assert names == len(read("people.json")["people"])
        sums = select(func.sum(StockMove.quantity)).scalar_subquery()
        held = select(func.sum(StockLevel.on_hand)).scalar_subquery()
        assert await session.scalar(select(sums == held))


async def test_seeding_again_changes_nothing_that_people_did(empty):
    await seed(empty, "demo")
    before = await counts(empty)
    async with empty.db.begin() as session:
        await session.execute(update(StockLevel).values(on_hand=1))
        await session.execute(update(Household).values(name="Oilam"))
        await session.execute(delete(SpendingLimit))

    await seed(empty, "demo")

    after = await counts(empty)
    before[TABLES.index(SpendingLimit)] = 0
    assert after == before
    async with empty.db.begin() as session:
        assert set(await session.scalars(select(StockLevel.on_hand))) == {1}
        assert set(await session.scalars(select(Household.name))) == {"Oilam"}


async def test_demo_books_are_found_in_every_spelling(empty):
    await seed(empty, "demo")

    async with empty.db.begin() as session:
        found = []
        for words in ("kitob", "китоб", "kitop"):
            asked = Filters(words=words, sort=Sort.RELEVANT)
            found.append((await search(session, ADULT, asked)).cards[0].slug)
        assert len(set(found)) == 1
        knives = Filters(words="oshxona pichoqlari", sort=Sort.RELEVANT)
        assert (await search(session, ADULT, knives)).cards[0].slug == "oshxona-pichoqlari"
        assert (await search(session, Audience(child_age=11), knives)).cards == ()


async def test_the_large_catalogue_is_sellable_and_grows_only_by_what_is_missing(empty):
    await seed(empty, "load", 300)
    await seed(empty, "load", 320)

    async with empty.db.begin() as session:
        made = select(Product).where(Product.slug.like("load-%")).subquery()
        assert await session.scalar(select(func.count()).select_from(made)) == 320
        offers = select(func.count()).select_from(Offer).join(made, made.c.id == Offer.product_id)
        assert await session.scalar(offers) == 640
        asked = Filters(words="teleskop", sort=Sort.RELEVANT)
        assert (await search(session, ADULT, asked)).total >= 20


async def test_an_unknown_seed_is_refused(services):
    with pytest.raises(Trouble):
        await seed(services, "nonsense")
