"""The people of the demo shop, from the seed's own data; `demo accounts` lists them."""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.accounts import totp
from app.kernel import clock
from app.kernel.viewer import FAMILY_ROLES

PEOPLE = Path(__file__).parent / "seed" / "data" / "people.json"


@dataclass(frozen=True)
class DemoAccount:
    """Somebody who can sign in by phone code; `pin` is the one of the household.

    `seed` is of the authenticator app of those who must have one: sellers and staff.
    """

    key: str
    role: str
    name: str
    phone: str
    locale: str
    pin: str | None
    seed: str | None


def seed_of(person: dict[str, Any]) -> str | None:
    """The authenticator's seed: known to whoever reads this, as everything in the demo is."""
    if not set(person["roles"]) - FAMILY_ROLES:
        return None
    told = f"bozorcha demo authenticator {person['key']}"
    return base64.b32encode(hashlib.sha256(told.encode()).digest()[:20]).decode()


@cache
def everybody() -> tuple[DemoAccount, ...]:
    """Everybody of the demo shop who can sign in; without a role they are buyers."""
    found = json.loads(PEOPLE.read_text(encoding="utf-8"))
    pins = {home["key"]: home["pin"] for home in found["households"]}
    return tuple(
        DemoAccount(
            key=person["key"],
            role=next(iter(person["roles"]), "buyer"),
            name=person["name"],
            phone=person["phone"],
            locale=person["locale"],
            pin=pins.get(person["household"]) if "guardian" in person["roles"] else None,
            seed=seed_of(person),
        )
        for person in found["people"]
    )


def authenticator_code(phone: str) -> str | None:
    """What this person's authenticator app shows now; None for those without one."""
    digits = "".join(char for char in phone if char.isdigit())
    seeds = [one.seed for one in everybody() if one.phone.lstrip("+") == digits]
    return totp.code_at(seeds[0], clock.now()) if seeds and seeds[0] else None


def accounts() -> list[dict[str, str | None]]:
    """The accounts as plain values, for `--json`."""
    return [asdict(account) for account in everybody()]


def table() -> str:
    """The accounts as lines of text for a terminal."""
    rows = [
        f"  {account.role:<10} {account.name:<18} {account.phone:<14} "
        f"{account.pin or '-':<7} {'app' if account.seed else '-':<12} {account.locale}\n"
        for account in everybody()
    ]
    title = f"  {'role':<10} {'name':<18} {'phone':<14} {'PIN':<7} {'second step':<12} language\n"
    how = "sign in by phone; ./bozorcha demo code PHONE prints the codes"
    return f"demo accounts ({how}):\n{title}{''.join(rows)}"
