"""Handlers of the address book."""
