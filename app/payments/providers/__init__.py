"""One folder a provider; what they share is `payments/transactions.py` and the intent."""
