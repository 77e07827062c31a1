"""People's rights over their data: copies, corrections, deletion, consents, policies, terms.

Owns exports, deletion requests, accepted policies. What is held of people is declared by each
slice (`Slice.personal`, `Slice.keeps`); here those declarations are collected into one file,
erased in one transaction, cleaned every hour, and shown as the processing register.
An export is its person's alone and lives 7 days. A deletion waits 7 days, in which one tap takes
it back, and for open orders; it never leaves half a person behind. Evidence (consents, accepted
policies, the audit trail) stays, with ids that lead to nobody.
"""
