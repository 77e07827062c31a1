"""The pages that are measured and the people who look at them, found in the copy's own data."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from uuid import UUID

import httpx
from sqlalchemy import text

from app.accounts.models import Session
from app.kernel import clock, crypto
from app.kernel.services import Services
from bench.copy import Copy, Failed

GUEST, PARENT, CHILD = "guest", "parent", "child"


@dataclass(frozen=True)
class Page:
    """An address as one kind of visitor sees it."""

    name: str
    path: str
    visitor: str
    cookie: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}


async def find(services: Services, copy: Copy) -> tuple[list[Page], list[Page]]:
    """The pages to load, and the pages whose first visit is weighed."""
    category, slug, parent, child = await _data(services)
    cookies = {
        GUEST: "",
        PARENT: await _enter(services, user_id=parent),
        CHILD: await _enter(services, child_id=child),
    }
    question = await _ask(copy, cookies[CHILD], cookies[PARENT])
    listing, product = f"/uz/c/{category}", f"/uz/p/{slug}"
    loaded = [
        Page("home", "/uz/", PARENT),
        Page("list of 24", listing, PARENT),
        Page("list, guest", listing, GUEST),
        Page("product", product, PARENT),
        Page("search", "/uz/search?q=kitob", PARENT),
        Page("kids home", "/uz/kids", CHILD),
    ]
    weighed = [
        Page("home", "/uz/", GUEST),
        Page("product", product, GUEST),
        Page("kids home", "/uz/kids", CHILD),
        Page("approval", question, PARENT),
    ]
    give: Callable[[Page], Page] = lambda page: replace(page, cookie=cookies[page.visitor])  # noqa: E731
    return [give(page) for page in loaded], [give(page) for page in weighed]


async def _data(services: Services) -> tuple[str, str, UUID, UUID]:
    """The fullest category, its most popular product, a child and one of its guardians."""
    async with services.db.begin() as session:
        category = (
            await session.execute(
                text(
                    "select c.slug, c.id from category c join product p on p.category_id = c.id "
                    "group by c.id order by count(*) desc, c.slug limit 1"
                )
            )
        ).one()
        slug = await session.scalar(
            text(
                "select slug from product where category_id = :id and in_stock "
                "and state = 'approved' and child_ok order by popularity desc, id limit 1"
            ),
            {"id": category.id},
        )
        family = (
            await session.execute(
                text(
                    "select c.id as child, g.user_id as parent from child_profile c "
                    "join role_grant g on g.scope_id = c.household_id and g.role = 'guardian' "
                    "where c.closed_at is null order by c.birth_year, g.id limit 1"
                )
            )
        ).one()
    return category.slug, str(slug), family.parent, family.child


async def _enter(
    services: Services, *, user_id: UUID | None = None, child_id: UUID | None = None
) -> str:
    """A session of the person, or of a device in the child's hands; gives its cookie."""
    token = crypto.new_token()
    row = Session(
        token_hash=crypto.token_hash(token),
        csrf_secret=crypto.new_token(),
        user_id=user_id,
        child_id=child_id,
        zone="kids" if child_id else "shop",
        expires_at=clock.now() + timedelta(days=1),
    )
    async with services.db.begin() as session:
        session.add(row)
    return f"session={token}"


async def _ask(copy: Copy, child: str, parent: str) -> str:
    """Let the child ask for something, as on its screen; gives the parent's page about it."""
    async with httpx.AsyncClient(base_url=copy.url, timeout=60, headers={"Cookie": child}) as line:
        home = await line.get("/uz/kids")
        for path in re.findall(r'href="(/uz/p/[^"]+)"', home.text):
            found = re.search(r'href="(/uz/kids/ask/[^"]+)"', (await line.get(path)).text)
            if found:
                break
        else:
            raise Failed("the child sees nothing to ask for")
        html = (await line.get(found[1])).text
        fields = dict(re.findall(r'name="(key|_csrf_token|reason)"[^>]*?value="([^"]*)"', html))
        sent = await line.post(found[1], data={k: unescape(v) for k, v in fields.items()})
    if sent.status_code != 303:
        raise Failed(f"the child could not ask: {sent.status_code}")
    async with httpx.AsyncClient(base_url=copy.url, timeout=60, headers={"Cookie": parent}) as line:
        asked = (await line.get("/uz/family/approvals")).text
    found = re.search(r'href="(/uz/family/approvals/[0-9a-f-]{36})"', asked)
    if not found:
        raise Failed("the parent does not see the question")
    return found[1]
