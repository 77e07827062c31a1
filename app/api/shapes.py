"""What programs receive and send: exactly these fields, whatever our rows hold.

Amounts are whole tiyin (1 soʻm is 100 tiyin), texts in languages are objects by language, moments
are RFC 3339 in UTC. Nothing here tells for which child a thing was bought.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

Words = dict[str, str]


class Problem(Struct, kw_only=True):
    """A refusal (RFC 9457)."""

    type: str
    status: int
    code: Annotated[str, Meta(description="Stable; decide by it, not by the title.")]
    title: Annotated[str, Meta(description="For people, in the language of Accept-Language.")]
    errors: list["Fault"] | None = None


class Fault(Struct):
    """What is wrong with one value that was sent."""

    field: str
    message: str


class CodeGrant(
    Struct, tag="code", tag_field="grant_type", forbid_unknown_fields=True, kw_only=True
):
    """The one-time code that the person made for this program."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]


class RefreshGrant(
    Struct, tag="refresh_token", tag_field="grant_type", forbid_unknown_fields=True, kw_only=True
):
    """The newest refresh token; it is spent by this call."""

    client_id: UUID
    refresh_token: Annotated[str, Meta(min_length=1, max_length=100)]


class Tokens(Struct, kw_only=True):
    """Keep the refresh token: it is shown here only, and the former one is spent."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: Annotated[int, Meta(description="Seconds of the access token.")]
    refresh_token: str
    client_id: UUID
    scope: str


class PublicKey(Struct, kw_only=True):
    """A key of ours that signs access tokens (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class PublicKeys(Struct):
    keys: list[PublicKey]


class Me(Struct, kw_only=True):
    """For whom this program speaks, and what it may do."""

    id: UUID
    name: str
    language: str | None
    roles: list[str]
    client_id: UUID
    scopes: list[str]


class Child(Struct):
    """All that a program learns of a child."""

    nickname: str
    age_band: str


class Children(Struct):
    items: list[Child]


class Money(Struct):
    amount: Annotated[int, Meta(description="In minor units: 100 tiyin are 1 soʻm.")]
    currency: str


class Category(Struct, kw_only=True):
    slug: str
    name: Words
    parent: Annotated[str | None, Meta(description="The slug of the category above.")]


class Categories(Struct):
    items: list[Category]


class ProductCard(Struct, kw_only=True):
    slug: str
    title: Words
    price: Money
    in_stock: bool
    age_mark: str
    url: str


class ProductList(Struct, kw_only=True):
    items: list[ProductCard]
    next: Annotated[str | None, Meta(description="Send it as `cursor`; null at the end.")]


class Shop(Struct):
    name: str
    slug: str


class Variant(Struct, kw_only=True):
    id: UUID
    name: Words | None
    sku: str
    gtin: str | None
    price: Money
    old_price: Money | None
    in_stock: bool
    seller: Shop


class Product(Struct, kw_only=True):
    slug: str
    title: Words
    summary: Words
    category: Annotated[str | None, Meta(description="The slug of its category.")]
    brand: str | None
    age_from: int
    age_to: int | None
    age_mark: str
    for_children: Annotated[bool, Meta(description="A moderator approved it for children.")]
    made_in: str
    url: str
    variants: list[Variant]


class Line(Struct, kw_only=True):
    title: Words
    variant: Words | None
    quantity: int
    price: Money
    total: Money


class OrderCard(Struct, kw_only=True):
    number: str
    state: str
    total: Money
    created_at: datetime


class OrderList(Struct, kw_only=True):
    items: list[OrderCard]
    next: str | None


class OrderPart(Struct, kw_only=True):
    """What one seller sends of an order."""

    number: str
    state: str
    seller: Shop
    goods: Money
    delivery: Money
    promised_on: date
    tracking_number: str | None
    lines: list[Line]


class Order(Struct, kw_only=True):
    number: str
    state: str
    goods: Money
    delivery: Money
    total: Money
    created_at: datetime
    paid_at: datetime | None
    parts: Sequence[OrderPart]


class SaleLine(Struct, kw_only=True):
    sku: str
    title: Words
    variant: Words | None
    quantity: int
    price: Money
    total: Money


class SaleCard(Struct, kw_only=True):
    """A shop's part of an order in the queue."""

    number: str
    state: str
    goods: Money
    paid_at: datetime
    hand_over_by: date
    is_late: bool
    lines: list[SaleLine]


class SaleList(Struct, kw_only=True):
    items: list[SaleCard]
    next: str | None


class Place(Struct, kw_only=True):
    """Where the parcel goes; SOATO codes of region and district."""

    recipient: str
    phone: str
    region: str
    district: str
    street: str
    landmark: str


class Sale(Struct, kw_only=True):
    """A shop's part of an order, whole."""

    number: str
    state: str
    goods: Money
    delivery: Money
    paid_at: datetime
    hand_over_by: date
    promised_on: date
    is_late: bool
    tracking_number: str | None
    address: Place
    lines: list[SaleLine]


class Step(Struct, forbid_unknown_fields=True):
    """A step that needs nothing more."""


class Handover(Struct, forbid_unknown_fields=True):
    """The parcel leaves the shop."""

    tracking_number: Annotated[str, Meta(pattern="^[A-Za-z0-9 -]{1,40}$")] | None = None
