"""What the API contributes."""

from app.api import personal, subscribers
from app.api.clients import MAKE_KEYS
from app.api.routes import document, own
from app.kernel.slice import Slice
from app.kernel.viewer import SHOP_ROLES, STAFF_ROLES

SLICE = Slice(
    name="api",
    routes=[*document.RESOURCES, *document.ROUTES, *own.ROUTES],
    grants={MAKE_KEYS: SHOP_ROLES | STAFF_ROLES},
    subscribers=subscribers.SUBSCRIBERS,
    bare_paths=["/api/"],
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
