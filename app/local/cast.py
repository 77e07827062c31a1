"""The people of the demo shop: the seed makes them, `demo accounts` lists them."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class DemoAccount:
    """Somebody who can sign in by phone code; `pin` is the one of the household."""

    key: str
    role: str
    name: str
    phone: str
    locale: str
    pin: str | None = None


ACCOUNTS = (
    DemoAccount("dilnoza", "guardian", "Dilnoza Karimova", "+998901000001", "uz", "246810"),
    DemoAccount("jasur", "guardian", "Jasur Karimov", "+998901000002", "ru", "246810"),
    DemoAccount("oydin", "giver", "Oydin Karimova", "+998901000003", "uz-cyrl"),
    DemoAccount("nodira", "guardian", "Nodira Rahimova", "+998901000004", "uz", "864209"),
    DemoAccount("olga", "buyer", "Olga Kim", "+998901000005", "ru"),
    DemoAccount("botir", "seller", "Botir Saidov", "+998901000011", "uz"),
    DemoAccount("gulnora", "seller", "Gulnora Aliyeva", "+998901000012", "ru"),
    DemoAccount("timur", "seller", "Timur Lee", "+998901000013", "en"),
    DemoAccount("shahnoza", "clerk", "Shahnoza Yusupova", "+998901000014", "uz"),
    DemoAccount("malika", "moderator", "Malika Tosheva", "+998901000021", "uz"),
    DemoAccount("sardor", "agent", "Sardor Umarov", "+998901000022", "ru"),
    DemoAccount("aziza", "admin", "Aziza Nazarova", "+998901000023", "uz"),
)
BY_KEY = {account.key: account for account in ACCOUNTS}


def accounts() -> list[dict[str, str | None]]:
    """Everybody of the demo shop who can sign in."""
    return [asdict(account) for account in ACCOUNTS]


def table() -> str:
    """The accounts as lines of text for a terminal."""
    rows = [
        f"  {account.role:<10} {account.name:<18} {account.phone:<14} "
        f"{account.pin or '-':<7} {account.locale}\n"
        for account in ACCOUNTS
    ]
    title = f"  {'role':<10} {'name':<18} {'phone':<14} {'PIN':<7} language\n"
    return f"demo accounts (sign in by phone, the code comes as a message):\n{title}{''.join(rows)}"
