"""What a person does with a page: reads its hidden fields, its text, its links."""

import re
from html import unescape
from typing import Any

import httpx
from sqlalchemy import select

from app.delivery.models import Message
from app.kernel.services import Services


def field(html: str, name: str) -> str:
    """The value of the first field of this name."""
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', html)
    assert tag, f"no field {name}"
    value = re.search(r'\bvalue="([^"]*)"', tag[0])
    return unescape(value[1]) if value else ""


def text_of(response: httpx.Response) -> str:
    """The page's words with plain spaces."""
    bare = re.sub(r"<[^>]+>", " ", response.text)
    return re.sub(r"\s+", " ", unescape(bare)).replace("\xa0", " ")


async def post(client: httpx.AsyncClient, path: str, html: str, **values: Any) -> httpx.Response:
    """Send a form with the token of the page that it stood on."""
    return await client.post(path, data={"_csrf_token": field(html, "_csrf_token"), **values})


async def last_code(services: Services, phone: str) -> str:
    """The one-time code that was sent to the phone last."""
    async with services.db.begin() as session:
        newest = select(Message).where(Message.recipient == phone)
        message = (await session.scalars(newest.order_by(Message.id.desc()).limit(1))).one()
    found = re.search(r"\b\d{6}\b", message.body)
    assert found, message.body
    return found[0]
