"""Handlers of search."""
