"""What is for sale: categories, products, variants, offers, stock, age marks.

Invariants: the storefront reads only through `visible(audience)`; a child sees a product only
when a moderator approved it for children and its age fits, which the database itself enforces
by row-level security; held stock never passes what is on hand (a CHECK under a row lock).
Every seller-owned row carries its seller. Refuses: knowing orders, carts or households.
"""
