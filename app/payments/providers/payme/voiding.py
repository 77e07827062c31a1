"""The 12 hours after which an open transaction is void: the order may be paid in another try."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.payments import transactions
from app.payments.models import PaymentIntent, PaymentTransaction
from app.payments.providers.payme import PROVIDER, REASON_TIMEOUT, TIMEOUT_MS, faults
from app.payments.states import TransactionState

BATCH = 100


async def void_when_late(
    session: AsyncSession, intent: PaymentIntent, transaction: PaymentTransaction
) -> None:
    """Cancel an open transaction that is 12 hours old or more and raise -31008.

    The caller holds the intent's lock; the refusal keeps the cancellation.
    """
    now = clock.now_ms()
    if now - transaction.create_time < TIMEOUT_MS:
        return
    await transactions.cancel(session, intent, transaction, at=now, reason=REASON_TIMEOUT)
    raise faults.impossible()


async def void_stale(session: AsyncSession) -> int:
    """Cancel every open transaction that is too old; the number of them.

    Locks their intents in the order of their ids. Publishes PaymentCancelled for each.
    """
    now = clock.now_ms()
    stale = (
        select(PaymentTransaction.external_id)
        .where(
            PaymentTransaction.provider == PROVIDER,
            PaymentTransaction.state == TransactionState.CREATED,
            PaymentTransaction.create_time <= now - TIMEOUT_MS,
        )
        .order_by(PaymentTransaction.intent_id)
        .limit(BATCH)
    )
    count = 0
    for external_id in (await session.scalars(stale)).all():
        found = await transactions.lock(session, PROVIDER, external_id)
        if found is None or found[1].state != TransactionState.CREATED:
            continue
        await transactions.cancel(session, *found, at=now, reason=REASON_TIMEOUT)
        count += 1
    return count
