"""The child's rule is written three times: in Python, in the policies, in search. They agree."""

import itertools
from urllib.parse import parse_qs

import pytest
from sqlalchemy import insert, select, text

from app.catalog import filters, queries
from app.catalog.filters import Filters, Sort
from app.catalog.models import Product
from app.catalog.offers import offer_for_sale, offers_for_sale
from app.catalog.visible import visible
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.kernel.request import access_of
from app.kernel.viewer import ADULT, Audience, Child, Viewer, Zone
from tests import cast

LOLA = Audience(child_age=6)


def access(audience: Audience):
    kid = cast.lola
    child = Child(kid.id, kid.household_id, kid.name, kid.avatar, kid.hue, audience.child_age or 0)
    return access_of(Viewer(zone=Zone.KIDS, audience=audience, child=child), read_only=True)


async def every_kind_of_product(session) -> None:
    """One product for each mixture of state, approval, age, mark and shelf."""
    row = (
        await session.execute(select(Product.__table__).where(Product.slug == "futbol-topi"))
    ).one()
    mixtures = itertools.product(
        ("approved", "draft", "recalled"),
        (True, False),
        (0, 6, 7, 12),
        (None, "0+", "7+", "12+"),
        ("oyinchoqlar", "slaym"),
    )
    rows = [
        dict(row._mapping)
        | {
            "id": new_id(),
            "slug": f"kind-{n}",
            "state": state,
            "child_ok": child_ok,
            "age_from": age,
            "age_mark": mark,
            "category_id": cast.key(shelf),
            "category_path": [cast.key(shelf)],
        }
        for n, (state, child_ok, age, mark, shelf) in enumerate(mixtures)
    ]
    await session.execute(insert(Product), rows)


@pytest.mark.parametrize("age", [3, 6, 7, 11, 12, 17])
@pytest.mark.parametrize("blocks", [(), ("slaym",)])
async def test_the_application_and_the_database_keep_one_rule(services, age, blocks):
    async with services.db.begin() as session:
        await every_kind_of_product(session)
    hidden = tuple(cast.key(slug) for slug in blocks)
    audience = Audience(age, hidden, (cast.football.id,))
    async with services.db.begin() as session:
        by_rule = set(await session.scalars(visible(audience)))
    async with services.db.begin(access(audience)) as session:
        by_policy = set(await session.scalars(text("select id from product")))

    assert by_rule == by_policy
    assert cast.football.id not in by_rule
    assert by_rule


async def test_adults_see_all_that_is_approved(session):
    await every_kind_of_product(session)

    approved = select(Product.id).where(Product.state == "approved")
    assert set(await session.scalars(visible(ADULT))) == set(await session.scalars(approved))


async def test_an_offer_outside_the_audience_is_not_for_sale(session):
    view = await offer_for_sale(session, LOLA, cast.planetarium.offer_id)
    assert (view.price, view.seller_id, view.available) == (4_500_000, cast.quvnoq.id, 5)
    with pytest.raises(NotFound):
        await offer_for_sale(session, LOLA, cast.knife_set.offer_id)
    with pytest.raises(NotFound):
        await offer_for_sale(session, ADULT, new_id())
    found = await offers_for_sale(session, LOLA, [g.offer_id for g in cast.GOODS])
    assert {v.product_id for v in found.values()} == {
        g.id for g in cast.GOODS if g not in cast.HIDDEN_FROM_LOLA
    }
    assert await offers_for_sale(session, LOLA, []) == {}


async def test_the_childs_role_can_read_every_page_part(services):
    async with services.db.begin(access(LOLA)) as session:
        view = await offer_for_sale(session, LOLA, cast.planetarium.offer_id)
        page = await queries.product_page(session, LOLA, cast.planetarium.slug)
        goods = await queries.listing(session, LOLA, Filters(sort=Sort.NEWEST))
        tree = await queries.category_tree(session, LOLA)

    assert view.title == page.title
    assert cast.knife_set.slug not in {card.slug for card in goods.rows}
    assert "oshxona" not in {node.slug for node in tree.by_id.values()}


def test_a_choice_survives_its_address():
    chosen = Filters(("6-8",), ("science",), 10_000, 90_000, True, Sort.CHEAP, "kitob")
    address = chosen.query()

    assert filters.read(parse_qs(address[1:]), words="kitob") == chosen
    assert filters.read({}) == Filters()
    assert filters.read({"from": ["-5"], "to": ["1e9"], "age": ["99"], "sort": ["x"]}) == Filters()
    assert "age=" not in chosen.without("ages", "6-8")
