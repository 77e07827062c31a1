"""The shop window: lists, products, shops, in the face of each zone."""

import re

import pytest
from sqlalchemy import insert, select, update

from app.catalog.models import Category, Offer, Product, StockLevel, Variant
from app.family.models import ChildProfile
from app.kernel import clock
from app.kernel.ids import new_id
from app.sellers.models import Seller
from tests import cast
from tests.statements import counted


async def change(services, statement):
    async with services.db.begin() as session:
        await session.execute(statement)


async def copy_products(services, count: int) -> None:
    """Many products like the planetarium, so that pages and statement counts meet some rows."""
    async with services.db.begin() as session:
        model = (
            await session.execute(
                select(Product.__table__).where(Product.slug == cast.planetarium.slug)
            )
        ).one()
        rows = [
            dict(model._mapping)
            | {"id": new_id(), "slug": f"copy-{n}", "popularity": n % 7, "price": 100 + n % 5}
            for n in range(count)
        ]
        await session.execute(insert(Product), rows)


def slugs(html: str) -> list[str]:
    return re.findall(r'class="card__link" href="/uz/p/([^"]+)"', html)


async def test_the_catalogue_is_a_tree_and_its_short_address_leads_to_it(client):
    answer = await client.get("/uz/catalog")
    assert "/uz/c/oshxona" in answer.text
    assert (await client.get("/uz/c")).headers["location"] == "/uz/catalog"


async def test_a_category_lists_what_lies_under_it(client, services):
    toys, sets = cast.key("oyinchoqlar"), cast.key("toplamlar")
    await change(
        services,
        update(Category).where(Category.id == sets).values(parent_id=toys, path=[toys, sets]),
    )

    below = await client.get("/uz/c/toplamlar")
    above = await client.get("/uz/c/oyinchoqlar")

    assert slugs(below.text) == ["mening-planetariyim"]
    assert set(slugs(above.text)) == {"mening-planetariyim", "futbol-topi", "yogoch-puzl"}
    assert (await client.get("/uz/c/nowhere")).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=cheap", ["yogoch-puzl", "futbol-topi"]),
        ("sort=dear", ["futbol-topi", "yogoch-puzl"]),
        ("from=100000", ["futbol-topi"]),
        ("to=100 000", ["yogoch-puzl"]),
        ("skill=music", []),
        ("stock=1&sort=cheap", ["futbol-topi"]),
        ("age=nonsense&from=x&sort=&after=%00".replace("%00", "zz"), None),
    ],
)
async def test_the_address_keeps_the_choice(client, services, query, expected):
    await change(
        services, update(Product).where(Product.slug == "yogoch-puzl").values(in_stock=False)
    )

    answer = await client.get(f"/uz/c/oyinchoqlar?{query}")

    assert answer.status_code == 200
    if expected is None:
        assert len(slugs(answer.text)) == 2
    else:
        assert slugs(answer.text) == expected


async def test_ages_are_ranges_that_overlap(client, services):
    await change(services, update(Product).where(Product.slug == "yogoch-puzl").values(age_to=5))

    assert slugs((await client.get("/uz/c/oyinchoqlar?age=9-12")).text) == ["futbol-topi"]
    assert len(slugs((await client.get("/uz/c/oyinchoqlar?age=3-5&age=9-12")).text)) == 2


@pytest.mark.parametrize("sort", ["", "sort=cheap&", "sort=dear&", "sort=newest&"])
async def test_pages_meet_without_gaps_or_doubles(client, services, sort):
    await copy_products(services, 60)
    path, seen = f"/uz/c/toplamlar?{sort}", []

    while path:
        html = (await client.get(path)).text
        seen += slugs(html)
        more = re.search(r'rel="next" href="([^"]+)"', html)
        path = more and more.group(1).replace("&amp;", "&")

    assert len(seen) == len(set(seen)) == 61


async def test_htmx_gets_the_results_alone(client):
    answer = await client.get("/uz/c/oyinchoqlar", headers={"hx-request": "true"})

    assert answer.text.lstrip().startswith('<div id="results"')
    assert "<html" not in answer.text


async def test_a_product_tells_what_a_parent_and_the_law_ask(client):
    answer = await client.get("/uz/p/mening-planetariyim")

    for fact in ("45\u00a0000", "6+", "09503008001000000", cast.quvnoq.name, cast.quvnoq.tin):
        assert fact in answer.text
    assert 'action="/uz/cart/lines"' in answer.text
    assert f'value="{cast.planetarium.offer_id}"' in answer.text


async def test_a_variant_changes_price_article_and_stock(client, services):
    async with services.db.begin() as session:
        variant, offer = new_id(), new_id()
        good = cast.planetarium
        names = {"uz": "Katta", "ru": "Большой", "en": "Big"}
        session.add(
            Variant(
                id=variant, product_id=good.id, name=names, weight_grams=900, position=1, options={}
            )
        )
        first = update(Variant).where(Variant.id == good.variant_id)
        await session.execute(first.values(name={"uz": "Kichik", "ru": "Малый", "en": "Small"}))
        await session.flush()
        session.add(
            Offer(
                id=offer,
                product_id=good.id,
                variant_id=variant,
                seller_id=good.shop.id,
                sku="BIG-1",
                price=9_900_000,
                old_price=12_000_000,
            )
        )
        await session.flush()
        session.add(StockLevel(offer_id=offer, seller_id=good.shop.id, on_hand=2, held=0))

    big = (await client.get(f"/uz/p/mening-planetariyim?v={variant}")).text
    plain = (await client.get("/uz/p/mening-planetariyim?v=nonsense")).text

    for part in ("99\u00a0000", "120\u00a0000", "BIG-1", f'value="{offer}"'):
        assert part in big
    assert "BIG-1" not in plain
    assert "45\u00a0000" in plain


async def test_what_cannot_be_bought_has_no_button(client, services):
    await change(
        services,
        update(StockLevel).where(StockLevel.offer_id == cast.football.offer_id).values(on_hand=0),
    )
    assert "/cart/lines" not in (await client.get("/uz/p/futbol-topi")).text

    await change(
        services, update(Offer).where(Offer.id == cast.football.offer_id).values(is_open=False)
    )
    answer = await client.get("/uz/p/futbol-topi")
    assert answer.status_code == 200
    assert "/cart/lines" not in answer.text


@pytest.mark.parametrize("state", ["draft", "review", "rejected", "recalled"])
async def test_only_approved_products_have_a_page(client, services, state):
    await change(services, update(Product).where(Product.slug == "futbol-topi").values(state=state))

    assert (await client.get("/uz/p/futbol-topi")).status_code == 404
    assert "futbol-topi" not in (await client.get("/uz/c/oyinchoqlar")).text


async def test_a_child_sees_the_same_product_its_own_way(client, sign_in):
    await sign_in(client, cast.lola)

    answer = await client.get("/uz/p/mening-planetariyim")

    assert answer.status_code == 200
    assert f"/uz/kids/ask/{cast.planetarium.offer_id}" in answer.text
    assert "listen-button" in answer.text
    for word in ("/cart", cast.quvnoq.name, cast.quvnoq.tin):
        assert word not in answer.text


@pytest.mark.parametrize("good", cast.HIDDEN_FROM_LOLA, ids=lambda g: g.slug)
async def test_what_is_not_for_the_child_does_not_exist(client, sign_in, good):
    await sign_in(client, cast.lola)

    answer = await client.get(f"/uz/p/{good.slug}")

    assert answer.status_code == 404
    assert good.title not in answer.text


async def test_each_age_step_has_its_shelf(client, sign_in, services):
    for kid, mark in ((cast.lola, 'class="gate"'), (cast.temur, 'class="card"')):
        await sign_in(client, kid)
        answer = await client.get("/uz/c/oyinchoqlar")
        assert answer.status_code == 200
        assert mark in answer.text
    assert (await client.get("/uz/c/oshxona")).status_code == 404
    assert (await client.get(f"/uz/shops/{cast.quvnoq.slug}")).status_code == 404
    assert (await client.get("/uz/catalog")).status_code == 200


async def test_the_little_see_pictures_and_hear_words(client, sign_in, services):
    year = clock.local_day().year - 4
    await change(
        services,
        update(ChildProfile).where(ChildProfile.id == cast.lola.id).values(birth_year=year),
    )
    await sign_in(client, cast.lola)

    shelf = (await client.get("/uz/c/oyinchoqlar")).text
    product = (await client.get("/uz/p/yogoch-puzl")).text

    assert '<span class="vh">Yogʻoch puzl</span>' in shelf
    assert '<h1 class="vh">Yogʻoch puzl</h1>' in product
    assert "soʻm" not in product


async def test_a_shop_shows_its_own_goods(client, services):
    answer = await client.get(f"/uz/shops/{cast.bilim.slug}")

    assert set(slugs(answer.text)) == {"ertaklar", "otkan-kunlar"}
    assert cast.bilim.tin in answer.text
    await change(
        services, update(Seller).where(Seller.id == cast.bilim.id).values(state="suspended")
    )
    assert (await client.get(f"/uz/shops/{cast.bilim.slug}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [("/uz/c/toplamlar", 2), ("/uz/p/mening-planetariyim", 3), ("/uz/search?q=planetariy", 2)],
)
async def test_statements_are_few_and_do_not_grow_with_rows(client, services, path, most):
    with counted(services) as few:
        await client.get(path)
    await copy_products(services, 40)
    with counted(services) as many:
        await client.get(path)

    assert 0 < len(many) <= most
    assert len(many) == len(few)
