"""Addresses of Uzbekistan and what delivery costs.

Rates are a table by zone, weight and sum; quotes are pure functions over them. Refuses: knowing
what is being sent.
"""
