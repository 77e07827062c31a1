"""Tables of the catalogue."""

from app.catalog.models.category import Category
from app.catalog.models.product import Product, ProductImage
from app.catalog.models.stock import StockHold, StockLevel, StockMove
from app.catalog.models.variant import Offer, Variant

__all__ = [
    "Category",
    "Offer",
    "Product",
    "ProductImage",
    "StockHold",
    "StockLevel",
    "StockMove",
    "Variant",
]
