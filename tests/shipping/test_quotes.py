"""The price of a parcel, as a pure function of the table."""

from datetime import date

import pytest

from app.shipping.quotes import NoDelivery, Quote, Rate, quote
from app.shipping.rates import default_rates

TASHKENT, FERGANA, KHOREZM = "1726", "1730", "1733"
ANY_WAY = Rate("*", "*", 5_000, 25_000, 300_000, 2, 4)
HEAVY = Rate("*", "*", 20_000, 60_000, 300_000, 2, 4)
AT_HOME = Rate(TASHKENT, TASHKENT, 5_000, 15_000, None, 1, 2)
TABLE = [HEAVY, ANY_WAY, AT_HOME]


def test_the_most_exact_way_wins():
    assert quote(TABLE, TASHKENT, TASHKENT, 500, 0) == Quote(15_000, 1, 2)
    assert quote(TABLE, TASHKENT, FERGANA, 500, 0) == Quote(25_000, 2, 4)


def test_a_rate_from_a_region_wins_over_a_rate_to_it():
    table = [
        ANY_WAY,
        Rate("*", FERGANA, 5_000, 2, None, 1, 1),
        Rate(TASHKENT, "*", 5_000, 1, None, 1, 1),
    ]
    assert quote(table, TASHKENT, FERGANA, 1, 0).price == 1
    assert quote(table, KHOREZM, FERGANA, 1, 0).price == 2


@pytest.mark.parametrize(
    ("grams", "price"),
    [(1, 25_000), (5_000, 25_000), (5_001, 60_000), (20_000, 60_000), (20_001, 120_000)],
)
def test_weight_chooses_the_step_and_then_more_parcels(grams, price):
    assert quote(TABLE, FERGANA, FERGANA, grams, 0).price == price


def test_goods_open_free_delivery_only_where_the_rate_says_so():
    assert quote(TABLE, FERGANA, FERGANA, 1, 299_999).price == 25_000
    assert quote(TABLE, FERGANA, FERGANA, 1, 300_000).price == 0
    assert quote(TABLE, TASHKENT, TASHKENT, 1, 10**9).price == 15_000


def test_of_two_carriers_the_cheaper_one_carries_it():
    dear = Rate("*", "*", 5_000, 40_000, None, 1, 1)
    assert quote([dear, ANY_WAY], FERGANA, FERGANA, 1, 0).price == 25_000


def test_what_weighs_nothing_costs_nothing():
    assert quote([], TASHKENT, FERGANA, 0, 0) == Quote(0, 0, 0)


def test_without_a_rate_there_is_no_delivery():
    with pytest.raises(NoDelivery):
        quote([AT_HOME], TASHKENT, FERGANA, 1, 0)


def test_the_promise_is_the_last_day():
    assert quote(TABLE, FERGANA, FERGANA, 1, 0).promised_on(date(2026, 11, 20)) == date(
        2026, 11, 24
    )


def test_the_table_of_a_new_shop_serves_every_way_at_every_weight():
    from app.shipping.places import REGIONS

    table = default_rates()
    for start in REGIONS:
        for end in REGIONS:
            prices = [
                quote(table, start, end, grams, 0).price for grams in (1, 4_000, 15_000, 40_000)
            ]
            assert prices == sorted(prices)
            assert prices[0] > 0
            assert quote(table, start, end, 1, 60_000_000).price == 0
    ways = [(r.from_region, r.to_region, r.up_to_grams) for r in table]
    assert len(ways) == len(set(ways))
