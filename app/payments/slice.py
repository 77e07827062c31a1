"""What the payments contribute."""

from app.kernel.slice import Slice
from app.payments import personal, tasks
from app.payments.routes import callbacks, pay, sandbox
from app.payments.sandbox import charge_late

SLICE = Slice(
    name="payments",
    routes=[callbacks.payme, callbacks.payme_not_post, pay.pay, sandbox.show, sandbox.finish],
    tasks=[tasks.void_stale_transactions, charge_late],
    bare_paths=["/payments/"],
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
