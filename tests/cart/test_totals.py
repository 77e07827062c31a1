"""What a cart adds up to, without a database."""

from dataclasses import replace
from uuid import UUID

from app.cart.totals import Line, group
from app.catalog.offers import OfferView

QUVNOQ, BILIM = UUID(int=1), UUID(int=2)


def offer(number: int, seller: UUID = QUVNOQ, price: int = 45_000, available: int = 5) -> OfferView:
    return OfferView(
        offer_id=UUID(int=100 + number),
        product_id=UUID(int=200 + number),
        seller_id=seller,
        seller_name="Quvnoq" if seller == QUVNOQ else "Bilim",
        seller_region="1726",
        title={"uz": "Kitob"},
        variant_name=None,
        sku=str(number),
        mxik="0" * 17,
        art="books",
        hue=1,
        weight_grams=300,
        price=price,
        currency="UZS",
        available=available,
        age_from=3,
        slug="kitob",
        seller_slug="quvnoq",
    )


def line(view: OfferView, quantity: int = 1, seen: int | None = None) -> Line:
    return Line(UUID(int=1), view, quantity, view.price if seen is None else seen)


def test_two_sellers_make_two_groups_and_one_sum():
    cart = group([line(offer(1), 2), line(offer(2, BILIM, 30_000)), line(offer(3, price=1_000))])
    assert [g.seller_name for g in cart.groups] == ["Quvnoq", "Bilim"]
    assert [g.goods for g in cart.groups] == [91_000, 30_000]
    assert [g.weight_grams for g in cart.groups] == [900, 300]
    assert [g.pieces for g in cart.groups] == [3, 1]
    assert cart.goods == 121_000
    assert cart.count == 3
    assert cart.can_be_ordered


def test_an_empty_cart_cannot_be_ordered():
    cart = group([])
    assert cart.is_empty
    assert not cart.can_be_ordered


def test_stock_that_fell_short_stops_the_checkout():
    few = line(offer(1, available=1), 2)
    none = line(offer(2, available=0))
    assert few.is_short
    assert not few.is_sold_out
    assert none.is_sold_out
    assert not none.is_short
    assert not group([few]).can_be_ordered
    assert not group([line(offer(3)), none]).can_be_ordered


def test_a_changed_price_is_known_and_todays_price_counts():
    view = offer(1, price=89_000)
    assert line(view, seen=112_000).is_cheaper
    assert line(view, seen=80_000).is_dearer
    same = line(view)
    assert not same.is_cheaper
    assert not same.is_dearer
    assert replace(same, quantity=3).total == 267_000
