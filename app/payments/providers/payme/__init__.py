"""Payme (Paycom) Merchant API: JSON-RPC 2.0 that Payme calls, and the link to its payment page.

`endpoint` answers a call, `protocol` is the envelope, `methods` and `statement` are the seven
methods, `faults` the refusals, `checkout` the link. Rules and sources: docs/payments.md.
"""

PROVIDER = "payme"
ACCOUNT_FIELD = "order_id"  # the name of the cash box's account field; holds intent.reference
TIMEOUT_MS = 43_200_000  # 12 hours: an open transaction older than this is void
REASON_TIMEOUT = 4
