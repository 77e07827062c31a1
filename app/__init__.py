"""Bozorcha: a family marketplace as a modular monolith of vertical slices over one kernel."""
