"""A child's query is read before it is searched: words of danger lead to the helpful page.

Lists are kept per language and compared with the words as typed, never with the folded ones,
since folding makes strangers alike across languages (Russian «кот» is rude in Uzbek). What a
child may find is decided by the products themselves; this only spares it a strange answer.
"""

import re

_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´ʻʼ", "ʼ"))
_WORDS = re.compile(r"[\wʼ]+")

# A star stands for any ending.
_UZBEK = (
    "pichoq* pichogʼ* xanjar* qilich* qurol* toʼpponcha* miltiq* oʼq oʼqlar granata* bomba* "
    "portlat* aroq* pivo* vino* konyak* sigaret* tamaki* nos nosvoy* chilim* veyp* vape* narkotik* "
    "giyohvand* nasha* qimor* kazino* seks* porno* yalangʼoch* zaharl* oʼldir* "
    "пичоқ* пичоғ* ханжар* қилич* қурол* милтиқ* тўппонча* граната* бомба* ароқ* пиво* "
    "сигарет* тамаки* носвой* чилим* наркотик* гиёҳванд* наша қимор* казино* яланғоч* ўлдир*"
)
_RUSSIAN = (
    "нож ножи ножик* ножом кинжал* меч оружи* пистолет* ружь* ружье автомат граната* бомб* взрыв* "
    "водк* пиво пива вино вина коньяк* сигарет* табак* снюс* вейп* кальян* наркотик* казино "
    "секс* порн* голый голая голые убить убий* отрав*"
)
_ENGLISH = (
    "knife knives dagger* sword* gun guns pistol* rifle* weapon* grenade* bomb* explosive* vodka "
    "beer wine whisky cognac cigar* tobacco snus vape* hookah drug drugs marijuana casino gambl* "
    "sex* porn* naked nude kill* poison*"
)


def _pattern(*lists: str) -> re.Pattern[str]:
    words = {word for one in lists for word in one.split()}
    return re.compile("|".join(re.escape(w).replace(r"\*", r"\w*") for w in sorted(words)))


_RISKY = _pattern(_UZBEK, _RUSSIAN, _ENGLISH)


def is_risky(query: str) -> bool:
    """Whether a child's query holds a word of danger, in any of our languages and scripts."""
    words = _WORDS.findall(query.lower().translate(_APOSTROPHES))
    return any(_RISKY.fullmatch(word) for word in words)
