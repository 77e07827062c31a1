"""Screens of the family: guardians and children."""
