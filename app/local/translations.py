"""Is every message translated, and well? `python -m app.local.translations` says what is not.

`--missing SLICE` prints the missing messages of one slice, ready to be filled in and added to
`locales/<language>/<slice>.po`.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import PoFileError, read_po, write_po

from app.kernel.i18n import Locale, plural_form

ROOT = Path(__file__).parents[2]
PLURALS = {
    "uz": "nplurals=2; plural=(n != 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 "
    "&& (n%100<10 || n%100>=20) ? 1 : 2);",
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
JINJA = {"silent": "false", "newstyle_gettext": "true"}

_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|</?[a-zA-Z][^<>]*>")
_WRONG_APOSTROPHE = re.compile(r"[a-z]['`´]|[og][‘’]|[a-z][‘’][a-z]", re.IGNORECASE)
_MIXED_SCRIPT = re.compile(r"[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")

Key = tuple[str | None, str]  # context, msgid (the singular)


@dataclass
class Use:
    """A message that the code shows, and where."""

    plural: str | None = None
    places: list[str] = field(default_factory=list)  # path:line

    @property
    def slices(self) -> set[str]:
        """The folders of app/ and templates/ that use it."""
        return {Path(place).parts[1].partition(".")[0] for place in self.places}


@dataclass
class Report:
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check(root: Path = ROOT) -> Report:
    """Compare the messages of app/ and templates/ with the catalogues of Uzbek and Russian."""
    report = Report()
    used = uses(root)
    for key, use in used.items():
        if not all(_can_be_filled(text) for text in (key[1], use.plural) if text):
            report.errors.append(f"{use.places[0]}: a bare % (write %%) in {key[1]!r}")
    for language in PLURALS:
        known = _known(root, language, report)
        for key, use in used.items():
            if key not in known:
                report.errors.append(f"{use.places[0]}: no {language} translation of {key[1]!r}")
        for key, entries in known.items():
            _check_entries(key, entries, used.get(key), report)
    return report


def uses(root: Path = ROOT) -> dict[Key, Use]:
    """Every message marked in the Python files of app/ and in the templates."""
    found: dict[Key, Use] = {}
    for path in sorted((root / "app").rglob("*.py")):
        _collect(found, root, path, "python")
    for path in sorted((root / "templates").rglob("*.*")):
        _collect(found, root, path, "jinja2.ext:babel_extract")
    return found


def _collect(found: dict[Key, Use], root: Path, path: Path, method: str) -> None:
    options = JINJA if method.startswith("jinja2") else None
    for line, msgid, _, context in extract_from_file(method, path, KEYWORDS, options=options):
        singular, plural = (msgid, None) if isinstance(msgid, str) else (msgid[0], msgid[1])
        use = found.setdefault((context, singular), Use())
        use.plural = use.plural or plural
        use.places.append(f"{path.relative_to(root)}:{line}")


def _known(root: Path, language: str, report: Report) -> dict[Key, list[tuple[str, Message]]]:
    """The translations by message; unreadable files and unfinished entries are reported."""
    known: dict[Key, list[tuple[str, Message]]] = {}
    for path in sorted((root / "locales" / language).glob("*.po")):
        where = str(path.relative_to(root))
        try:
            catalog = read_po(io.BytesIO(path.read_bytes()), abort_invalid=True)
        except PoFileError as error:
            report.errors.append(f"{where}: {error}")
            continue
        if not _counts_as_we_do(catalog, language):
            report.errors.append(
                f'{where}: the header must say "Plural-Forms: {PLURALS[language]}"'
            )
        for message in catalog:
            if message.fuzzy and message.id:
                report.errors.append(f"{where}: fuzzy {_msgids(message)[0]!r}")
            if message.id and all(_texts(message)):
                known.setdefault((message.context, _msgids(message)[0]), []).append(
                    (where, message)
                )
    return known


def _check_entries(
    key: Key, entries: list[tuple[str, Message]], use: Use | None, report: Report
) -> None:
    if use is None:
        report.warnings += [f"{where}: unused {key[1]!r}" for where, _ in entries]
        return
    for where, message in entries:
        if use.plural and not message.pluralizable:
            report.errors.append(f"{where}: {key[1]!r} needs plural forms")
            continue
        for fault in faults(message, language=Path(where).parts[1]):
            report.errors.append(f"{where}: {fault} in the translation of {key[1]!r}")
    if len({_texts(message) for _, message in entries}) > 1:
        files = ", ".join(where for where, _ in entries)
        report.errors.append(f"{files}: {key[1]!r} is translated differently")


def faults(message: Message, language: str) -> Iterator[str]:
    """What is wrong with one finished translation."""
    msgids, texts = _msgids(message), _texts(message)
    for place, text in enumerate(texts):
        allowed = [_placeholders(msgids[-1])]
        if language == "uz" and place == 0:  # only this form is never shown for 21, 31...
            allowed.append(_placeholders(msgids[0]))
        if _placeholders(text) not in allowed:
            yield f"other placeholders or tags than {sorted(allowed[-1])}"
        plain = _PLACEHOLDER.sub(" ", text)
        if not _can_be_filled(text):
            yield "a bare % (write %%)"
        if language == "uz" and _WRONG_APOSTROPHE.search(plain):
            yield "a wrong apostrophe (write ʻ U+02BB in oʻ gʻ, else ʼ U+02BC)"
        if _MIXED_SCRIPT.search(plain):
            yield "a word of mixed Latin and Cyrillic letters"


def skeleton(slice_name: str, language: str, root: Path = ROOT) -> str:
    """The `.po` text of what a slice lacks; headed when its file does not exist yet."""
    known = _known(root, language, Report())
    catalog = Catalog(locale=language)
    for (context, singular), use in uses(root).items():
        if slice_name in {*use.slices, "all"} and (context, singular) not in known:
            msgid = (singular, use.plural) if use.plural else singular
            empty = ("",) * (2 if language == "uz" else 3) if use.plural else ""
            places = [(place.partition(":")[0], 0) for place in use.places]
            catalog.add(msgid, empty, places, context=context)
    out = io.BytesIO()
    write_po(out, catalog, width=100, omit_header=True, include_lineno=False)
    fresh = not (root / "locales" / language / f"{slice_name}.po").exists()
    return (_header(language) if fresh else "") + out.getvalue().decode().strip() + "\n"


def _header(language: str) -> str:
    lines = (
        f"Language: {language}",
        "Content-Type: text/plain; charset=utf-8",
        f"Plural-Forms: {PLURALS[language]}",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def _msgids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _texts(message: Message) -> tuple[str, ...]:
    text = message.string
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(text))


def _counts_as_we_do(catalog: Catalog, language: str) -> bool:
    form = c2py(catalog.plural_expr)
    return all(form(n) == plural_form(Locale(language), n) for n in range(201))


class _Anything(dict[str, int]):
    def __missing__(self, name: str) -> int:
        return 1


def _can_be_filled(text: str) -> bool:
    try:
        return bool(text % _Anything())
    except (TypeError, ValueError):
        return False


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the report; 1 when something must be mended."""
    parser = argparse.ArgumentParser(prog="python -m app.local.translations", description=__doc__)
    parser.add_argument("--missing", metavar="SLICE", help="a folder of app/ or templates/, or all")
    parser.add_argument("--language", choices=list(PLURALS), default="uz")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    if chosen.missing:
        sys.stdout.write(skeleton(chosen.missing, chosen.language))
        return 0
    report = check()
    for line in [*(f"warning: {line}" for line in report.warnings), *report.errors]:
        print(line)
    print(f"{len(report.errors)} errors, {len(report.warnings)} warnings")
    return 1 if report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
