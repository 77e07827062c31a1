"""Shipping has rules and tables only; its screens are parts of the checkout."""

from app.kernel.slice import Slice

SLICE = Slice(name="shipping")
