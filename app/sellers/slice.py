"""Shops hold tables and reads; their page shows goods and so belongs to the catalogue."""

from app.kernel.slice import Slice

SLICE = Slice(name="sellers")
