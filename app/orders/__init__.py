"""The buyer's purchase and its part for each seller.

Invariants: the order exists before its payment; it is placed once per idempotency key; its sums
are a snapshot that later price changes do not touch; stock is held for it until it is paid,
cancelled or expired; moves follow the tables in `states.py` and are on its timeline.
"""
