"""What payments hold of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.i18n import N_
from app.kernel.money import Money
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, rows_of
from app.payments.models import PaymentIntent, ProviderCall

KEPT_CALLS = timedelta(days=90)  # the database refuses to delete younger ones


async def _payments(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        PaymentIntent.reference,
        PaymentIntent.amount,
        PaymentIntent.state,
        PaymentIntent.created_at,
        PaymentIntent.paid_at,
    ).where(PaymentIntent.payer_id.in_(subject.user_ids))
    return [
        {**row, "amount": Money.uzs(row["amount"])}
        for row in await rows_of(session, found.order_by(PaymentIntent.id))
    ]


async def _erase(session: AsyncSession, subject: Subject) -> None:
    """The payment goes on without its payer."""
    theirs = update(PaymentIntent).where(PaymentIntent.payer_id.in_(subject.user_ids))
    await session.execute(theirs.values(payer_id=None, payer_session_id=None))


PERSONAL = [
    Holding(
        name="payments",
        title=N_("Payments"),
        purpose=N_("To take the money for an order and to give it back."),
        tables=("payment_intent", "payment_transaction", "provider_call"),
        fields={
            "reference": N_("Order"),
            "amount": N_("Amount"),
            "state": N_("State"),
            "created_at": N_("When"),
            "paid_at": N_("Paid"),
        },
        kept=N_("Five years, as tax law asks; the provider’s calls 90 days."),
        ground=Ground.LAW,
        recipients=N_("Payme, which takes the money. It never learns your name from us."),
        collect=_payments,
        erase=_erase,
        stays=N_("What was paid and when, without you, five years for the tax office."),
    )
]

KEEPS = [Keep(ProviderCall, N_("90 days"), lambda now: ProviderCall.created_at < now - KEPT_CALLS)]
