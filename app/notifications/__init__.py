"""Who is told what, and where: the inbox, the push subscriptions, the table of events.

Invariant: each event tells each person once (a unique key). Refuses: sending; that is `delivery`.
"""
