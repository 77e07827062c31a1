"""A child asks, a guardian decides.

Invariants: one live request per child and offer; a request is decided once (under its row lock);
approving and placing the order are one transaction; what was asked is a snapshot, and a price
above what the guardian saw asks anew. Refuses: deciding anything without a guardian.
"""
