"""Shops hold tables and reads; their page shows goods and so belongs to the catalogue."""

from app.kernel.slice import Slice
from app.sellers import personal

SLICE = Slice(name="sellers", personal=personal.PERSONAL)
