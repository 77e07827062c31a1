"""Screens of asking and deciding."""
