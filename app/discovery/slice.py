"""Search in the app."""

from app.catalog.events import ProductsChanged
from app.discovery import tasks
from app.discovery.routes import shop
from app.kernel.slice import Slice

SLICE = Slice(
    name="discovery",
    routes=[shop.page, shop.suggest],
    tasks=[tasks.rebuild_vocabulary],
    subscribers={ProductsChanged: [tasks.index_changed]},
)
