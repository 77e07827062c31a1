"""Fiscal lines of a payment: frozen with the intent, sent to whoever issues the receipt."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

_MXIK = re.compile(r"[0-9]{17}")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line; a delivery line needs only its title and price. Prices are tiyin for one piece."""

    title: str
    price: int
    count: int = 1
    mxik: str = ""  # IKPU of the tax committee, 17 digits as text: leading zeros matter
    package_code: str = ""
    vat_percent: int = 12
    is_delivery: bool = False


class WrongReceipt(ValueError):
    """The lines do not add up to the amount."""


def freeze(lines: Sequence[ReceiptLine], amount: int) -> list[Any]:
    """The lines as the intent stores them. Raises WrongReceipt unless they add up to `amount`."""
    if lines and sum(line.price * line.count for line in lines) != amount:
        raise WrongReceipt
    return [asdict(line) for line in lines]


def detail(receipt: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The `detail` object of Payme, or None when a line has no tax code to be sold under."""
    lines = [ReceiptLine(**line) for line in receipt]
    goods = [line for line in lines if not line.is_delivery]
    delivery = [line for line in lines if line.is_delivery and line.price]
    if not goods or not all(_MXIK.fullmatch(line.mxik) for line in goods):
        return None
    found: dict[str, Any] = {"receipt_type": 0}
    if delivery:
        price = sum(line.price * line.count for line in delivery)
        found["shipping"] = {"title": delivery[0].title, "price": price}
    found["items"] = [
        {
            "title": line.title,
            "price": line.price,
            "count": line.count,
            "code": line.mxik,
            "package_code": line.package_code,
            "vat_percent": line.vat_percent,
        }
        for line in goods
    ]
    return found
