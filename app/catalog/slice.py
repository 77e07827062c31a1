"""The catalogue in the app."""

from app.catalog.routes import shop, shops
from app.kernel.slice import Slice

SLICE = Slice(
    name="catalog", routes=[shop.tree, shop.short, shop.listing, shop.product, shops.show]
)
