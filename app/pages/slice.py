"""Home, the app's own files, health, and whatever address nobody else has."""

from app.kernel.slice import Slice
from app.pages import health, home, pwa, unknown

SLICE = Slice(
    name="pages",
    routes=[
        home.home,
        home.own_home,
        home.recent,
        pwa.manifest,
        pwa.worker,
        pwa.offline,
        pwa.robots,
        health.live,
        health.ready,
        unknown.unknown,
    ],
    bare_paths=["/manifest.webmanifest", "/service-worker.js", "/robots.txt", "/health/"],
)
