"""Shops: who sells, and who works there (users with a `seller` or `clerk` grant over the shop).

Invariant: every row that belongs to a shop carries its id, and is found through it.
"""
