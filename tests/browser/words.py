"""What the interface says, so that stories find buttons by the words a person reads."""

from collections.abc import Callable
from typing import Any

from app.kernel.i18n import Locale, gettext, load, pick, use_locale

Say = Callable[..., str]


def words_of(locale: str) -> Say:
    """`say = words_of("ru")`, then `say("Sign in")`."""
    load()

    def say(msgid: str, /, **values: Any) -> str:
        with use_locale(Locale(locale)):
            return gettext(msgid, **values)

    return say


def chosen(texts: dict[str, str], locale: str) -> str:
    """The text of a row in one language, as a page shows it."""
    return pick(texts, Locale(locale))
