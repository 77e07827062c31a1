"""Taking money through providers.

The contract with the rest is the payment intent: amount, currency, expiry, an opaque subject.
Invariants: an intent is paid by at most one transaction (a partial unique index); every change
happens under the intent's row lock; what was answered to a provider is stored and repeated;
a callback needs the database only. Refuses: knowing what an order is.
"""
