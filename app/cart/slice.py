"""The cart: an adult's page and the number beside its icon."""

from app.cart import personal
from app.cart.cart import BADGE
from app.cart.routes import shop
from app.kernel.slice import Slice

SLICE = Slice(
    name="cart",
    routes=[shop.show, shop.add, shop.change, shop.remove],
    badges={"cart": BADGE},
    personal=personal.PERSONAL,
)
