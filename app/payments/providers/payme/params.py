"""Reads the parameters of a call, taking nothing for what it is not."""

from typing import Any

from app.payments.providers.payme import ACCOUNT_FIELD, faults
from app.payments.providers.payme.protocol import is_integer, is_storable

Params = dict[str, Any]


def integer(params: Params, name: str) -> int:
    """A whole number. Raises -32602."""
    value = params.get(name)
    if not isinstance(value, int) or not is_integer(value):
        raise faults.bad_params(name)
    return value


def transaction_id(params: Params) -> str:
    """Payme's id of the transaction. Raises -32602."""
    value = params.get("id")
    if not isinstance(value, str) or not value or not is_storable(value):
        raise faults.bad_params("id")
    return value


def reference(params: Params) -> str:
    """The order's number from the account. Raises -31050, for such an order cannot exist."""
    account = params.get("account")
    value = account.get(ACCOUNT_FIELD) if isinstance(account, dict) else None
    if not isinstance(value, str) or not value or not is_storable(value):
        raise faults.unknown_order()
    return value


def check_amount(params: Params, amount: int) -> None:
    """Raise -31001 unless the call names exactly this number of tiyin, as an integer."""
    value = params.get("amount")
    if not is_integer(value) or value != amount:
        raise faults.wrong_amount()


def reason(params: Params) -> int | None:
    """Why it was cancelled: any whole number, or none. Raises -32602."""
    return None if params.get("reason") is None else integer(params, "reason")
