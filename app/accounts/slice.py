"""What accounts contributes."""

from app.accounts import personal
from app.accounts.routes import (
    account,
    confirming,
    login,
    own_password,
    passkeys,
    passwords,
    resets,
    second_factor,
    second_step,
    ways,
)
from app.kernel.slice import Slice

SLICE = Slice(
    name="accounts",
    routes=[
        *login.ROUTES,
        *second_step.ROUTES,
        *passwords.ROUTES,
        *resets.ROUTES,
        *account.ROUTES,
        *ways.ROUTES,
        *own_password.ROUTES,
        *passkeys.ROUTES,
        *second_factor.ROUTES,
        *confirming.ROUTES,
    ],
    bare_paths=["/passkeys/"],
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
