"""The page of the sandbox bank; it does not exist in production, nor for a child."""

from typing import Any

import httpx
from litestar import Request, Response, get, post

from app.kernel import access, web
from app.kernel.errors import NotFound, Unavailable
from app.kernel.forms import FormModel, check_text, read_form
from app.kernel.i18n import Locale, get_locale
from app.kernel.money import Money
from app.kernel.services import Services
from app.payments import sandbox
from app.payments.providers.payme import ACCOUNT_FIELD, checkout
from app.payments.sandbox import Charge, Scenario

PATH = "/sandbox/payme/{packed:path}"


class ChoiceForm(FormModel):
    scenario: Scenario


@get(PATH, opt=access.adults, name="payments.sandbox")
async def show(request: Request[Any, Any, Any], services: Services, packed: str) -> Response[Any]:
    """What a hosted payment page shows, with a choice of endings."""
    wanted, _ = _read(services, packed)
    return _page(request, packed, wanted)


@post(PATH, opt=access.adults, name="payments.sandbox_pay", status_code=303)
async def finish(request: Request[Any, Any, Any], services: Services, packed: str) -> Response[Any]:
    """Let the bank call the shop, then send the payer back."""
    wanted, return_path = _read(services, packed)
    form = await read_form(request, ChoiceForm)
    if form.data is None:
        return _page(request, packed, wanted, status=422)
    try:
        replies = await sandbox.charge(services, wanted, form.data.scenario)
    except httpx.HTTPError as error:
        raise Unavailable from error
    if replies and "error" in replies[-1]:
        refusal = _text(replies[-1]["error"]["message"])
        return _page(request, packed, wanted, refusal=refusal, status=409)
    return web.redirect(request, return_path)


def _page(
    request: Request[Any, Any, Any],
    packed: str,
    wanted: Charge,
    *,
    refusal: str = "",
    status: int = 200,
) -> Response[Any]:
    return web.page(
        request,
        "payments/sandbox.html",
        status=status,
        action=f"{checkout.SANDBOX_PATH}/{packed.lstrip('/')}",
        reference=wanted.reference,
        amount=Money.uzs(wanted.amount),
        refusal=refusal,
    )


def _read(services: Services, packed: str) -> tuple[Charge, str]:
    """The charge and the local path to return to. Raises NotFound for a broken link."""
    settings = services.settings
    if settings.is_production:
        raise NotFound
    try:
        fields = checkout.unpack(packed.lstrip("/"))
        wanted = Charge(fields[f"ac.{ACCOUNT_FIELD}"], int(fields["a"]))
    except (ValueError, KeyError):
        raise NotFound from None
    check_text(wanted.reference)
    if not 0 < wanted.amount < 2**63:
        raise NotFound
    home = settings.base_url.rstrip("/")
    back = fields.get("c", "")
    return wanted, web.local_path(back.removeprefix(home), "/")


def _text(message: dict[str, str]) -> str:
    locale = get_locale()
    return message[locale.value if locale in (Locale.RU, Locale.EN) else "uz"]
