"""Gets a message out: mail, SMS, Web Push; keeps the delivery log.

Every sending is a `message` row written in the transaction of its cause and sent by a task, so
nothing is lost and nothing outward happens inside a request. Refuses: deciding who is told what
(that is `notifications`).
"""
