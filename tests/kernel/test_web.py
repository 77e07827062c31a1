"""Answers stay on our site, say one thing once, and are kept only where they may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.i18n import Locale
from app.kernel.web import local_path

OUTSIDE = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "evil.example", "", " /me",
    "http:/evil", "/a\\b", "/x\x00", "/x\r\nset-cookie: a=b", "?next=/", "#x", "mailto:a@b.uz",
]  # fmt: skip


@pytest.mark.parametrize("target", [None, *OUTSIDE])
def test_what_could_lead_away_leads_home(target):
    assert local_path(target, "/home") == "/home"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/me", "/me"),
        ("/uz/me?tab=1", "/me?tab=1"),
        ("/uz-cyrl/cart", "/cart"),
        ("/ru", "/"),
        ("/ru/", "/"),
        ("/search?q=https://evil.example", "/search?q=https://evil.example"),
        ("/uzbek", "/uzbek"),
    ],
)
def test_our_own_addresses_pass_without_their_language(target, path):
    assert local_path(target, "/home") == path


@given(st.text(alphabet="/\\\t\n\r .:@?#euzx-vil%0", max_size=30))
def test_no_text_leads_away(text):
    found = local_path(text, "/home")

    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))


@pytest.mark.parametrize("prefix", [f"/{locale.value}" for locale in Locale])
def test_a_language_hides_no_second_host(prefix):
    for tail in ("//evil.example", "/\\evil.example", "///evil.example"):
        assert not local_path(f"{prefix}{tail}", "/home").startswith(("//", "/\\"))


async def test_a_toast_is_said_once(client, sign_in, cast):
    await sign_in(client, cast.dilnoza)

    saved = await client.post("/uz/me", data={"name": "Dilnoza opa", "locale": "uz"})
    assert saved.status_code == 303
    said = await client.get(saved.headers["location"])
    again = await client.get(saved.headers["location"])

    assert 'class="toast toast--good"' in said.text
    assert 'class="toast toast--good"' not in again.text


@pytest.mark.parametrize("cookie", ["x", "a.b", "WyJnb29kIiwiaGkiXQ.AAAA", "é", '"', "." * 50])
async def test_a_forged_toast_is_not_said(client, cookie):
    answer = await client.get("/uz/cart", headers={"cookie": f"flash={cookie}".encode("latin-1")})

    assert answer.status_code == 200
    assert 'class="toast toast' not in answer.text


async def test_a_page_with_somebodys_parts_is_kept_by_nobody(client, sign_in, cast):
    guest = await client.get("/uz/")
    await sign_in(client, cast.dilnoza)
    person = await client.get("/uz/")

    assert guest.headers["cache-control"].startswith("public")
    assert person.headers["cache-control"] == "no-store"
    assert "Cookie" in person.headers["vary"]


async def test_htmx_gets_the_block_and_others_the_page(client):
    part = {"hx-request": "true"}
    whole = await client.get("/uz/c/oyinchoqlar")
    block = await client.get("/uz/c/oyinchoqlar", headers=part)
    boosted = await client.get("/uz/c/oyinchoqlar", headers=part | {"hx-boosted": "true"})

    assert "<html" in whole.text
    assert "<html" not in block.text
    assert block.text.strip() in whole.text
    assert "<html" in boosted.text


async def test_htmx_is_sent_on_by_its_own_header(client, sign_in, cast):
    await sign_in(client, cast.dilnoza)

    answer = await client.post(
        "/uz/me", data={"name": "Dilnoza", "locale": "uz"}, headers={"hx-request": "true"}
    )

    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/uz/me")


@pytest.mark.parametrize(
    ("accepted", "used"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip")]
)
async def test_a_page_travels_compressed(client, accepted, used):
    plain = await client.get("/uz/", headers={"accept-encoding": "identity"})
    small = await client.get("/uz/", headers={"accept-encoding": accepted})

    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == used
    assert "Accept-Encoding" in small.headers["vary"]
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert small.text.count("<article") == plain.text.count("<article")
