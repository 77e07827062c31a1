"""Screens that join several slices, and the PWA's own files: manifest, worker, offline, health."""
