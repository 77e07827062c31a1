"""Rows of other slices in the shapes that programs receive. Pure."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.api import scopes, shapes
from app.catalog.card import Card, age_text
from app.catalog.filters import BANDS
from app.catalog.queries import Tree
from app.family.queries import ChildCard
from app.kernel.errors import NotSignedIn
from app.kernel.viewer import Viewer
from app.orders.desk import PartPage, QueueRow
from app.orders.queries import OrderPage, Part, Summary
from app.shipping.addresses import AddressData


def money(amount: int, currency: str = "UZS") -> shapes.Money:
    return shapes.Money(amount, currency)


def me(viewer: Viewer) -> shapes.Me:
    """The person and the program that speaks for them."""
    return shapes.Me(
        id=_known(viewer.user_id),
        name=viewer.name,
        language=viewer.locale,
        roles=sorted(viewer.roles),
        client_id=_known(viewer.client_id),
        scopes=scopes.in_order(viewer.scopes),
    )


def _known(found: UUID | None) -> UUID:
    if found is None:
        raise NotSignedIn
    return found


def children(cards: Sequence[ChildCard]) -> shapes.Children:
    """Only those whose guardians agreed to the service; nickname and age group, no more."""
    agreed = [card for card in cards if card.has_consent]
    return shapes.Children([shapes.Child(card.nickname, _band(card.age)) for card in agreed])


def _band(age: int) -> str:
    first = next(key for key, (low, high) in BANDS.items() if low <= age <= high)
    return first if "-" in first else f"{first}+"


def categories(tree: Tree) -> shapes.Categories:
    return shapes.Categories(
        [
            shapes.Category(
                slug=node.slug,
                name=node.name,
                parent=tree.by_id[node.parent_id].slug if node.parent_id in tree.by_id else None,
            )
            for node in tree.by_id.values()
        ]
    )


def product_card(card: Card, base_url: str) -> shapes.ProductCard:
    return shapes.ProductCard(
        slug=card.slug,
        title=card.title,
        price=money(card.price.amount, card.price.currency),
        in_stock=card.in_stock,
        age_mark=card.age_mark,
        url=f"{base_url}{card.url_path}",
    )


def product(row: Any, variants: Sequence[Any], base_url: str) -> shapes.Product:
    return shapes.Product(
        slug=row.slug,
        title=row.title,
        summary=row.summary,
        category=row.category_slug,
        brand=row.brand or None,
        age_from=row.age_from,
        age_to=row.age_to,
        age_mark=age_text(row),
        for_children=row.child_ok,
        made_in=row.origin,
        url=f"{base_url}/p/{row.slug}",
        variants=[_variant(one) for one in variants],
    )


def _variant(row: Any) -> shapes.Variant:
    return shapes.Variant(
        id=row.id,
        name=row.name,
        sku=row.sku,
        gtin=row.gtin,
        price=money(row.price, row.currency),
        old_price=money(row.old_price, row.currency) if row.old_price else None,
        in_stock=row.available > 0,
        seller=shapes.Shop(row.seller_name, row.seller_slug),
    )


def order_card(one: Summary) -> shapes.OrderCard:
    return shapes.OrderCard(
        number=one.number, state=one.state, total=money(one.total), created_at=one.created_at
    )


def order(page: OrderPage) -> shapes.Order:
    """The buyer's own; neither the address nor for whom it is."""
    return shapes.Order(
        number=page.number,
        state=page.state,
        goods=money(page.goods),
        delivery=money(page.delivery),
        total=money(page.total),
        created_at=page.created_at,
        paid_at=page.paid_at,
        parts=[_part(part) for part in page.parts],
    )


def _part(part: Part) -> shapes.OrderPart:
    lines = [
        shapes.Line(
            title=line.title,
            variant=line.variant_name,
            quantity=line.quantity,
            price=money(line.price),
            total=money(line.total),
        )
        for line in part.lines
    ]
    return shapes.OrderPart(
        number=part.number,
        state=part.state,
        seller=shapes.Shop(part.seller_name, part.seller_slug),
        goods=money(part.goods),
        delivery=money(part.delivery),
        promised_on=part.promised_on,
        tracking_number=part.tracking_number,
        lines=lines,
    )


def sale_card(row: QueueRow) -> shapes.SaleCard:
    return shapes.SaleCard(
        number=row.number,
        state=row.state,
        goods=money(row.goods),
        paid_at=row.paid_at,
        hand_over_by=row.hand_over_by,
        is_late=row.is_late,
        lines=_sale_lines(row),
    )


def sale(page: PartPage) -> shapes.Sale:
    """As its seller may see it: where it goes, never for whom."""
    row = page.row
    return shapes.Sale(
        number=row.number,
        state=row.state,
        goods=money(row.goods),
        delivery=money(page.delivery),
        paid_at=row.paid_at,
        hand_over_by=row.hand_over_by,
        promised_on=page.promised_on,
        is_late=row.is_late,
        tracking_number=page.tracking_number,
        address=_place(row.address),
        lines=_sale_lines(row),
    )


def _place(address: AddressData) -> shapes.Place:
    return shapes.Place(
        recipient=address.recipient,
        phone=address.phone,
        region=address.region,
        district=address.district,
        street=address.street,
        landmark=address.landmark,
    )


def _sale_lines(row: QueueRow) -> list[shapes.SaleLine]:
    return [
        shapes.SaleLine(
            sku=line.sku,
            title=line.title,
            variant=line.variant_name,
            quantity=line.quantity,
            price=money(line.price),
            total=money(line.total),
        )
        for line in row.lines
    ]
