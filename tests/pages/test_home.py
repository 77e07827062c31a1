"""The front door and the app's own files."""

import json

from tests import cast
from tests.statements import counted


async def test_home_shows_goods_to_guests_and_may_be_kept(client):
    answer = await client.get("/uz/")

    assert answer.status_code == 200
    assert cast.planetarium.title in answer.text
    assert answer.headers["x-offline"] == "keep"
    assert answer.headers["cache-control"] == "public, max-age=60"


async def test_a_childs_home_is_its_own(client, sign_in):
    await sign_in(client, cast.lola)

    answer = await client.get("/uz/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/uz/kids")


async def test_recent_goods_are_named_by_the_browser_and_filtered_by_the_shop(client):
    asked = f"{cast.football.id},nonsense,{cast.planetarium.id},{cast.football.id}"

    answer = await client.get(f"/uz/recent?ids={asked}")

    assert answer.text.count('class="card"') == 2
    assert answer.text.index(cast.football.title) < answer.text.index(cast.planetarium.title)
    assert (await client.get("/uz/recent")).text.strip() == ""


async def test_the_manifest_speaks_the_language_of_its_address(client):
    ru = json.loads((await client.get("/manifest.webmanifest?l=ru")).text)
    odd = json.loads((await client.get("/manifest.webmanifest?l=xx")).text)

    assert (ru["lang"], ru["start_url"]) == ("ru", "/ru/")
    assert odd["lang"] == "uz-Latn"
    for icon in ru["icons"]:
        assert (await client.get(icon["src"])).status_code == 200


async def test_the_worker_is_filled_and_never_kept(client):
    answer = await client.get("/service-worker.js")

    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["service-worker-allowed"] == "/"
    assert "__PRECACHE__" not in answer.text
    assert "__VERSION__" not in answer.text
    paths = json.loads(answer.text.split("const PRECACHE = ")[1].split(";\n")[0])
    for path in paths:
        assert (await client.get(path)).status_code == 200


async def test_offline_page_is_kept_in_each_language(client):
    for locale in ("uz", "uz-cyrl", "ru", "en"):
        answer = await client.get(f"/{locale}/offline")
        assert (answer.status_code, answer.headers["x-offline"]) == (200, "keep")


async def test_an_unknown_address_is_answered_in_the_readers_language(client, sign_in):
    answer = await client.get("/ru/no/such/page")

    assert answer.status_code == 404
    assert 'lang="ru"' in answer.text
    assert (await client.post("/ru/no/such/page")).status_code == 405


async def test_robots_keep_out_of_personal_pages(client):
    answer = await client.get("/robots.txt")

    assert "Disallow: /*/cart" in answer.text


async def test_the_home_needs_few_statements(client, services):
    await client.get("/uz/")  # templates and plans
    with counted(services) as seen:
        await client.get("/uz/")

    assert 0 < len(seen) <= 6
