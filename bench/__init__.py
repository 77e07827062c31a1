"""Measures a copy of the shop on this machine: `python -m bench`, `python -m bench.lighthouse`."""
