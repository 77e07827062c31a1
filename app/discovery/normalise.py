"""One search key for every spelling: Uzbek Latin with any apostrophe, the 2026 letters, Uzbek
Cyrillic and Russian all fold to the same ASCII words.

`fold` has a twin in `sql/fold.sql` that must give the same result for every text (a test compares
them on a real PostgreSQL); what differs between their Unicode tables is dropped before it matters.
Everything here is pure and takes time linear in the text.
"""

import re
import unicodedata
from pathlib import Path

FOLD_SQL = Path(__file__).parent / "sql" / "fold.sql"  # CREATE OR REPLACE FUNCTION fold(text)
QUERY_LENGTH = 100  # characters; nobody types longer, and a scan could be made slow
QUERY_WORDS = 8

# Deleted first: apostrophes, because NFKC would turn ´ into a space; marks that cannot be seen.
_UNSEEN = dict.fromkeys(
    map(ord, "'’‘ʻʼ`´ʹˈ′＇｀ʽʿʾ‛‵ˊˋ\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
)
# Blocks that every Unicode version since 14 treats alike; the rest cannot be searched for.
_OUTSIDE = re.compile(
    "[^ -~\u00a0-\u024f\u0300-\u036f\u0400-\u052f\u1e00-\u1eff\u2010-\u205e\u2070-\u2094"
    "\u2100-\u214f\u2150-\u2189\u2460-\u24ff\ufb00-\ufb06\uff01-\uff5e]"
    "|[\u0300-\u036f]{3,}"  # long runs of marks would be sorted in square time
)
_CYRILLIC = "абвгґғдеєэәжҗҷзиӣіїыйкқлмнңоөўпрстуүұӯфхҳһц"
_CYRILLIC_KEY = "abvgggdeeeajjjziiiiiykqlmnnoooprstuuuufxhhs"
_LATIN = "ıøłđðßæœəwWØŁĐÐẞÆŒƏ"
_LATIN_KEY = "iolddsaoavvolddsaoa"
_DIGRAPHS = {"sh": "шщşșШЩŞȘ", "ch": "чçЧÇ", "yo": "ёЁ", "yu": "юЮ", "ya": "яЯ"}
_LETTERS: dict[int, str | int | None] = {
    **str.maketrans(_CYRILLIC + _CYRILLIC.upper() + _LATIN, 2 * _CYRILLIC_KEY + _LATIN_KEY, "ъьЪЬ"),
    **{ord(letter): key for key, letters in _DIGRAPHS.items() for letter in letters},
}
_MARKS = re.compile("[\u0300-\u036f]+")
_GAP = re.compile("[^A-Za-z0-9]+")
# цирк is sirk in Uzbek and tsirk to a Russian; litsey and лицей are one word. No look-behind in
# these two: PostgreSQL starts it from the beginning of the text for every match.
_TS = re.compile("(^|[aeiou ])ts(?=[aeiouyv])")
# ы is typed y on a Latin keyboard: igry, ryba.
_HARD_I = re.compile("([bcdfghjklmnpqrstvxz])y(?![aeiou])")

_QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_JCUKEN = "йцукенгшщзхъфывапролджэячсмитьбюё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_TO_CYRILLIC = str.maketrans(_QWERTY, _JCUKEN)
_TO_LATIN = str.maketrans(_JCUKEN, _QWERTY)
_CYRILLIC_LETTER = re.compile("[А-Яа-яЁё]")


def fold(text: str) -> str:
    """The search key: ASCII words, one space between them; empty when nothing can be searched."""
    text = _OUTSIDE.sub(" ", text.translate(_UNSEEN))
    text = unicodedata.normalize("NFKC", text).translate(_LETTERS)
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    text = _GAP.sub(" ", text).strip().lower()
    text = text.replace("kh", "x").replace("zh", "j").replace("ye", "e")
    return _HARD_I.sub(r"\1i", _TS.sub(r"\1s", text))


def tokens(text: str, length: int = QUERY_LENGTH, words: int = QUERY_WORDS) -> list[str]:
    """The first folded words of a query; what lies past the limits is not read."""
    return fold(text[:length]).split()[:words]


def keyboard(text: str) -> str:
    """What the same keys give in the other layout (Russian, QWERTY): `rybuf` is `книга`.

    A second try for a query that found nothing; a text with any Cyrillic letter goes to Latin.
    """
    return text.translate(_TO_LATIN if _CYRILLIC_LETTER.search(text) else _TO_CYRILLIC)
