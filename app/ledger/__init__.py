"""Double-entry money: accounts, postings, entries.

Invariants: every posting sums to zero per currency (a deferred constraint trigger); entries are
never changed or removed, a correction is a reversing posting; a posting's key makes it once.
"""
