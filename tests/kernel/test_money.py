"""Money is exact, of one currency, and its parts always add up."""

import dataclasses
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import RUB, USD, UZS, MixedCurrencyError, Money

AMOUNTS = st.integers(-(10**15), 10**15)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any)


def test_som_are_a_hundred_tiyin() -> None:
    assert Money.som(45_000) == Money.uzs(4_500_000) == Money(4_500_000, UZS)


def test_sums_and_comparisons_of_one_currency() -> None:
    five, two = Money.som(5), Money.som(2)

    assert five + two == Money.som(7)
    assert five - two == Money.som(3)
    assert -five == Money.som(-5)
    assert abs(-five) == five
    assert five.times(3) == Money.som(15)
    assert two < five <= five < Money.som(6)
    assert five > two >= two
    assert Money.total([five, two]) == Money.som(7)
    assert Money.total([], USD) == Money.zero(USD)
    assert five
    assert not Money.zero()


@pytest.mark.parametrize(
    "operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"]
)
def test_two_currencies_never_meet(operation: str) -> None:
    with pytest.raises(MixedCurrencyError):
        getattr(Money(100, UZS), operation)(Money(100, USD))


def test_equal_numbers_of_two_currencies_are_not_equal() -> None:
    assert Money(100, UZS) != Money(100, RUB)
    with pytest.raises(MixedCurrencyError):
        Money.total([Money(1, USD)], UZS)


@pytest.mark.parametrize("amount", [1.0, True, "1", None])
def test_only_whole_minor_units_are_money(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount)  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "uzs", "SOM"])
def test_only_known_currencies_are_money(currency: str) -> None:
    with pytest.raises(ValueError, match="unknown currency"):
        Money(1, currency)


def test_money_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Money(1).amount = 2  # type: ignore[misc]


def test_money_travels_as_json() -> None:
    price = Money(4_500_050, UZS)

    assert json.loads(msgspec.json.encode(price)) == {"amount": 4_500_050, "currency": "UZS"}
    assert msgspec.json.decode(msgspec.json.encode(price), type=Money) == price
    assert Money(**json.loads(json.dumps(dataclasses.asdict(price)))) == price


def test_leftover_units_go_to_the_largest_remainders() -> None:
    assert [part.amount for part in Money(100).split([1, 1, 1])] == [34, 33, 33]
    assert [part.amount for part in Money(10).split([1, 5, 3])] == [1, 6, 3]
    assert [part.amount for part in Money(-100).split([1, 2])] == [-33, -67]
    assert [part.amount for part in Money(1000).split([15, 85])] == [150, 850]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_senseless_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100).split(weights)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_and_stay_within_one_unit_of_fair(amount: int, weights: list[int]) -> None:
    parts = Money(amount).split(weights)

    assert Money.total(parts) == Money(amount)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount * sum(weights) - amount * weight) < sum(weights)
        assert weight or not part
