"""Money as whole minor units (tiyin, cent, kopeck) of one currency; floats never appear.

In the database it is a BIGINT beside a CHAR(3). Turning it into words is `kernel/formats.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

UZS, USD, RUB = "UZS", "USD", "RUB"
MINOR_UNITS = {UZS: 100, USD: 100, RUB: 100}  # in one major unit; ISO 4217, read 2026-11


class MixedCurrencyError(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in minor units; negative amounts are debts and money given back.

    Adding, subtracting and ordering raise MixedCurrencyError across currencies; `==` is just False.
    """

    amount: int
    currency: str = UZS

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError(f"money is counted in whole minor units, not {self.amount!r}")
        if self.currency not in MINOR_UNITS:
            raise ValueError(f"unknown currency {self.currency!r}")

    @classmethod
    def som(cls, som: int) -> "Money":
        """Whole soʻm: `Money.som(45_000)` is 4,500,000 tiyin."""
        return cls(som * MINOR_UNITS[UZS], UZS)

    @classmethod
    def uzs(cls, tiyin: int) -> "Money":
        """An amount as the database keeps it, in tiyin."""
        return cls(tiyin, UZS)

    @classmethod
    def zero(cls, currency: str = UZS) -> "Money":
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str = UZS) -> "Money":
        """The sum; an empty one is zero of `currency`. Raises MixedCurrencyError."""
        total = cls.zero(currency)
        for amount in amounts:
            total += amount
        return total

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other)

    def times(self, count: int) -> "Money":
        """`count` such amounts, for example several of one thing."""
        return Money(self.amount * count, self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Share the amount in proportion to `weights`; the parts add up to it exactly.

        Leftover minor units go to the largest remainders, the earlier part first among equals.
        Raises ValueError when a weight is negative or all are zero.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise ValueError(f"weights must be zero or more, and not all zero: {weights!r}")
        sign = -1 if self.amount < 0 else 1
        shares = [divmod(abs(self.amount) * weight, whole) for weight in weights]
        parts = [share for share, _ in shares]
        by_remainder = sorted(range(len(shares)), key=lambda place: -shares[place][1])
        for place in by_remainder[: abs(self.amount) - sum(parts)]:
            parts[place] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise MixedCurrencyError(f"{self.currency} and {other.currency}")
        return other.amount
