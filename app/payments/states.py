"""States of intents and of transactions.

Transaction states are Payme's own numbers: 1 -> 2 -> -2 and 1 -> -1, never back.
"""

from enum import IntEnum, StrEnum


class IntentState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class TransactionState(IntEnum):
    CREATED = 1
    PERFORMED = 2
    CANCELLED = -1
    REVERSED = -2
