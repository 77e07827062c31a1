"""The link to Payme's payment page: parameters in base64 after the address (GET form)."""

import base64
from urllib.parse import quote

from app.kernel.config import Settings
from app.kernel.i18n import Locale
from app.payments.models import PaymentIntent
from app.payments.providers.payme import ACCOUNT_FIELD

RETURN_MS = 1500  # how long Payme shows its own "paid" before it sends the payer back
SANDBOX_PATH = "/sandbox/payme"
_LANGUAGES = {Locale.RU: "ru", Locale.EN: "en"}


def url(settings: Settings, intent: PaymentIntent, locale: Locale) -> str:
    """Payme's page, or outside production the sandbox bank when no address is set."""
    home = f"{settings.base_url.rstrip('/')}/{locale.value}"
    page = settings.payme_checkout_url.rstrip("/") or f"{home}{SANDBOX_PATH}"
    fields = {
        "m": settings.payme_merchant_id,
        f"ac.{ACCOUNT_FIELD}": intent.reference,
        "a": str(intent.amount),
        "l": _LANGUAGES.get(locale, "uz"),
        "c": home + quote(intent.return_path, safe="/?&=%#:@!$'()*+,~-._"),
        "ct": str(RETURN_MS),
    }
    return f"{page}/{pack(fields)}"


def pack(fields: dict[str, str]) -> str:
    """`a=1;b=2` in base64; a value holds no semicolon."""
    text = ";".join(f"{name}={value}" for name, value in fields.items())
    return base64.b64encode(text.encode()).decode()


def unpack(packed: str) -> dict[str, str]:
    """The fields again. Raises ValueError for anything that is not such a link."""
    text = base64.b64decode(packed.encode("ascii"), validate=True).decode()
    pairs = (part.partition("=") for part in text.split(";"))
    return {name: value for name, _, value in pairs}
