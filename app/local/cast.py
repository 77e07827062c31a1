"""The people of the demo shop, from the seed's own data; `demo accounts` lists them."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

PEOPLE = Path(__file__).parent / "seed" / "data" / "people.json"


@dataclass(frozen=True)
class DemoAccount:
    """Somebody who can sign in by phone code; `pin` is the one of the household."""

    key: str
    role: str
    name: str
    phone: str
    locale: str
    pin: str | None


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
        )
        for person in found["people"]
    )


def accounts() -> list[dict[str, str | None]]:
    """The accounts as plain values, for `--json`."""
    return [asdict(account) for account in everybody()]


def table() -> str:
    """The accounts as lines of text for a terminal."""
    rows = [
        f"  {account.role:<10} {account.name:<18} {account.phone:<14} "
        f"{account.pin or '-':<7} {account.locale}\n"
        for account in everybody()
    ]
    title = f"  {'role':<10} {'name':<18} {'phone':<14} {'PIN':<7} language\n"
    return f"demo accounts (sign in by phone, the code comes as a message):\n{title}{''.join(rows)}"
