"""The life of a request: locale, refusals, headers, one commit."""

import pytest
from sqlalchemy import text

from app import main
from app.kernel.services import build

HOME = "/uz/"


async def test_a_page_without_locale_leads_to_the_readers_language(client):
    plain = await client.get("/search?q=kitob")
    russian = await client.get("/", headers={"accept-language": "ru-RU,ru;q=0.9"})

    assert (plain.status_code, plain.headers["location"]) == (307, "/uz/search?q=kitob")
    assert russian.headers["location"] == "/ru/"


async def test_a_redirect_never_leaves_the_site(client):
    for path in ("//evil.example/x", "/\\evil.example", "/%0d%0aset-cookie:x=1"):
        answer = await client.get(f"http://localhost:8000{path}")
        assert answer.headers.get("location", "/").startswith("/")
        assert not answer.headers.get("location", "/uz").startswith(("//", "/\\"))
        assert "x" not in answer.cookies


async def test_head_answers_as_get_without_a_body(client):
    answer = await client.head(HOME)

    assert answer.status_code == 200
    assert answer.content == b""


async def test_an_unknown_address_gets_our_page_in_its_language(client):
    answer = await client.get("/ru/no/such/page")

    assert answer.status_code == 404
    assert '<html lang="ru">' in answer.text


async def test_every_answer_carries_the_headers(client):
    for path in (HOME, "/uz/nothing", "/health/live", "/manifest.webmanifest"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


async def test_anonymous_reading_sets_no_cookie(client):
    for path in (HOME, "/uz/search?q=kitob", "/uz/p/mening-planetariyim"):
        assert "set-cookie" not in (await client.get(path)).headers


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"x-csrf-token": "wrong"},
        {"x-csrf-token": ""},
    ],
)
async def test_a_forged_post_is_refused(client, sign_in, cast, services, headers):
    await sign_in(client, cast.dilnoza)
    path = f"/uz/family/children/{cast.lola.id}/handover"

    answer = await client.post(path, headers=headers)

    assert answer.status_code == 403
    async with services.db.begin() as session:
        kids = await session.scalar(text("select count(*) from session where zone = 'kids'"))
    assert kids == 0


async def test_a_foreign_host_is_refused(client):
    answer = await client.get(HOME, headers={"host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("query", ["q=%00", "q=%ED%A0%80", "q=%FF", "q=a%00b"])
async def test_broken_text_is_refused(client, query):
    answer = await client.get(f"/uz/search?{query}")

    assert 400 <= answer.status_code < 500


async def test_a_huge_body_is_refused(client, sign_in, cast):
    await sign_in(client, cast.dilnoza)

    answer = await client.post("/uz/family", data={"name": "x" * 2_000_000})

    assert answer.status_code == 413


async def test_htmx_gets_a_toast_instead_of_a_page(client, sign_in, cast):
    await sign_in(client, cast.dilnoza)

    answer = await client.get("/uz/family/approvals/none", headers={"hx-request": "true"})

    assert answer.status_code == 404
    assert "toast" in answer.headers["hx-trigger"]
    assert answer.headers["hx-trigger"].isascii()


async def test_a_dead_database_says_so(built_app, services, new_client, sign_in, cast, app):
    client = await sign_in(new_client(), cast.dilnoza)
    broken = services.settings.model_copy(
        update={"database_url": "postgresql+asyncpg://nobody@/none?host=/nowhere"}
    )
    dead = build(broken, services.registry)
    framework, swap, _ = built_app
    swap.current = main.scoped(framework, dead)

    answer = await client.get("/uz/family")
    alive = await client.get("/health/live")
    ready = await client.get("/health/ready")
    await dead.close()

    assert answer.status_code == 503
    assert alive.status_code == 200
    assert ready.status_code == 503
