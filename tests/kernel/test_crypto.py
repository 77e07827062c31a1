"""Secrets look different each time and open nothing when guessed at."""

from hypothesis import given
from hypothesis import strategies as st

from app.kernel import crypto
from tests.make.browsing import field


@given(st.text(alphabet="abcXYZ019-_", min_size=1, max_size=80))
def test_a_mask_comes_off_again(secret):
    assert crypto.unmask(crypto.mask(secret)) == secret.encode()


@given(st.text(max_size=120))
def test_no_text_breaks_the_unmasking(text):
    assert isinstance(crypto.unmask(text), bytes)


def test_a_secret_is_never_masked_twice_alike():
    assert crypto.mask("secret") != crypto.mask("secret")


async def test_a_page_never_shows_the_token_as_it_is(client, sign_in, cast):
    """What stays the same on compressed pages could be guessed from their lengths (BREACH)."""
    await sign_in(client, cast.dilnoza)
    secret = client.headers.pop("x-csrf-token")

    pages = [(await client.get("/uz/me")).text for _ in range(2)]

    tokens = [field(page, "_csrf_token") for page in pages]
    assert tokens[0] != tokens[1]
    assert all(secret not in page for page in pages)
    for token in (*tokens, secret):
        saved = await client.post(
            "/uz/me", data={"_csrf_token": token, "name": "Dilnoza", "locale": "uz"}
        )
        assert saved.status_code == 303


async def test_a_token_that_is_none_is_refused(client, sign_in, cast):
    await sign_in(client, cast.dilnoza)
    client.headers.pop("x-csrf-token")

    for token in ("", "x", crypto.mask("guess"), crypto.new_token(), "é" * 50):
        refused = await client.post("/uz/me", data={"_csrf_token": token, "name": "Eva"})
        assert refused.status_code == 403
