"""The four faces of the interface and the message in the reader's one.

English is the msgid itself, Uzbek Latin and Russian come from `locales/<language>/*.po` (one file
a slice), Uzbek Cyrillic is the Uzbek message transliterated when it is first asked for. In every
message a literal percent sign is written `%%`, in Python as in Jinja.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale as BabelLocale
from babel.messages.pofile import read_po
from jinja2 import Environment
from markupsafe import Markup

from app.kernel.translit import to_cyrillic

LOCALES = Path(__file__).parents[2] / "locales"
ACCEPT_LIMIT = 200  # characters of Accept-Language that are worth reading


class Locale(StrEnum):
    """A language and script; the value is the first part of every page's address."""

    UZ = "uz"
    UZ_CYRL = "uz-cyrl"
    RU = "ru"
    EN = "en"

    @property
    def html_lang(self) -> str:
        """The BCP 47 tag for `lang` and `hreflang`."""
        return {Locale.UZ: "uz-Latn", Locale.UZ_CYRL: "uz-Cyrl"}.get(self, self.value)

    @property
    def babel(self) -> BabelLocale:
        return _BABEL[self]

    @property
    def label(self) -> str:
        """The language's own name for itself."""
        return _LABELS[self]


_BABEL = {
    Locale.UZ: BabelLocale.parse("uz_Latn_UZ"),
    Locale.UZ_CYRL: BabelLocale.parse("uz_Cyrl_UZ"),
    Locale.RU: BabelLocale.parse("ru_RU"),
    Locale.EN: BabelLocale.parse("en_GB"),
}
_LABELS = {
    Locale.UZ: "Oʻzbekcha",
    Locale.UZ_CYRL: "Ўзбекча",
    Locale.RU: "Русский",
    Locale.EN: "English",
}

_BY_VALUE = {locale.value: locale for locale in Locale}

current: ContextVar[Locale] = ContextVar("locale", default=Locale.UZ)


def get_locale() -> Locale:
    return current.get()


def set_locale(locale: Locale) -> Token[Locale]:
    """Speak `locale` for the rest of this task or request."""
    return current.set(locale)


@contextmanager
def use_locale(locale: Locale) -> Iterator[None]:
    """Speak `locale` inside the block, for example to write to another person."""
    token = current.set(locale)
    try:
        yield
    finally:
        current.reset(token)


def negotiate(cookie: str | None, profile: str | None, accept_language: str | None) -> Locale:
    """The first language known of: the profile, the cookie, the browser's wishes; else Uzbek."""
    for choice in (profile, cookie):
        if choice in _BY_VALUE:
            return _BY_VALUE[choice]
    wishes = []
    for place, wish in enumerate((accept_language or "")[:ACCEPT_LIMIT].split(",")):
        tag, _, quality = wish.strip().lower().partition(";q=")
        wishes.append((-_quality(quality), place, tag.replace("_", "-")))
    for weight, _, tag in sorted(wishes):
        found = _locale_of_tag(tag)
        if found and weight < 0:
            return found
    return Locale.UZ


def _quality(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def _locale_of_tag(tag: str) -> Locale | None:
    language, _, rest = tag.partition("-")
    if language == "uz" and "cyrl" in rest:
        return Locale.UZ_CYRL
    return _BY_VALUE.get(language)


def split_locale(path: str) -> tuple[Locale | None, str]:
    """`/ru/search` is (RU, `/search`); a path without a locale is (None, the path)."""
    head, slash, rest = path.removeprefix("/").partition("/")
    if path.startswith("/") and head in _BY_VALUE:
        return _BY_VALUE[head], slash + rest or "/"
    return None, path


# Messages

Key = tuple[str | None, str]  # context, msgid
Forms = tuple[str, ...]  # one text, or one for each plural form

_folders: list[Path] = [LOCALES]


def load() -> None:
    """Read every catalogue now, so that the first reader need not wait (1,500 messages: 25 ms)."""
    for locale in Locale:
        _catalogue(locale)


def add_locale_folder(path: Path) -> None:
    """Let a plugin bring `<path>/uz/*.po` and `<path>/ru/*.po`; its messages win over ours."""
    if path not in _folders:
        _folders.append(path)
        _catalogue.cache_clear()
        _in_cyrillic.cache_clear()


@cache
def _catalogue(locale: Locale) -> dict[Key, Forms]:
    files = [path for folder in _folders for path in sorted((folder / locale.value).glob("*.po"))]
    return {key: forms for path in files for key, forms in read_messages(path.read_bytes())}


def read_messages(po: bytes) -> Iterator[tuple[Key, Forms]]:
    """The finished messages of one `.po` file; fuzzy and half-translated ones are left out."""
    for message in read_po(io.BytesIO(po)):
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string
        forms = (text,) if isinstance(text, str) else tuple(text or ())
        if msgid and forms and all(forms) and not message.fuzzy:
            yield (message.context, msgid), forms


@lru_cache(maxsize=8192)
def _in_cyrillic(key: Key) -> Forms | None:
    forms = _catalogue(Locale.UZ).get(key)
    return forms and tuple(to_cyrillic(form) for form in forms)


def gettext(msgid: str, /, **params: Any) -> str:
    """The message in the current locale with its `%(name)s` filled in."""
    return _one(None, msgid) % params


def pgettext(context: str, msgid: str, /, **params: Any) -> str:
    """Like `gettext`, for a msgid that means different things in different places."""
    return _one(context, msgid) % params


def ngettext(singular: str, plural: str, n: int, /, **params: Any) -> str:
    """The form that fits `n`, which is also `%(num)s` unless another `num` is given."""
    return _many(None, singular, plural, n) % {"num": n, **params}


def npgettext(context: str, singular: str, plural: str, n: int, /, **params: Any) -> str:
    return _many(context, singular, plural, n) % {"num": n, **params}


def N_(msgid: str, /) -> str:  # noqa: N802 - the name that extractors know
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return msgid


_ = gettext


def _forms(context: str | None, msgid: str) -> Forms | None:
    key = (context, msgid)
    locale = current.get()
    return _in_cyrillic(key) if locale is Locale.UZ_CYRL else _catalogue(locale).get(key)


def _one(context: str | None, msgid: str) -> str:
    forms = _forms(context, msgid)
    return forms[0] if forms else msgid


def _many(context: str | None, singular: str, plural: str, n: int) -> str:
    forms = _forms(context, singular)
    if forms is None:
        return singular if n == 1 else plural
    return forms[min(plural_form(current.get(), n), len(forms) - 1)]


def plural_form(locale: Locale, n: int) -> int:
    """The index of the form for `n`; Russian has three, the others two."""
    if locale is not Locale.RU:
        return int(n != 1)
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2


# Texts that people wrote in several languages

_CHAINS: dict[Locale, tuple[Locale, ...]] = {
    Locale.UZ: (Locale.UZ, Locale.RU, Locale.EN, Locale.UZ_CYRL),
    Locale.UZ_CYRL: (Locale.UZ_CYRL, Locale.UZ, Locale.RU, Locale.EN),
    Locale.RU: (Locale.RU, Locale.UZ, Locale.EN, Locale.UZ_CYRL),
    Locale.EN: (Locale.EN, Locale.UZ, Locale.RU, Locale.UZ_CYRL),
}


def pick(texts: Mapping[str, str] | None, locale: Locale | None = None) -> str:
    """The best text of a translated column (`{"uz": ..., "ru": ...}`) for the reader.

    Falls through the other languages; Uzbek Cyrillic is made from the Latin when it is not given.
    """
    locale = locale or current.get()
    for language in _CHAINS[locale]:
        text = (texts or {}).get(language.value)
        if text:
            made = locale is Locale.UZ_CYRL and language is Locale.UZ
            return to_cyrillic(text) if made else text
    return ""


def install(env: Environment) -> None:
    """Give templates `_`, `ngettext`, `pgettext`, `{% trans %}` and the filter `t` (see `pick`)."""
    env.add_extension("jinja2.ext.i18n")
    bind: Callable[..., None] = env.install_gettext_callables  # type: ignore[attr-defined]
    bind(
        lambda msgid: _one(None, msgid),
        lambda singular, plural, n: _many(None, singular, plural, n),
        newstyle=True,
        pgettext=_one,
        npgettext=_many,
    )
    env.globals["_"] = env.globals["gettext"] = _in_template
    env.filters["t"] = pick


@lru_cache(maxsize=8192)
def _plain(_locale: Locale, msgid: str) -> Markup:
    return Markup(_one(None, msgid)) % {}  # noqa: S704  our own messages


def _in_template(msgid: str, /, **params: Any) -> Markup:
    """As the extension's `gettext`, for autoescaped templates: the message is markup, what is
    filled in is escaped. A page says most of its messages without parameters, so they are kept."""
    if params:
        return Markup(_one(None, msgid)) % params  # noqa: S704  parameters are escaped
    return _plain(current.get(), msgid)
