"""The payment intent: what should be paid, by whom, until when.

Whoever changes an intent or its transactions holds the intent's row lock first.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.config import Settings
from app.kernel.i18n import Locale
from app.kernel.viewer import Viewer
from app.payments.models import PaymentIntent, PaymentTransaction
from app.payments.providers.payme import checkout
from app.payments.receipt import ReceiptLine, freeze
from app.payments.states import IntentState, TransactionState

PROVIDERS = ("payme",)


async def open(  # noqa: A001 - the word of the trade
    session: AsyncSession,
    *,
    reference: str,
    subject_id: UUID,
    payer_id: UUID | None,
    payer_session_id: UUID | None,
    amount: int,
    currency: str,
    receipt: Sequence[ReceiptLine],
    return_path: str,
    expires_at: datetime,
) -> PaymentIntent:
    """Freeze what is to be paid; `return_path` is where the payer comes back to, without locale.

    Raises WrongReceipt when the lines do not add up to `amount`.
    """
    intent = PaymentIntent(
        reference=reference,
        subject_id=subject_id,
        payer_id=payer_id,
        payer_session_id=payer_session_id,
        amount=amount,
        currency=currency,
        state=IntentState.OPEN,
        is_refundable=True,
        receipt=freeze(receipt, amount),
        return_path=return_path,
        expires_at=expires_at,
        paid_at=None,
    )
    session.add(intent)
    await session.flush()
    return intent


async def reference_of(session: AsyncSession, subject_id: UUID) -> str:
    """What `/pay/{reference}` calls the intent of this subject."""
    found = select(PaymentIntent.reference).where(PaymentIntent.subject_id == subject_id)
    return (await session.scalars(found)).one()


async def find(session: AsyncSession, reference: str) -> PaymentIntent | None:
    """The intent as it is now, not locked."""
    return await session.scalar(_by_reference(reference))


async def find_for_update(session: AsyncSession, reference: str) -> PaymentIntent | None:
    """The intent under its row lock, fresh."""
    return await session.scalar(_locked(_by_reference(reference)))


async def payable_by(session: AsyncSession, viewer: Viewer, reference: str) -> PaymentIntent | None:
    """The intent when it is this viewer's own (their account or this very session), else None."""
    intent = await find(session, reference)
    if intent is None or viewer.child_id is not None:
        return None
    own = viewer.user_id is not None and intent.payer_id == viewer.user_id
    here = viewer.session_id is not None and intent.payer_session_id == viewer.session_id
    return intent if own or here else None


async def cancel(session: AsyncSession, subject_id: UUID) -> bool:
    """End an unpaid intent; False when it was paid. Locks the intent.

    A transaction that is open loses: the provider is refused when it wants to perform it, returns
    the money and cancels it.
    """
    return await _end(session, subject_id, IntentState.CANCELLED)


async def expire(session: AsyncSession, subject_id: UUID) -> bool:
    """End an intent whose time is over; False while a transaction is open, or when paid.

    Locks the intent.
    """
    intent = await _lock_of(session, subject_id)
    if intent.state == IntentState.OPEN and await has_open_transaction(session, intent.id):
        return False
    return await _end(session, subject_id, IntentState.EXPIRED)


async def forbid_refund(session: AsyncSession, subject_id: UUID) -> None:
    """The goods were handed over: the provider may not take the payment back any more.

    Locks the intent.
    """
    intent = await _lock_of(session, subject_id)
    intent.is_refundable = False


def is_payable(intent: PaymentIntent) -> bool:
    """Whether a new transaction may start on it."""
    return intent.state == IntentState.OPEN and clock.now() < intent.expires_at


async def has_open_transaction(session: AsyncSession, intent_id: UUID) -> bool:
    """Whether some provider is in the middle of taking the money."""
    wanted = exists().where(
        PaymentTransaction.intent_id == intent_id,
        PaymentTransaction.state == TransactionState.CREATED,
    )
    return bool(await session.scalar(select(wanted)))


def pay_url(settings: Settings, intent: PaymentIntent, provider: str, locale: Locale) -> str:
    """The provider's page for this intent. Raises KeyError for a provider we do not have."""
    return {"payme": checkout.url}[provider](settings, intent, locale)


async def _end(session: AsyncSession, subject_id: UUID, state: IntentState) -> bool:
    intent = await _lock_of(session, subject_id)
    if intent.state == IntentState.OPEN:
        intent.state = state
        await session.flush()
    return intent.state not in (IntentState.PAID, IntentState.REFUNDED)


async def _lock_of(session: AsyncSession, subject_id: UUID) -> PaymentIntent:
    found = select(PaymentIntent).where(PaymentIntent.subject_id == subject_id)
    return (await session.scalars(_locked(found))).one()


def _by_reference(reference: str) -> Select[PaymentIntent]:
    return select(PaymentIntent).where(PaymentIntent.reference == reference)


def _locked(statement: Select[PaymentIntent]) -> Select[PaymentIntent]:
    return statement.with_for_update(of=PaymentIntent).execution_options(populate_existing=True)
