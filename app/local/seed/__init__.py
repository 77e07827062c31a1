"""Fills a shop with the demo's people and goods, or with a large synthetic catalogue.

Running it again changes nothing that is there: what people did in the meantime stays.
"""

from app import slices
from app.kernel import config
from app.kernel.services import Services, build
from app.local.seed import families, goods, load
from app.local.trouble import Trouble
from app.shipping.rates import plant_default

PRODUCTS = 100_000  # of the large catalogue, unless told otherwise


async def run(kind: str, products: int | None = None) -> None:
    """Seed the database of the environment; `kind` is demo or load. Not for production."""
    settings = config.load()
    if settings.is_production:
        raise Trouble("demo data is not for production")
    services = build(settings, slices.registry())
    try:
        await seed(services, kind, products)
    finally:
        await services.close()


async def seed(services: Services, kind: str, products: int | None = None) -> None:
    """The demo shop in one transaction; for `load`, synthetic goods beside it in batches."""
    if kind not in ("demo", "load"):
        raise Trouble(f"unknown seed {kind}: demo or load")
    async with services.db.begin() as session:
        await goods.plant(session)
        await families.plant(session, services.settings)
        await plant_default(session)
    if kind == "load":
        await load.plant(services, products or PRODUCTS)
