"""What a password must be: long enough, and not among the first that an attacker tries.

ASVS 5.0, 6.2.1-6.2.12, and NIST SP 800-63B-4, 3.1.1 (read 2026-11-21): length counts, nothing is
demanded of the characters, nothing expires. What is guessed first is known offline, from the
lists that zxcvbn brings (30,000 passwords of breaches, words, names, rows of keys).
"""

import re
from collections.abc import Iterable

from zxcvbn import zxcvbn

from app.kernel.errors import Invalid
from app.kernel.i18n import N_

LEAST_ALONE = 15  # characters, when the password is all that is asked
LEAST_WITH_FACTOR = 8
GUESSES = 10**7  # fewer are enough for a list of breached passwords and their usual changes
LOOKED_AT = 72  # characters of a password that its guesses are counted of
SHORTEST_WORD = 3  # characters of a word of the person's own that counts for nothing

# Words of this shop and country; everybody here is tried with them.
HERE = {"bozorcha", "bozor", "uzbekistan", "ozbekiston", "узбекистан", "toshkent", "tashkent"}
HERE |= {"ташкент", "parol", "пароль", "salom", "привет"}

_GAPS = re.compile(r"[\W_]+")


class ShortPassword(Invalid):
    code = "short_password"
    message = N_("At least %(least)s characters, please. A few words in a row are easy to keep.")


class CommonPassword(Invalid):
    code = "common_password"
    message = N_(
        "This password is guessed early: it is often used, or made of your own name or ours. "
        "Please choose another one."
    )


def judge(password: str, own_words: Iterable[str], *, least: int) -> None:
    """Refuse a password that is too short or guessed early; takes up to 30 ms.

    What belongs to the person or to this shop counts for nothing: what is left must stand alone.
    Raises ShortPassword, CommonPassword.
    """
    if len(password) < least:
        raise ShortPassword(least=least)
    rest = _without(password.casefold(), own_words)
    if len(_GAPS.sub("", rest)) < min(len(_GAPS.sub("", password)), LEAST_WITH_FACTOR):
        raise CommonPassword
    if zxcvbn(rest[:LOOKED_AT], max_length=LOOKED_AT)["guesses"] < GUESSES:
        raise CommonPassword


def words_of(texts: Iterable[str]) -> set[str]:
    """The words that a name, a phone and a mail address are made of."""
    found: set[str] = set()
    for text in texts:
        folded = text.casefold()
        found.update((folded, folded.partition("@")[0], *_GAPS.split(folded)))
        if folded.startswith("+998"):
            found.add(folded.removeprefix("+998"))
    return {word for word in found if len(word) >= SHORTEST_WORD}


def _without(password: str, own_words: Iterable[str]) -> str:
    for word in sorted({*words_of(own_words), *HERE}, key=len, reverse=True):
        password = password.replace(word, " ")
    return password
