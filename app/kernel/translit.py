"""Uzbek Latin written in Cyrillic letters, for people who read it that way.

The letters are `alifbo`'s work; the words it cannot know (months with a soft sign, loans from
Russian, names that stay Latin) are in `locales/uz-cyrl/exceptions.txt`.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from alifbo import to_cyrillic as convert_letters

EXCEPTIONS = Path(__file__).parents[2] / "locales" / "uz-cyrl" / "exceptions.txt"
LONGEST_WORD = 64  # characters; longer runs are codes, not words, and stay as they are

_ONE_APOSTROPHE = dict.fromkeys(map(ord, "ʻʼ’‘`´"), "'")
_TOKEN = re.compile(
    r"""
    (?P<kept>
        %\(\w+\)[-+\x20#0-9.]*[a-zA-Z] | %[%sd] | \{[^{}\s]{0,64}\}  # placeholders
      | </?[a-zA-Z][^<>]*> | &\#?\w{1,32};                            # markup
      | (?:https?://|www\.)[^\s<>"]+
      | [\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+
      | @\w+ | [\w-]{1,64}\.(?:uz|com|org|net|ru|io)\b(?:/[^\s<>"]*)?
    )
    | [^\W\d_]+(?:[ʻʼ'’‘`´-]+[^\W\d_]+)*(?:ʼ|(?<=[oOgG])[ʻ'’‘`´])?
    """,
    re.VERBOSE,
)
_LATIN = re.compile(r"[A-Za-z]")
# Between t and s of a native word (ketsa, soatsiz); `alifbo` writes ц for every ts, which is right
# only in loans (politsiya, litsey).
_SEAM = re.compile(r"(?<=\Bt)(?=s(?!e|i(?:y[aou]|on|a[ln]|na|pl|st|t|kl)))", re.IGNORECASE)


def to_cyrillic(text: str) -> str:
    """The text in Uzbek Cyrillic; placeholders, markup, addresses and kept names stay."""
    return _TOKEN.sub(_token, text)


def _token(match: re.Match[str]) -> str:
    token = match[0]
    if match["kept"] or len(token) > LONGEST_WORD or not _LATIN.search(token):
        return token
    return _word(token)


@lru_cache(maxsize=16_384)
def _word(word: str) -> str:
    whole = _exception(word)
    if whole is None:
        return "-".join(_part(part) for part in word.split("-"))
    return whole


def _part(part: str) -> str:
    known = _exception(part)
    return _letters(part) if known is None else known


def _letters(part: str) -> str:
    if _SEAM.search(part) and _convert(part) != part:
        return "".join(_convert(piece) for piece in _SEAM.split(part))
    return _convert(part)


def _convert(part: str) -> str:
    """The tutuq that only keeps s and h apart in Latin is not written in Cyrillic."""
    text: str = convert_letters(part, protect_spans=False, ng_as_digraph=False).text  # mangʻit
    return text.replace("съҳ", "сҳ").replace("СЪҲ", "СҲ")


def _exception(word: str) -> str | None:
    """An entry with capitals (IT) meets only those capitals, a small one (click) any."""
    exact, stems = _exceptions()
    key = word.translate(_ONE_APOSTROPHE)
    value = exact.get(key) or exact.get(key.lower())
    if value:
        return _cased(value, word)
    for end in range(len(key), 1, -1):
        value = stems.get(key[:end]) or stems.get(key[:end].lower())
        if value:
            return _cased(value, word[:end]) + (_letters(word[end:]) if word[end:] else "")
    return None


def _cased(value: str, like: str) -> str:
    if _LATIN.search(value):
        return like
    if like.isupper() and len(like) > 1:
        return value.upper()
    return value[:1].upper() + value[1:] if like[:1].isupper() else value


@cache
def _exceptions() -> tuple[dict[str, str], dict[str, str]]:
    """Exact words and, marked `*` in the file, stems that any ending may follow."""
    exact: dict[str, str] = {}
    stems: dict[str, str] = {}
    for number, line in enumerate(EXCEPTIONS.read_text(encoding="utf-8").splitlines(), 1):
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        latin, mark, cyrillic = (part.strip() for part in entry.partition("="))
        if not (latin and mark and cyrillic):
            raise ValueError(f"{EXCEPTIONS.name}:{number}: expected `latin = cyrillic`")
        kind = stems if latin.endswith("*") else exact
        kind[latin.rstrip("*").translate(_ONE_APOSTROPHE)] = cyrillic
    return exact, stems
