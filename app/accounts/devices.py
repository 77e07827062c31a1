"""A device's name for people, guessed from what its browser says of itself."""

_BROWSERS = (
    ("YaBrowser/", "Yandex"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
MAX_READ = 400  # characters of the header that are worth reading


def device_name(user_agent: str) -> str:
    """`Chrome, Android`; empty when the browser does not say. Proper names need no translation."""
    said = user_agent[:MAX_READ]
    parts = (_first(said, _BROWSERS), _first(said, _SYSTEMS))
    return ", ".join(part for part in parts if part)


def _first(said: str, table: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in table if mark in said), "")
