"""What the tests of second factors share: signing in by a code, and a call of every route."""

import re

from sqlalchemy import select

from app.accounts.models import Session
from app.delivery.models import Message
from app.kernel import crypto
from app.kernel.ids import new_id
from tests.conventions.routing import PARAMETER, registry, routes

HERE = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}
STEP = "/uz/sign-in/second-step"
_FILLED = {"uuid": lambda: str(new_id()), "path": lambda: "yoq"}


async def sign_in_by_code(client, services, person, to="/"):
    """The first step of a sign-in, through the form; the client keeps the session's CSRF token."""
    page = await client.get(f"/uz/sign-in?next={to}")
    data = {"_csrf_token": csrf_of(page), "phone": person.phone, "next": to}
    page = await client.post("/uz/sign-in", data=data, headers=HERE)
    async with services.db.begin() as session:
        newest = select(Message.body).where(Message.recipient == person.phone)
        newest = newest.where(Message.kind == "code").order_by(Message.id.desc())
        code = re.search(r"\b(\d{6})\b", await session.scalar(newest.limit(1)))[1]
    data |= {"_csrf_token": csrf_of(page), "code": code}
    answer = await client.post("/uz/sign-in/code", data=data, headers=HERE)
    client.headers["x-csrf-token"] = client.cookies["csrf"]
    return answer


async def pass_step(client, *, to="/", **typed):
    """The second step, by `code` or `recovery`."""
    answer = await client.post(STEP, data={"next": to, **typed}, headers=HERE)
    client.headers["x-csrf-token"] = client.cookies["csrf"]
    return answer


def csrf_of(page):
    return re.search(r'name="_csrf_token" value="([^"]+)"', page.text)[1]


async def session_of(services, client):
    token = [c.value for c in client.cookies.jar if c.name == "session"][-1]
    async with services.db.begin() as session:
        return await session.scalar(
            select(Session).where(Session.token_hash == crypto.token_hash(token))
        )


def every_route():
    """Each route that people call, with ids that lead nowhere."""
    bare = registry().bare_paths
    for route in routes():
        if route.rule is None or route.rule.machine or route.is_stream:
            continue
        path = PARAMETER.sub(lambda found: _FILLED.get(found[2], lambda: "yoq")(), route.path)
        yield route, path if path.startswith(bare) else f"/uz{path}"


async def call(client, route, path):
    if route.is_read:
        return await client.get(path)
    return await client.post(path, data={"name": "x"}, headers=HERE)
