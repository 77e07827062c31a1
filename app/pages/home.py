"""The front door, and the goods somebody looked at lately."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.catalog import queries
from app.catalog.card import SKILLS
from app.catalog.filters import BANDS, Filters, Sort
from app.catalog.texts import age_range
from app.kernel import access, web
from app.kernel.ids import parse_id
from app.kernel.viewer import Viewer, Zone

Asked = Request[Any, Any, Any]
PICKS = 10
NEWEST = 5
RECENT = 12
FRESH_SECONDS = 60  # for guests the page may be that old

AGE_DOORS = {
    "0-2": ("hatching-chick", 1),
    "3-5": ("rabbit-face", 3),
    "6-8": ("fox", 2),
    "9-12": ("tiger-face", 7),
    "13": ("owl", 4),
}
SKILL_DOORS = {
    "logic": ("brain", 4),
    "science": ("microscope", 6),
    "language": ("open-book", 2),
    "creativity": ("artist-palette", 3),
    "music": ("drum", 7),
    "movement": ("kick-scooter", 5),
}


@get("/", opt=access.viewable(access.everyone), name="pages.home")
async def home(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """The shop's home; a child's device goes to the child's own."""
    if viewer.zone is Zone.KIDS:
        return web.redirect(request, "/kids")
    rails = [(Filters(in_stock=True), PICKS), (Filters(in_stock=True, sort=Sort.NEWEST), NEWEST)]
    picks, newest = [
        (await queries.listing(session, viewer.audience, wish, for_children=True, size=size)).rows
        for wish, size in rails
    ]
    return web.page(
        request,
        "pages/home.html",
        here="home",
        offline=True,
        public_seconds=FRESH_SECONDS,
        ages=[
            (key, age_range(low, high if high < 99 else None), *AGE_DOORS[key])
            for key, (low, high) in BANDS.items()
        ],
        skills=[(key, SKILLS[key], *door) for key, door in SKILL_DOORS.items()],
        picks=picks,
        newest=newest,
    )


@get("/home", opt=access.signed_in, name="pages.own_home")
async def own_home(request: Asked, viewer: Viewer) -> Response[Any]:
    """Where this person begins: staff at their desk, sellers at theirs, others in the shop."""
    return web.redirect(request, roles.home(viewer.roles))


@get("/recent", opt=access.viewable(access.adults), name="pages.recent")
async def recent(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """A fragment: cards of the `?ids=` that this browser remembers; the server keeps nothing."""
    asked = request.query_params.get("ids", "").split(",")[:RECENT]
    ids = [found for text in asked if (found := parse_id(text))]
    cards = await queries.cards_by_ids(session, viewer.audience, list(dict.fromkeys(ids)))
    return web.page(request, "pages/recent.html", cards=cards)
