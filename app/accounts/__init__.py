"""Who you are: users, ways to be known, sessions, passkeys, roles.

Invariants: a session cookie is a random 256-bit token of which only the hash is stored; its id
changes at sign-in, at a confirmation and at every change of zone. A one-time code works once,
for ten minutes, five tries, in the browser that asked for it. Refuses: knowing what a household,
a shop or a child is; a role only carries the id of its scope.
"""
