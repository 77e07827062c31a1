"""Handlers of the cart."""
