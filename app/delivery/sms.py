"""SMS by a gateway of the Eskiz kind; without one, outside production, the row is the sending.

`SMS_URL` reads `https://login:password@notify.eskiz.uz/api?from=4546`. Calls after the public
client libraries of Eskiz (POST auth/login, POST message/sms/send; read 2026-11-21).
"""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
from redis.exceptions import RedisError

from app.delivery.models import Message
from app.delivery.trouble import Undeliverable
from app.kernel.services import Services
from app.kernel.tasks import Retry

TOKEN_KEY = "delivery:sms-token"  # noqa: S105 - the name of a place
TOKEN_SECONDS = 24 * 3600  # the gateway's own lasts thirty days

# Two marks outside the GSM alphabet would double the price of every Uzbek message.
_PLAIN = str.maketrans("ʻʼ‘’“”–\u00a0", "''''\"\"- ")


def plain(text: str) -> str:
    """The text as it goes by SMS: 160 characters a part for Uzbek Latin and English."""
    return text.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Gateway:
    base: str
    login: str
    password: str
    sender: str


def gateway(sms_url: str) -> Gateway:
    """Read `SMS_URL`."""
    parts = urlsplit(sms_url)
    port = f":{parts.port}" if parts.port else ""
    base = f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}"
    sender = parse_qs(parts.query).get("from", ["4546"])[0]
    return Gateway(base, unquote(parts.username or ""), unquote(parts.password or ""), sender)


async def send(services: Services, message: Message) -> None:
    """Hand the text to the gateway. Raises Retry or Undeliverable."""
    url = services.settings.sms_url
    if not url:
        if services.settings.is_production:
            raise Undeliverable("no SMS gateway is set")
        return
    target = gateway(url)
    try:
        answer = await _post(services, target, message, await _token(services, target))
        if answer.status_code == 401:
            token = await _token(services, target, renew=True)
            answer = await _post(services, target, message, token)
    except httpx.HTTPError as fault:
        raise Retry(f"sms gateway: {type(fault).__name__}") from fault
    _judge(answer)


async def _post(
    services: Services, target: Gateway, message: Message, token: str
) -> httpx.Response:
    form = {
        "mobile_phone": message.recipient.lstrip("+"),
        "message": plain(message.body),
        "from": target.sender,
        "user_sms_id": str(message.id),
    }
    return await services.http.post(
        f"{target.base}/message/sms/send",
        data=form,
        headers={"Authorization": f"Bearer {token}"},
    )


async def _token(services: Services, target: Gateway, *, renew: bool = False) -> str:
    """The gateway's token, kept in Valkey; a dead Valkey only costs one more call."""
    if not renew:
        try:
            kept = await services.redis.get(TOKEN_KEY)
        except (RedisError, OSError):
            kept = None
        if kept:
            return str(kept.decode())
    login = {"email": target.login, "password": target.password}
    answer = await services.http.post(f"{target.base}/auth/login", data=login)
    _judge(answer)
    try:
        token = str(answer.json()["data"]["token"])
    except (ValueError, KeyError, TypeError) as fault:
        raise Retry("sms gateway: no token in its answer") from fault
    with suppress(RedisError, OSError):
        await services.redis.set(TOKEN_KEY, token, ex=TOKEN_SECONDS)
    return token


def _judge(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
        raise Retry(f"sms gateway answered {answer.status_code}")
    raise Undeliverable(f"sms gateway answered {answer.status_code}")
