"""The methods that decide about money. Each locks the intent before it looks at anything.

Times are milliseconds; what is answered is what is stored, so a repeat answers the same bytes.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.payments import intents, transactions
from app.payments.models import PaymentIntent, PaymentTransaction
from app.payments.providers.payme import PROVIDER, TIMEOUT_MS, faults, params, statement
from app.payments.providers.payme.params import Params
from app.payments.providers.payme.voiding import void_when_late
from app.payments.receipt import detail
from app.payments.states import IntentState, TransactionState

Result = dict[str, Any]
Method = Callable[[AsyncSession, Params], Awaitable[Result]]
"""Raises Fault to refuse; what was changed before stays (a transaction found too old is void)."""


async def check_perform(session: AsyncSession, sent: Params) -> Result:
    """CheckPerformTransaction: may this order be paid now, and what is in it."""
    intent = await _intent(session, sent)
    await _check_payable(session, intent)
    lines = detail(intent.receipt)
    return {"allow": True} | ({"detail": lines} if lines else {})


async def create(session: AsyncSession, sent: Params) -> Result:
    """CreateTransaction: reserve the order for this transaction."""
    external_id, time = params.transaction_id(sent), params.integer(sent, "time")
    intent = await _intent(session, sent)
    known = await transactions.find(session, PROVIDER, external_id)
    if known is not None:
        return await _created_before(session, intent, known)
    await _check_payable(session, intent)
    now = clock.now_ms()
    if now - time >= TIMEOUT_MS:
        raise faults.impossible("time")
    made = await transactions.start(
        session, intent, PROVIDER, external_id, provider_time=time, at=now
    )
    if made is None:
        raise faults.impossible("id")
    return _created(made)


async def perform(session: AsyncSession, sent: Params) -> Result:
    """PerformTransaction: the money is ours, once."""
    intent, transaction = await _lock(session, sent)
    if transaction.state == TransactionState.CREATED:
        await void_when_late(session, intent, transaction)
        if intent.state != IntentState.OPEN:
            raise faults.impossible()
        await transactions.capture(session, intent, transaction, at=clock.now_ms())
    if transaction.state != TransactionState.PERFORMED:
        raise faults.impossible()
    return {
        "transaction": str(transaction.id),
        "perform_time": transaction.perform_time,
        "state": int(transaction.state),
    }


async def cancel(session: AsyncSession, sent: Params) -> Result:
    """CancelTransaction: let the order go, or take the money back; the first reason stays."""
    reason = params.reason(sent)
    intent, transaction = await _lock(session, sent)
    now = clock.now_ms()
    if transaction.state == TransactionState.CREATED:
        await transactions.cancel(session, intent, transaction, at=now, reason=reason)
    elif transaction.state == TransactionState.PERFORMED:
        if not intent.is_refundable:
            raise faults.handed_over()
        await transactions.reverse(session, intent, transaction, at=now, reason=reason)
    return {
        "transaction": str(transaction.id),
        "cancel_time": transaction.cancel_time,
        "state": int(transaction.state),
    }


METHODS: dict[str, Method] = {
    "CheckPerformTransaction": check_perform,
    "CreateTransaction": create,
    "PerformTransaction": perform,
    "CancelTransaction": cancel,
    "CheckTransaction": statement.check,
    "GetStatement": statement.between,
    "SetFiscalData": statement.set_fiscal,
}


async def _intent(session: AsyncSession, sent: Params) -> PaymentIntent:
    intent = await intents.find_for_update(session, params.reference(sent))
    if intent is None:
        raise faults.unknown_order()
    params.check_amount(sent, intent.amount)
    return intent


async def _lock(session: AsyncSession, sent: Params) -> tuple[PaymentIntent, PaymentTransaction]:
    found = await transactions.lock(session, PROVIDER, params.transaction_id(sent))
    if found is None:
        raise faults.no_transaction()
    return found


async def _check_payable(session: AsyncSession, intent: PaymentIntent) -> None:
    if intent.state == IntentState.PAID:
        raise faults.already_paid()
    if await intents.has_open_transaction(session, intent.id):
        raise faults.being_paid()
    if not intents.is_payable(intent):
        raise faults.ended()


async def _created_before(
    session: AsyncSession, intent: PaymentIntent, known: PaymentTransaction
) -> Result:
    if known.intent_id != intent.id or known.state != TransactionState.CREATED:
        raise faults.impossible("id")
    await void_when_late(session, intent, known)
    return _created(known)


def _created(transaction: PaymentTransaction) -> Result:
    return {
        "create_time": transaction.create_time,
        "transaction": str(transaction.id),
        "state": int(transaction.state),
        "receivers": None,
    }
