"""What a provider's operation does to the intent, its transactions and the ledger.

The same for every provider. The caller holds the intent's row lock and has checked the states;
`at` is the moment that will be answered, in Unix milliseconds.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.events import publish
from app.kernel.ids import new_id
from app.kernel.money import Money
from app.ledger import posting
from app.ledger.posting import Line
from app.payments.events import (
    PaymentCancelled,
    PaymentCaptured,
    PaymentReversed,
    PaymentStarted,
)
from app.payments.models import PaymentIntent, PaymentTransaction
from app.payments.states import IntentState, TransactionState

ESCROW = "escrow"


async def find(session: AsyncSession, provider: str, external_id: str) -> PaymentTransaction | None:
    """The transaction as it is now, not locked."""
    return await session.scalar(
        select(PaymentTransaction)
        .where(
            PaymentTransaction.provider == provider,
            PaymentTransaction.external_id == external_id,
        )
        .execution_options(populate_existing=True)
    )


async def lock(
    session: AsyncSession, provider: str, external_id: str
) -> tuple[PaymentIntent, PaymentTransaction] | None:
    """The transaction and its intent, fresh, under the intent's row lock."""
    of_transaction = (
        select(PaymentTransaction.intent_id)
        .where(
            PaymentTransaction.provider == provider,
            PaymentTransaction.external_id == external_id,
        )
        .scalar_subquery()
    )
    intent = await session.scalar(
        select(PaymentIntent)
        .where(PaymentIntent.id == of_transaction)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    # Read in a second statement: it must see what the lock's last holder committed.
    found = intent and await find(session, provider, external_id)
    return (intent, found) if intent and found else None


async def receipt_link(session: AsyncSession, subject_id: UUID) -> str | None:
    """The tax committee's page of the fiscal receipt, once the provider has sent it."""
    found = await session.scalar(
        select(PaymentTransaction.fiscal["PERFORM"]["qr_code_url"].astext)
        .join(PaymentIntent, PaymentIntent.id == PaymentTransaction.intent_id)
        .where(
            PaymentIntent.subject_id == subject_id,
            PaymentTransaction.state == TransactionState.PERFORMED,
        )
    )
    return found if found and found.startswith("https://") else None


async def start(
    session: AsyncSession,
    intent: PaymentIntent,
    provider: str,
    external_id: str,
    *,
    provider_time: int,
    at: int,
) -> PaymentTransaction | None:
    """Open a transaction; publishes PaymentStarted.

    None when this id was taken by another intent in the same instant.
    """
    row = insert(PaymentTransaction).values(
        id=new_id(),
        intent_id=intent.id,
        provider=provider,
        external_id=external_id,
        amount=intent.amount,
        state=TransactionState.CREATED,
        provider_time=provider_time,
        create_time=at,
        perform_time=0,
        cancel_time=0,
        reason=None,
        fiscal={},
        created_at=clock.now(),
    )
    once = row.on_conflict_do_nothing(index_elements=["provider", "external_id"])
    made = await session.scalar(once.returning(PaymentTransaction))
    if made is not None:
        await publish(session, PaymentStarted(intent.id, intent.subject_id))
    return made


async def capture(
    session: AsyncSession, intent: PaymentIntent, transaction: PaymentTransaction, *, at: int
) -> None:
    """The money came: the intent is paid, the provider owes it to the escrow account.

    Publishes PaymentCaptured.
    """
    transaction.state, transaction.perform_time = TransactionState.PERFORMED, at
    intent.state, intent.paid_at = IntentState.PAID, clock.now()
    await session.flush()
    money = Money(transaction.amount, intent.currency)
    lines = [Line(f"provider:{transaction.provider}", money), Line(ESCROW, -money)]
    await posting.post(session, f"capture:{transaction.id}", "capture", lines)
    await publish(session, PaymentCaptured(intent.id, intent.subject_id, transaction.amount))


async def cancel(
    session: AsyncSession,
    intent: PaymentIntent,
    transaction: PaymentTransaction,
    *,
    at: int,
    reason: int | None,
) -> None:
    """End an open transaction; the intent stays as it is, ready for another try.

    Publishes PaymentCancelled.
    """
    transaction.state, transaction.cancel_time = TransactionState.CANCELLED, at
    transaction.reason = reason
    await session.flush()
    await publish(session, PaymentCancelled(intent.id, intent.subject_id, reason))


async def reverse(
    session: AsyncSession,
    intent: PaymentIntent,
    transaction: PaymentTransaction,
    *,
    at: int,
    reason: int | None,
) -> None:
    """The provider takes a captured payment back. Publishes PaymentReversed."""
    transaction.state, transaction.cancel_time = TransactionState.REVERSED, at
    transaction.reason = reason
    intent.state = IntentState.REFUNDED
    await session.flush()
    capture_key = f"capture:{transaction.id}"
    await posting.reverse(session, f"reversal:{transaction.id}", "reversal", of=capture_key)
    await publish(session, PaymentReversed(intent.id, intent.subject_id, transaction.amount))
