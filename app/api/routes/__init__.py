"""Handlers: the resources of programs, and the pages where people allow them."""
