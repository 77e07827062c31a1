"""Mail by SMTP; without `SMTP_URL`, outside production, the row is the sending.

`SMTP_URL` reads `smtp://user:password@host:587` (STARTTLS when offered) or `smtps://…:465`.
"""

from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.delivery.models import Message
from app.delivery.trouble import Undeliverable
from app.kernel.services import Services
from app.kernel.tasks import Retry

TIMEOUT_SECONDS = 15


async def send(services: Services, message: Message) -> None:
    """Hand the letter to the mail server. Raises Retry or Undeliverable."""
    url = services.settings.smtp_url
    if not url:
        if services.settings.is_production:
            raise Undeliverable("no mail server is set")
        return
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    try:
        await aiosmtplib.send(
            _letter(services, message),
            hostname=parts.hostname,
            port=parts.port or (465 if secure else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=secure,
            timeout=TIMEOUT_SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as fault:
        raise Undeliverable("the mail server refused the recipient") from fault
    except aiosmtplib.SMTPResponseException as fault:
        if 500 <= fault.code < 600:
            raise Undeliverable(f"the mail server answered {fault.code}") from fault
        raise Retry(f"the mail server answered {fault.code}") from fault
    except (aiosmtplib.SMTPException, OSError) as fault:
        raise Retry(f"mail server: {type(fault).__name__}") from fault


def _letter(services: Services, message: Message) -> EmailMessage:
    host = services.settings.host
    letter = EmailMessage()
    letter["From"] = f"Bozorcha <no-reply@{host}>"
    letter["To"] = message.recipient
    letter["Subject"] = message.subject or "Bozorcha"
    letter["Message-ID"] = f"<{message.id}@{host}>"
    letter["Content-Language"] = message.locale
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.body)
    return letter
