"""Handlers of orders: checkout, buyer, seller."""
