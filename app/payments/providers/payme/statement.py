"""The methods that look: one transaction, all of a time span, and the fiscal receipts of one."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.payments import transactions
from app.payments.models import PaymentIntent, PaymentTransaction
from app.payments.providers.payme import ACCOUNT_FIELD, PROVIDER, faults, params
from app.payments.providers.payme.params import Params
from app.payments.providers.payme.protocol import is_integer, is_storable

FISCAL_FIELDS = (
    "receipt_id",
    "status_code",
    "message",
    "terminal_id",
    "fiscal_sign",
    "qr_code_url",
    "date",
)
MAX_FISCAL_TEXT = 2048  # characters


async def check(session: AsyncSession, sent: Params) -> dict[str, Any]:
    """CheckTransaction: what we know of it."""
    found = await transactions.find(session, PROVIDER, params.transaction_id(sent))
    if found is None:
        raise faults.no_transaction()
    return _times(found) | {
        "transaction": str(found.id),
        "state": int(found.state),
        "reason": found.reason,
    }


async def between(session: AsyncSession, sent: Params) -> dict[str, Any]:
    """GetStatement: every transaction by Payme's own time of creation, both ends included."""
    since, until = params.integer(sent, "from"), params.integer(sent, "to")
    rows = await session.execute(
        select(PaymentTransaction, PaymentIntent.reference)
        .join(PaymentIntent, PaymentIntent.id == PaymentTransaction.intent_id)
        .where(
            PaymentTransaction.provider == PROVIDER,
            PaymentTransaction.provider_time.between(since, until),
        )
        .order_by(PaymentTransaction.provider_time, PaymentTransaction.id)
    )
    return {"transactions": [_row(transaction, reference) for transaction, reference in rows]}


async def set_fiscal(session: AsyncSession, sent: Params) -> dict[str, Any]:
    """SetFiscalData: keep the receipt of the payment or of its cancellation."""
    kind = sent.get("type")
    if kind not in ("PERFORM", "CANCEL"):
        raise faults.bad_params("type")
    receipt = _receipt(sent)
    found = await transactions.lock(session, PROVIDER, params.transaction_id(sent))
    if found is None:
        raise faults.no_receipt()
    _, transaction = found
    transaction.fiscal = transaction.fiscal | {kind: receipt}
    return {"success": True}


def _receipt(sent: Params) -> dict[str, Any]:
    data = sent.get("fiscal_data")
    if not isinstance(data, dict):
        raise faults.bad_params("fiscal_data")
    receipt = {name: data[name] for name in FISCAL_FIELDS if data.get(name) is not None}
    for name, value in receipt.items():
        text = isinstance(value, str) and is_storable(value, MAX_FISCAL_TEXT)
        if not text and not is_integer(value):
            raise faults.bad_params(name)
    return receipt


def _row(transaction: PaymentTransaction, reference: str) -> dict[str, Any]:
    return _times(transaction) | {
        "id": transaction.external_id,
        "time": transaction.provider_time,
        "amount": transaction.amount,
        "account": {ACCOUNT_FIELD: reference},
        "transaction": str(transaction.id),
        "state": int(transaction.state),
        "reason": transaction.reason,
        "receivers": None,
    }


def _times(transaction: PaymentTransaction) -> dict[str, int]:
    return {
        "create_time": transaction.create_time,
        "perform_time": transaction.perform_time,
        "cancel_time": transaction.cancel_time,
    }
