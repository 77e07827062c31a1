"""Household, guardians, child profiles, and everything that keeps a child safe.

Invariants: a child profile is unusable without a valid consent row; consent and limits are
changed by guardians only; reserved + consumed never passes the limit of the day (a CHECK);
leaving the kids' zone needs the PIN or a passkey; a wrong PIN is counted in the database.
Guardians are the users with a `guardian` grant over the household. Refuses: knowing products.
"""
