"""Shipping: the address book's page; the rest are rules that the checkout calls."""

from app.kernel.slice import Slice
from app.shipping import personal
from app.shipping.routes import account

SLICE = Slice(name="shipping", routes=[account.show, account.save], personal=personal.PERSONAL)
