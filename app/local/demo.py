"""What people who try the shop need to know: accounts, codes, messages, keys, orders."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app import slices
from app.delivery.models import Message
from app.kernel import config
from app.kernel.services import build
from app.local import demo_orders
from app.local.folder import development_secrets
from app.local.trouble import Trouble

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
OUTBOX_LIMIT = 200  # newest messages shown


async def code(phone: str) -> str:
    """The last one-time code sent to the phone; raises Trouble when there is none."""
    digits = re.sub(r"\D", "", phone)
    newest = (
        select(Message.body, Message.data)
        .where(Message.kind == "code")
        .where(func.regexp_replace(Message.recipient, r"\D", "", "g") == digits)
        .order_by(Message.created_at.desc())
        .limit(1)
    )
    for row in await _rows(newest):
        found = CODE.search(str(row.data.get("code") or row.body))
        if found:
            return found[0]
    raise Trouble(f"no code was sent to {phone}")


async def outbox() -> list[dict[str, Any]]:
    """The newest messages that left the shop or wait to, the last one first."""
    newest = select(Message).order_by(Message.created_at.desc()).limit(OUTBOX_LIMIT)
    rows = await _rows(newest.with_only_columns(*Message.__table__.columns))
    return [dict(row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's public name for it


def outbox_text(messages: Sequence[dict[str, Any]]) -> str:
    """The messages for a terminal, two lines each."""
    return "\n".join(
        f"{m['created_at']:%Y-%m-%d %H:%M:%S} {m['channel']} {m['kind']} "
        f"to {m['recipient']} ({m['state']})\n  {m['subject'] or ''} {m['body']}".rstrip()
        for m in messages
    )


def keys(folder: Path) -> dict[str, str]:
    """The sandbox secrets that a payment provider would hold for this copy."""
    known = {**development_secrets(folder), **os.environ}
    return {name.lower(): known[name] for name in ("PAYME_KEY", "PAYME_MERCHANT_ID")}


async def orders(count: int, amount: int) -> list[str]:
    """Make fresh payable orders of exactly `amount` soʻm each."""
    services = build(config.load(), slices.registry())
    try:
        return await demo_orders.make(services, count, amount)
    finally:
        await services.close()


async def _rows(statement: Any) -> list[Any]:
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return list((await connection.execute(statement)).all())
    finally:
        await engine.dispose()
