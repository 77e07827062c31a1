"""Append-only record of who did what to which row.

The database refuses update and delete on it. Refuses: being read by the slices that write it.
"""
