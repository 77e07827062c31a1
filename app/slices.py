"""The ordered list of slices; plugins join through the entry-point group `bozorcha.slices`."""

from importlib import import_module
from importlib.metadata import entry_points

from app.kernel.slice import Registry, Slice

NAMES = (
    "delivery",
    "audit",
    "accounts",
    "family",
    "sellers",
    "staff",
    "ledger",
    "catalog",
    "payments",
    "shipping",
    "discovery",
    "cart",
    "orders",
    "approvals",
    "oversight",
    "notifications",
    "privacy",
    "api",
    "pages",
)


def registry() -> Registry:
    """Import every slice and plugin; raises when two carry one name."""
    own = [import_module(f"app.{name}.slice").SLICE for name in NAMES]
    found: list[Slice] = [*own, *(point.load() for point in entry_points(group="bozorcha.slices"))]
    return Registry(found)
