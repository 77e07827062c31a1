"""What accounts contributes."""

from app.accounts import tasks
from app.accounts.routes import account, login, passkeys
from app.kernel.slice import Slice

SLICE = Slice(
    name="accounts",
    routes=[*login.ROUTES, *account.ROUTES, *passkeys.ROUTES],
    tasks=[tasks.forget_old],
    bare_paths=["/passkeys/"],
)
