"""The people of Bozorcha itself: their roles and desk, closed accounts, looks as a buyer.

Invariants: nobody gives, takes or edits what they do not hold, nor changes their own rights; there
is always an admin; an account is closed with a reason that its person reads, and their appeal is
decided by somebody else; a look at the shop as a buyer reads, is announced to the buyer, noted page
by page and over after fifteen minutes. Refuses: anything about a child or a family.
"""
