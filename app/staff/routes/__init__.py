"""Handlers of the staff."""
