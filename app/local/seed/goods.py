"""Shops, shelves and goods of the demo, from `data/`."""

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import summary
from app.catalog.models import (
    Category,
    Offer,
    Product,
    ProductImage,
    StockLevel,
    StockMove,
    Variant,
)
from app.discovery import document, vocabulary
from app.kernel.money import Money
from app.local.seed.rows import DATA, OPENED, moment, read, stable_id, write
from app.sellers.models import Seller

Row = dict[str, Any]
_SAME = (
    "title summary learns kids_name skills brand age_from age_to age_mark child_ok mxik origin "
    "art hue"
)
SAME = _SAME.split()  # named alike in the data and in the table
LIKED = ("mening-planetariyim", "ertaklar-toplami", "puzzle-registon", "futbol-topi")


async def plant(session: AsyncSession) -> None:
    """Write what is missing and bring prices, stock columns and search of new goods up to date."""
    await write(session, Seller, [_seller(one) for one in read("sellers.json")])
    paths = await _shelves(session)
    goods = [
        one
        for file in sorted((DATA / "products").glob("*.json"))
        for one in read(f"products/{file.name}")
    ]
    products = [_product(place, one, paths) for place, one in enumerate(goods)]
    new = await write(session, Product, products)
    fresh = [(p, one) for p, one in zip(products, goods, strict=True) if p["id"] in new]
    await write(session, ProductImage, [row for p, one in fresh for row in _images(p["id"], one)])
    await _offers(session, fresh)
    if new:
        await summary.refresh(session, new)
        await document.refresh(session, new)
        await vocabulary.rebuild(session)


def seller_id(key: str) -> UUID:
    """The id of a shop of the demo."""
    return stable_id("seller", key)


def _seller(one: Row) -> Row:
    kept = ("name", "kind", "tin", "about", "legal_address", "region")
    return {
        "id": seller_id(one["key"]),
        "created_at": OPENED,
        "slug": one["key"],
        "state": "approved",
        "verified_at": OPENED,
        **{name: one[name] for name in kept},
    }


async def _shelves(session: AsyncSession) -> dict[str, list[UUID]]:
    """Write the categories, parents first; the path of each by its key."""
    paths: dict[str, list[UUID]] = {}
    rows = []
    for one in read("categories.json"):
        key, parent = one["key"], one["parent"]
        paths[key] = [*(paths[parent] if parent else []), stable_id("category", key)]
        kept = ("name", "synonyms", "art", "hue", "min_age", "position", "for_children")
        rows.append(
            {
                "id": paths[key][-1],
                "created_at": OPENED,
                "parent_id": paths[parent][-1] if parent else None,
                "slug": key,
                "path": paths[key],
                **{name: one[name] for name in kept},
            }
        )
    await write(session, Category, rows)
    return paths


def _product(place: int, one: Row, paths: dict[str, list[UUID]]) -> Row:
    path = paths[one["category"]]
    return {
        "id": stable_id("product", one["key"], place),
        "created_at": moment(place),
        "seller_id": seller_id(one["seller"]),
        "category_id": path[-1],
        "category_path": path,
        "slug": one["key"],
        "state": "approved",
        "popularity": _popularity(one["key"]),
        "published_at": moment(place),
        **{name: one[name] for name in SAME},
    }


def _popularity(key: str) -> int:
    """How much it is liked: a few favourites, the rest by the luck of their name."""
    if key in LIKED:
        return 2_000 - LIKED.index(key)
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") % 1_000


def _images(product_id: UUID, one: Row) -> list[Row]:
    return [
        {
            "id": stable_id("image", f"{one['key']} {position}"),
            "created_at": OPENED,
            "product_id": product_id,
            "position": position,
            "art": image["art"],
            "hue": image["hue"],
            "alt": one["title"],
        }
        for position, image in enumerate(one["gallery"])
    ]


async def _offers(session: AsyncSession, goods: list[tuple[Row, Row]]) -> None:
    """Variants of new products, each with its shop's offer and stock."""
    told = [
        (product, one, position)
        for product, data in goods
        for position, one in enumerate(data["variants"])
    ]
    await write(session, Variant, [_variant(*one) for one in told])
    await write(session, Offer, [_offer(product, one) for product, one, _ in told])
    await write(session, StockLevel, [_level(product, one) for product, one, _ in told])
    moves = [_received(product, one) for product, one, _ in told if one["stock"]]
    await write(session, StockMove, moves)


def _variant(product: Row, one: Row, position: int) -> Row:
    kept = ("name", "options", "gtin", "weight_grams")
    return {
        "id": stable_id("variant", one["sku"]),
        "created_at": product["created_at"],
        "product_id": product["id"],
        "position": position,
        **{name: one[name] for name in kept},
    }


def _offer(product: Row, one: Row) -> Row:
    old = one["old_price"]
    return {
        "id": stable_id("offer", one["sku"]),
        "created_at": product["created_at"],
        "product_id": product["id"],
        "variant_id": stable_id("variant", one["sku"]),
        "seller_id": product["seller_id"],
        "sku": one["sku"],
        "price": Money.som(one["price"]).amount,
        "old_price": Money.som(old).amount if old else None,
        "currency": "UZS",
        "is_open": True,
    }


def _level(product: Row, one: Row) -> Row:
    return {
        "offer_id": stable_id("offer", one["sku"]),
        "seller_id": product["seller_id"],
        "on_hand": one["stock"],
        "held": 0,
    }


def _received(product: Row, one: Row) -> Row:
    return {
        "id": stable_id("move", one["sku"]),
        "created_at": product["created_at"],
        "offer_id": stable_id("offer", one["sku"]),
        "seller_id": product["seller_id"],
        "quantity": one["stock"],
        "reason": "received",
        "subject_id": None,
    }
