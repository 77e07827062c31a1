"""Everybody lands on their own home, sees their own work, and switches hats openly."""

import re

import pytest

from app.accounts.models import RoleGrant
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.viewer import Role
from app.staff.models import Appeal, Suspension
from tests import cast
from tests.accounts.steps import give_password, send
from tests.make.browsing import text_of

HATS = re.compile(r'<nav class="hats".*?</nav>', re.DOTALL)
HAT = re.compile(r'<a href="([^"]+)"( aria-current="true")?>')
HOMES = [
    (cast.aziza, "/uz/desk"),
    (cast.sardor, "/uz/desk"),
    (cast.malika, "/uz/desk"),
    (cast.botir, "/uz/seller"),
    (cast.anvar, "/uz/seller"),
    (cast.dilnoza, "/uz/"),
    (cast.olga, "/uz/"),
]


def hats_of(page):
    strip = HATS.search(page.text)
    return [(href, bool(now)) for href, now in HAT.findall(strip[0])] if strip else []


async def write(services, *rows):
    async with services.db.begin() as session:
        for row in rows:
            session.add(row)
            await session.flush()


@pytest.mark.parametrize(("person", "home"), HOMES, ids=lambda x: getattr(x, "name", x))
async def test_each_has_a_home(enter, person, home):
    client = await enter(person)

    assert (await client.get("/uz/home")).headers["location"] == home
    assert (await client.get(home)).status_code == 200


async def test_a_sign_in_leads_home_through_the_second_step(client, services):
    await give_password(services, cast.sardor)

    answer = await send(
        client,
        "/uz/sign-in/password",
        phone=cast.sardor.phone,
        password="tuya qushi va uchta anor",
    )

    assert "next=/desk" in answer.headers["location"]


async def test_an_asked_for_page_wins_over_home(client, services):
    await give_password(services, cast.olga)

    answer = await send(
        client,
        "/uz/sign-in/password",
        phone=cast.olga.phone,
        password="tuya qushi va uchta anor",
        next="/orders",
    )

    assert answer.headers["location"] == "/uz/orders"


async def test_the_desk_is_of_the_staff_alone(enter, client):
    assert (await client.get("/uz/desk")).headers["location"].startswith("/uz/sign-in")
    for person in (cast.olga, cast.dilnoza, cast.botir, cast.oydin):
        assert (await (await enter(person)).get("/uz/desk")).status_code == 403


async def test_each_sees_the_sections_and_the_work_of_their_own_roles(enter, services):
    closed = Suspension(
        id=new_id(), user_id=cast.olga.id, reason="fraud", words="", by_id=cast.aziza.id
    )
    await write(services, closed, Appeal(suspension_id=closed.id, words="Xato"))
    moderator, agent, admin = [await enter(p) for p in (cast.malika, cast.sardor, cast.aziza)]

    theirs = [await client.get("/uz/desk") for client in (moderator, agent, admin)]

    assert ["/desk/appeals" in page.text for page in theirs] == [True, False, True]
    assert ["/desk/people" in page.text for page in theirs] == [False, True, True]
    assert ["/desk/roles" in page.text for page in theirs] == [False, False, True]
    assert waiting(theirs[0]) == 1
    assert waiting(theirs[2]) == 0  # she closed it herself: a colleague decides


def waiting(page):
    """The count on the tile of appeals."""
    tile = re.search(r'<a class="tile" href="/uz/desk/appeals">.*?</a>', page.text, re.DOTALL)
    return int(re.search(r'tile__value">(\d+)', tile[0])[1])


async def test_one_login_wears_many_hats(enter, services):
    grants = (
        RoleGrant(user_id=cast.dilnoza.id, role=Role.SELLER, scope_id=cast.bilim.id),
        RoleGrant(user_id=cast.dilnoza.id, role=Role.AGENT, scope_id=None),
    )
    await write(services, *grants)
    from tests.staff.test_roles import _give_factor

    async with services.db.begin() as session:
        await _give_factor(session, cast.dilnoza)
    client = await enter(cast.dilnoza)
    order = ["/uz/", "/uz/family", "/uz/seller", "/uz/desk"]

    for worn in order:
        page = await client.get(worn)
        assert page.status_code == 200
        assert hats_of(page) == [(href, href == worn) for href in order]
        assert 'aria-label="' in HATS.search(page.text)[0]


async def test_buyers_and_parents_have_no_strip_and_sellers_only_their_hats(enter):
    parent, seller = await enter(cast.nodira), await enter(cast.botir)

    assert hats_of(await parent.get("/uz/")) == []
    assert hats_of(await seller.get("/uz/seller")) == [("/uz/", False), ("/uz/seller", True)]


async def test_people_are_found_by_a_whole_way_or_a_name_and_shown_masked(enter):
    agent = await enter(cast.sardor)

    async def found(words):
        return await agent.get("/uz/desk/people", params={"q": words})

    for words in ("+998 90 123-45-04", "901234504", "olga", "OLG", str(cast.olga.id)):
        page = await found(words)
        assert f"/desk/people/{cast.olga.id}" in page.text, words
        assert cast.olga.phone not in page.text.replace(" ", "")
        assert cast.jasur.name not in text_of(page)
    for words in ("90123450", "o", "%", "_lga", "yoq"):
        assert f"/desk/people/{cast.olga.id}" not in (await found(words)).text, words


async def test_a_persons_page_tells_nothing_of_family_children_or_goods(enter):
    agent = await enter(cast.sardor)

    page = await agent.get(f"/uz/desk/people/{cast.dilnoza.id}")

    assert page.status_code == 200
    for word in (cast.dilnoza.phone, cast.dilnoza.phone[4:], cast.lola.name, cast.KARIMOV):
        assert word not in page.text.replace(" ", "")
    assert str(cast.key(cast.KARIMOV)) not in page.text


async def test_search_is_counted(enter):
    agent = await enter(cast.sardor)

    statuses = [
        (await agent.get("/uz/desk/people", params={"q": f"ism{n}"})).status_code
        for n in range(125)
    ]

    assert statuses[0] == 200
    assert statuses[-1] == 429


async def test_pages_of_the_desk_need_a_live_short_session(enter):
    """Staff sessions end after half an hour unused, whatever the role is called."""
    from datetime import timedelta

    import time_machine

    agent = await enter(cast.sardor)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        answer = await agent.get("/uz/desk")

    assert answer.headers["location"].startswith("/uz/sign-in")


@pytest.mark.parametrize(
    ("networks", "status"),
    [("", 200), ("127.0.0.0/8, 10.1.0.0/16", 200), ("10.1.0.0/16", 404)],
)
async def test_the_desk_may_be_kept_to_the_staffs_own_networks(enter, services, networks, status):
    admin = await enter(cast.aziza)
    services.settings.__dict__["staff_networks"] = networks

    assert (await admin.get("/uz/desk")).status_code == status
    assert (await admin.get("/uz/desk/people")).status_code == status
    assert (await admin.get("/uz/catalog")).status_code == 200


def test_every_group_of_permissions_has_a_name_for_people():
    from app.staff.roles import GROUPS
    from tests.conventions.routing import registry

    assert {part.name for part in registry().slices if part.staff_grants} <= set(GROUPS)
