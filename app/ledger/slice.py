"""The ledger has rules and tables, no pages yet."""

from app.kernel.slice import Slice

SLICE = Slice(name="ledger")
