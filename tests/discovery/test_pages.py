"""The search page and its suggestions, for adults and for children."""

import pytest

from tests import cast
from tests.discovery.test_search import write_index
from tests.statements import counted


@pytest.fixture
async def shop(client, services):
    async with services.db.begin() as session:
        await write_index(session)
    return client


async def test_a_search_keeps_its_words_and_filters_in_the_address(shop):
    answer = await shop.get("/uz/search?q=китоб&age=3-5")

    assert cast.fairy_tales.title in answer.text
    assert cast.novel.title not in answer.text
    assert 'value="китоб"' in answer.text
    assert "/uz/search?q=%D0%BA%D0%B8%D1%82%D0%BE%D0%B1" in answer.text  # the way out of the age


async def test_a_slip_is_corrected_and_told(shop):
    answer = await shop.get("/en/search?q=kitop")

    assert cast.fairy_tales.title in answer.text
    assert "Not exactly these letters, but close." in answer.text


async def test_without_words_all_goods_stand_there(shop):
    answer = await shop.get("/uz/search?skill=science")

    assert answer.text.count('class="card"') == len(cast.GOODS)


@pytest.mark.parametrize(
    "words", ["qqqzzz", "%00".replace("%00", "!!"), "<script>alert(1)</script>", "a" * 300]
)
async def test_nothing_found_offers_shelves(shop, words):
    answer = await shop.get("/en/search", params={"q": words})

    assert answer.status_code == 200
    assert "/en/c/kitoblar" in answer.text
    assert "<script>alert" not in answer.text


async def test_htmx_gets_the_results_alone(shop):
    answer = await shop.get("/uz/search?q=kitob", headers={"hx-request": "true"})

    assert answer.text.lstrip().startswith('<div id="results"')


async def test_suggestions_come_while_typing(shop):
    answer = await shop.get("/uz/search/suggest?q=plan", headers={"hx-request": "true"})

    assert f"/uz/p/{cast.planetarium.slug}" in answer.text
    assert "/p/" not in (await shop.get("/uz/search/suggest?q=p")).text


@pytest.mark.parametrize("path", ["/uz/search?q=", "/uz/search/suggest?q="])
@pytest.mark.parametrize("good", cast.HIDDEN_FROM_LOLA, ids=lambda good: good.slug)
async def test_a_child_never_finds_what_is_not_its_own(shop, sign_in, path, good):
    await sign_in(shop, cast.lola)

    answer = await shop.get(path + good.title)

    assert answer.status_code == 200
    assert f"/p/{good.slug}" not in answer.text
    assert str(good.id) not in answer.text


async def test_a_childs_risky_word_leads_to_the_helpful_page(shop, sign_in):
    await sign_in(shop, cast.temur)

    answer = await shop.get("/en/search?q=knife")

    assert answer.status_code == 200
    assert "Let us look at the shelves" in answer.text
    assert "/en/c/oyinchoqlar" in answer.text


async def test_a_search_is_counted_and_slowed(shop, sign_in):
    await sign_in(shop, cast.olga)

    codes = [(await shop.get("/ru/search/suggest?q=ab")).status_code for _ in range(65)]

    assert codes[:55] == [200] * 55
    assert codes[-1] == 429


async def test_statements_are_few(shop, services):
    for words in ("kitob", "kitop", "qqqzzz", ""):
        with counted(services) as seen:
            await shop.get(f"/uz/search?q={words}")
        assert 0 < len(seen) <= 2
