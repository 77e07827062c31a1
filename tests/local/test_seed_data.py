"""The demo shop's content: complete in three languages, true to the rules of the market."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.kernel.viewer import Role

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "app/local/seed/data"
ART = {path.stem for path in (ROOT / "static/art").glob("*.svg")}

LOCALES = {"uz", "ru", "en"}
MARKS = {"0+": 0, "7+": 7, "12+": 12, "16+": 16}  # 18+ is not sold here (law ZRU-444)
SKILLS = {"logic", "science", "language", "creativity", "music", "movement", "social", "self_care"}
STEPS = {"3-5": 3, "6-8": 6, "9-12": 9, "13-17": 13}
UZBEK_APOSTROPHES = re.compile(r"['‘’`´]")
WRONG_LETTER = re.compile(r"[oOgG]ʼ|(?<![oOgG])ʻ")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


CATEGORIES = load("categories.json")
SELLERS = load("sellers.json")
CAST = load("people.json")
PRODUCTS = [
    product
    for path in sorted((DATA / "products").glob("*.json"))
    for product in json.loads(path.read_text(encoding="utf-8"))
]
CATEGORY = {category["key"]: category for category in CATEGORIES}
VARIANTS = [variant for product in PRODUCTS for variant in product["variants"]]


def _top(key: str) -> str:
    while CATEGORY[key]["parent"]:
        key = CATEGORY[key]["parent"]
    return key


def texts(node: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every {uz, ru, en} text inside, with where it stands."""
    if isinstance(node, list):
        return [found for i, item in enumerate(node) for found in texts(item, f"{path}/{i}")]
    if not isinstance(node, dict):
        return []
    if node.keys() & LOCALES:
        return [(path, node)]
    return [found for key, item in node.items() for found in texts(item, f"{path}/{key}")]


TEXTS = texts({"categories": CATEGORIES, "sellers": SELLERS, "products": PRODUCTS})


def repeated(values: list[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def check_digit(digits: str) -> int:
    return -sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits)) % 10


def test_there_are_enough_goods() -> None:
    used = {product["category"] for product in PRODUCTS}
    tops = [c for c in CATEGORIES if c["parent"] is None]
    assert len(PRODUCTS) >= 132
    assert len(tops) == 8
    assert len(CATEGORIES) - len(tops) >= 22
    assert len(used) >= 25
    assert sum(len(product["variants"]) > 1 for product in PRODUCTS) >= 35


def test_keys_are_unique_slugs() -> None:
    for rows in (CATEGORIES, SELLERS, PRODUCTS, CAST["people"], CAST["households"]):
        keys = [row["key"] for row in rows]
        assert not repeated(keys)
        assert [key for key in keys if not SLUG.fullmatch(key)] == []
    assert not repeated([(p["seller"], v["sku"]) for p in PRODUCTS for v in p["variants"]])
    for product in PRODUCTS:
        assert not repeated([variant["key"] for variant in product["variants"]]), product["key"]


def test_categories_are_a_tree_of_two_levels() -> None:
    tops = {c["key"] for c in CATEGORIES if c["parent"] is None}
    assert {c["parent"] for c in CATEGORIES if c["parent"]} == tops
    assert not repeated([(c["parent"], c["position"]) for c in CATEGORIES])
    assert {p["category"] for p in PRODUCTS} <= CATEGORY.keys() - tops


def test_categories_know_what_people_type() -> None:
    for category in CATEGORIES:
        assert category["synonyms"].keys() == LOCALES
        for words in category["synonyms"].values():
            assert len(words) >= 3 or category["min_age"] >= 18, category["key"]
            assert not repeated(words), category["key"]
        assert category["for_children"] == (category["min_age"] < 18)
    books = CATEGORY["kitoblar"]["synonyms"]
    assert {"kitob", "kitoblar"} <= set(books["uz"])
    assert "книга" in books["ru"]


@pytest.mark.parametrize(
    ("seller", "least"),
    [("quvnoq-oyinchoqlar", 50), ("bilim-kitob", 45), ("oila-hovlisi", 35)],
)
def test_each_seller_has_its_goods(seller: str, least: int) -> None:
    assert sum(product["seller"] == seller for product in PRODUCTS) >= least


def test_sellers_show_who_they_are() -> None:
    assert {seller["region"] for seller in SELLERS} == {"1726", "1718", "1730"}
    for seller in SELLERS:
        assert seller["kind"] in {"company", "sole_trader", "self_employed"}
        assert re.fullmatch(r"\d{9}", seller["tin"])
        assert seller["district"].startswith(seller["region"])
        assert all(seller[field] for field in ("name", "city"))
        assert seller["about"].keys() == seller["legal_address"].keys() == LOCALES
    assert {product["seller"] for product in PRODUCTS} == {seller["key"] for seller in SELLERS}


def test_every_text_is_there_in_three_languages() -> None:
    for path, text in TEXTS:
        assert text.keys() == LOCALES, path
        assert all(text.values()), path
    for product in PRODUCTS:
        assert all(product[field] for field in ("title", "summary", "brand")), product["key"]
        assert bool(product["learns"]) == bool(product["kids_name"]) == product["child_ok"]
        if len(product["variants"]) > 1:
            assert all(v["name"] and v["options"] for v in product["variants"]), product["key"]


def test_texts_are_in_their_own_script() -> None:
    for path, text in TEXTS:
        for locale in ("uz", "en"):
            assert not re.search(r"[А-Яа-яЁё]", str(text[locale])), f"{path} {locale}"
        if "variants" not in path:
            assert re.search(r"[А-Яа-яЁё]", str(text["ru"])), path


def test_uzbek_uses_its_own_letters() -> None:
    for path, text in TEXTS:
        for word in text["uz"] if isinstance(text["uz"], list) else [text["uz"]]:
            assert not UZBEK_APOSTROPHES.search(word), f"{path}: {word}"
            assert not WRONG_LETTER.search(word), f"{path}: {word}"
    for name in ("sellers.json", "people.json", "categories.json"):
        assert "'" not in (DATA / name).read_text(encoding="utf-8"), name


def test_no_sentence_is_stamped_twice() -> None:
    for field in ("title", "summary", "learns"):
        for locale in LOCALES:
            values = [p[field][locale] for p in PRODUCTS if p[field]]
            assert repeated(values) == [], f"{field} {locale}"


def test_kids_names_are_one_to_three_words() -> None:
    for product in PRODUCTS:
        for name in (product["kids_name"] or {}).values():
            assert len(name.split()) <= 3, name


def test_every_picture_exists() -> None:
    assert len(ART) > 100
    for product in PRODUCTS:
        pictures = [{"art": product["art"], "hue": product["hue"]}, *product["gallery"]]
        assert 2 <= len(product["gallery"]) <= 4, product["key"]
        assert {picture["art"] for picture in pictures} <= ART, product["key"]
        assert all(1 <= picture["hue"] <= 8 for picture in pictures), product["key"]
    for category in CATEGORIES:
        assert category["art"] in ART, category["key"]
        assert 1 <= category["hue"] <= 8, category["key"]


def test_ages_and_marks_hold_together() -> None:
    for product in PRODUCTS:
        start, end, mark = product["age_from"], product["age_to"], product["age_mark"]
        assert end is None or start <= end, product["key"]
        assert mark is None or MARKS[mark] <= start, product["key"]
        assert start >= CATEGORY[product["category"]]["min_age"], product["key"]
        assert product["child_ok"] == (start < 18), product["key"]


def test_information_products_always_carry_a_mark() -> None:
    books = [p for p in PRODUCTS if _top(p["category"]) == "kitoblar"]
    assert len(books) >= 30
    assert [p["key"] for p in books if p["age_mark"] is None] == []
    assert [p["key"] for p in PRODUCTS if p not in books and p["age_mark"] is not None] == []
    assert {p["age_mark"] for p in books} == set(MARKS)


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_childhood_has_enough(step: str) -> None:
    age = STEPS[step]
    marks = {None, *(mark for mark, years in MARKS.items() if years <= age)}
    right = [p for p in PRODUCTS if p["child_ok"] and p["age_mark"] in marks]
    fit = [p for p in right if p["age_from"] <= age <= (p["age_to"] or 99)]
    assert len(fit) >= 12
    assert len({p["category"] for p in fit}) >= 6


def test_adult_goods_are_few_and_stay_away_from_children() -> None:
    adult = [p for p in PRODUCTS if not p["child_ok"]]
    assert 12 <= len(adult) <= 20
    assert all(p["skills"] == [] and p["age_from"] >= 18 for p in adult)
    for key in ("oshxona", "uy-rozgor", "parfyumeriya", "ota-onalar-uchun"):
        assert not CATEGORY[key]["for_children"]
        assert all(not p["child_ok"] for p in PRODUCTS if p["category"] == key)


def test_skills_are_known() -> None:
    for product in PRODUCTS:
        assert set(product["skills"]) <= SKILLS, product["key"]
        assert bool(product["skills"]) == product["child_ok"], product["key"]
        assert not repeated(product["skills"])
    assert {skill for product in PRODUCTS for skill in product["skills"]} == SKILLS


def test_prices_are_round_and_stock_varies() -> None:
    for variant in VARIANTS:
        assert variant["price"] in range(10_000, 2_000_000, 500), variant
        old = variant["old_price"]
        assert old is None or (old > variant["price"] and old % 500 == 0), variant
        assert 0 <= variant["stock"] <= 60, variant
        assert variant["weight_grams"] > 0, variant
    assert 3 <= sum(variant["stock"] == 0 for variant in VARIANTS) <= 20
    assert sum(variant["old_price"] is not None for variant in VARIANTS) >= 15


def test_codes_are_well_formed() -> None:
    gtins = [variant["gtin"] for variant in VARIANTS if variant["gtin"]]
    assert len(gtins) > 100
    assert not repeated(gtins)
    for gtin in gtins:
        assert re.fullmatch(r"\d{13}", gtin)
        assert int(gtin[-1]) == check_digit(gtin[:-1]), gtin
    for product in PRODUCTS:
        assert re.fullmatch(r"0\d{16}", product["mxik"]), product["key"]
        assert re.fullmatch(r"[A-Z]{2}", product["origin"]), product["key"]


def test_the_journeys_find_their_goods() -> None:
    good = {product["key"]: product for product in PRODUCTS}
    planetarium = good["mening-planetariyim"]
    assert planetarium["variants"][0]["price"] == 45_000
    assert planetarium["age_from"] == 6
    assert "science" in planetarium["skills"]
    assert (planetarium["seller"], planetarium["category"]) == ("quvnoq-oyinchoqlar", "kosmos")
    assert {v["price"] for v in good["futbol-topi"]["variants"]} == {120_000}
    assert good["kichkina-shahzoda"]["variants"][0]["price"] == 35_000
    assert not good["oshxona-pichoqlari"]["child_ok"]
    assert any(p["category"] == "slaym" for p in PRODUCTS)
    for word, locale in (("kitob", "uz"), ("книг", "ru"), ("book", "en")):
        assert sum(word in p["title"][locale].lower() for p in PRODUCTS) >= 3, word


def test_the_cast_is_whole() -> None:
    people = {person["key"]: person for person in CAST["people"]}
    phones = [person["phone"] for person in CAST["people"]]
    assert not repeated(phones)
    roles = {role for person in CAST["people"] for role in person["roles"]}
    assert roles == {str(role) for role in Role} - {Role.STAFF}  # over a role that an admin makes
    assert {p["seller"] for p in CAST["people"] if "seller" in p["roles"]} == {
        seller["key"] for seller in SELLERS
    }
    assert people["dilnoza"]["household"] == people["jasur"]["household"] == "karimov"
    assert people["nodira"]["household"] != people["dilnoza"]["household"]
    for person in CAST["people"]:
        assert re.fullmatch(r"\+9989012345\d\d", person["phone"])
        assert person["locale"] in {"uz", "uz-cyrl", "ru", "en"}
        assert person["avatar"] in ART
        for address in person["addresses"]:
            assert address["district"].startswith(address["region"])
            assert all(address[field] for field in ("name", "street", "landmark"))


def test_children_have_limits_and_households_have_pins() -> None:
    children = {child["key"]: child for home in CAST["households"] for child in home["children"]}
    assert {key: (c["age"], c["daily_limit"], c["avatar"]) for key, c in children.items()} == {
        "lola": (6, 50_000, "fox"),
        "temur": (11, 100_000, "tiger-face"),
        "aziz": (8, 60_000, "panda"),
    }
    for home in CAST["households"]:
        assert re.fullmatch(r"\d{6}", home["pin"])
        assert len(set(home["pin"])) == 6
        assert home["pin"] not in "012345678909876543210"


def test_files_stay_small_and_readable() -> None:
    for path in DATA.rglob("*.json"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name
