"""What people type finds what they mean, and nothing outside their audience."""

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.filters import Filters, Sort
from app.catalog.models import Category, Product
from app.discovery import document, vocabulary
from app.discovery.search import Found, How, search
from app.kernel.db import Access
from app.kernel.request import access_of
from app.kernel.services import Services
from app.kernel.viewer import ADULT, Audience, Child, Viewer, Zone
from tests import cast
from tests.statements import counted

BOOK_WORDS = {
    "uz": ["kitob", "kitobcha", "hikoya"],
    "ru": ["книга", "книжка"],
    "en": ["book"],
}


async def write_index(session: AsyncSession) -> None:
    """Synonyms of books, then every document and the vocabulary."""
    books = update(Category).where(Category.slug == "kitoblar")
    await session.execute(books.values(synonyms=BOOK_WORDS))
    await document.refresh(session)
    await vocabulary.rebuild(session)


@pytest.fixture
async def indexed(session: AsyncSession) -> AsyncSession:
    await write_index(session)
    return session


async def find(session: AsyncSession, words: str, audience: Audience = ADULT, **more) -> Found:
    filters = Filters(words=words, **{"sort": Sort.RELEVANT, **more})
    return await search(session, audience, filters)


def slugs(found: Found) -> list[str]:
    return [card.slug for card in found.cards]


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("kitob", How.EXACT),
        ("китоб", How.EXACT),
        ("KITOB", How.EXACT),
        ("kitop", How.CORRECTED),
        ("kiotb", How.CORRECTED),
        ("rbnj,", How.KEYBOARD),
    ],
)
async def test_every_spelling_of_book_finds_the_same_books(indexed, words, how):
    found = await find(indexed, words)

    assert slugs(found) == slugs(await find(indexed, "kitob"))
    assert set(slugs(found)) == {"ertaklar", "otkan-kunlar"}
    assert found.how is how


@pytest.mark.parametrize("words", ["книга", "книги", "о книгах", "book", "the books"])
async def test_other_languages_find_books_by_their_stems_and_synonyms(indexed, words):
    assert set(slugs(await find(indexed, words))) == {"ertaklar", "otkan-kunlar"}


async def test_all_words_come_before_any_word(indexed):
    found = await find(indexed, "yogʻoch kitob")

    assert slugs(found)[0] in {"yogoch-puzl", "ertaklar", "otkan-kunlar"}
    assert set(slugs(found)) == {"yogoch-puzl", "ertaklar", "otkan-kunlar"}
    assert slugs(await find(indexed, "oʻzbek ertaklari"))[0] == "ertaklar"


@pytest.mark.parametrize("words", ["", "   ", "!!!", "ʻʻ", "qqqqzzzz", "'; drop table product --"])
async def test_nothing_is_found_by_nothing(indexed, words):
    found = await find(indexed, words)

    assert (found.total, found.next) == (len(found.cards), None)
    assert not found.cards or words.startswith("'")


async def test_filters_narrow_a_search_before_it_is_capped(indexed):
    assert slugs(await find(indexed, "kitob", ages=("3-5",))) == ["ertaklar"]
    assert slugs(await find(indexed, "kitob", price_from=50_000)) == ["otkan-kunlar"]
    assert slugs(await find(indexed, "kitob", price_to=50_000)) == ["ertaklar"]
    assert slugs(await find(indexed, "kitob", sort=Sort.DEAR)) == ["otkan-kunlar", "ertaklar"]
    await indexed.execute(update(Product).where(Product.slug == "ertaklar").values(in_stock=False))
    assert slugs(await find(indexed, "kitob", in_stock=True)) == ["otkan-kunlar"]


async def test_pages_follow_each_other_without_gaps(indexed):
    first = await search(indexed, ADULT, Filters(words="kitob"), size=1)
    second = await search(indexed, ADULT, Filters(words="kitob", after=first.next), size=1)

    assert (first.total, second.total, second.next) == (2, 2, None)
    assert {slugs(first)[0], slugs(second)[0]} == {"ertaklar", "otkan-kunlar"}


async def test_a_search_is_one_statement_however_hard_it_tries(indexed, services):
    for words in ("kitob", "kitop", "rbnj,", "zzzz yyyy"):
        with counted(services) as seen:
            await find(indexed, words)
        assert len(seen) == 1


async def test_a_child_finds_only_its_own_even_with_the_owners_rights(indexed):
    lola = Audience(child_age=6)

    assert slugs(await find(indexed, "kitob", lola)) == ["ertaklar"]
    assert slugs(await find(indexed, "planetariy", lola)) == ["mening-planetariyim"]
    assert await find(indexed, "oshxona", lola) == Found()
    hidden = Audience(child_age=6, blocked_ids=(cast.fairy_tales.id,))
    assert await find(indexed, "kitob", hidden) == Found()
    shelf = Audience(child_age=6, blocked_category_ids=(cast.key("kitoblar"),))
    assert await find(indexed, "kitob", shelf) == Found()


@pytest.mark.parametrize(
    "words", ["pichoq", "пичоқлар", "нож", "knives", "Toʼpponcha", "to'pponcha"]
)
async def test_a_childs_risky_query_is_not_searched(indexed, words):
    assert (await find(indexed, words, Audience(child_age=11))).how is How.BLOCKED
    assert (await find(indexed, words)).how is not How.BLOCKED


async def test_the_restricted_role_searches_by_the_rule_of_its_settings(services: Services):
    """The function keeps the child's rule itself: the same answers as row-level security."""
    async with services.db.begin() as session:
        await write_index(session)
    for kid, blocked in ((cast.lola, ()), (cast.temur, ()), (cast.temur, (cast.football.id,))):
        async with services.db.begin(_kids_access(kid, blocked)) as session:
            known = set(await session.scalars(text("select slug from product")))
            audience = Audience(child_age=kid.age, blocked_ids=blocked)
            by_function = set()
            for good in cast.GOODS:
                by_function |= set(slugs(await find(session, good.title.split()[0], audience)))
        assert by_function == known
    async with services.db.begin(Access(config={"role": "kids"})) as session:
        statement = text(
            "select count(*) from search_candidates("
            "array['kitob'], array['kitob'], null, null, null, null, null, null, false, 100)"
        )
        assert await session.scalar(statement) == 0  # a role without an age sees nothing


def _kids_access(kid: cast.Kid, blocked: tuple) -> Access:
    child = Child(kid.id, kid.household_id, kid.name, kid.avatar, kid.hue, kid.age)
    audience = Audience(child_age=kid.age, blocked_ids=blocked)
    return access_of(Viewer(zone=Zone.KIDS, audience=audience, child=child), read_only=True)
