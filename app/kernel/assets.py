"""Static files under names that hold their content's digest, so that browsers keep them for ever.

`build` joins the stylesheets and scripts (their `@import` and `import` lines are the lists),
rewrites addresses to the hashed names and writes `.br` and `.gz` copies beside text files. It is
done at start-up without Node and costs a few milliseconds when nothing changed.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import brotli

BUILDER = "1"  # raise it when the same sources must give other files
PREFIX = "/static/"
ZONES = ("shop", "kids", "desk")
TEXT = frozenset({".css", ".js", ".svg", ".json"})
KEPT = TEXT | {".woff2", ".png", ".webp", ".jpg", ".ico"}
OLD_SECONDS = 86_400  # files of a former build stay a day for pages that still name them

_CSS_IMPORT = re.compile(r'@import "([^"]+)";\n?')
_CSS_URL = re.compile(r'url\("([^"]+)"\)')
_CSS_TOKEN = re.compile(r'("[^"]*"|\'[^\']*\')|/\*.*?\*/|\s*([{};,])\s*|(\s+)', re.DOTALL)
_JS_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"([^"]+)";\n', re.MULTILINE)
_JS_EXPORT = re.compile(r"^export (?=async |function |const |class )", re.MULTILINE)
_JS_COMMENT = re.compile(r"^\s*(?://.*|/\*[\s\S]*?\*/)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Assets:
    """The built files: `root` is the folder to serve at /static."""

    root: Path
    urls: Mapping[str, str]

    def url(self, name: str) -> str:
        """The address of a file by its name under `static/`; raises KeyError for unknown ones."""
        return self.urls[name]

    def precache(self, zone: str) -> list[str]:
        """What a service worker fetches at once, so that pages of this zone look right offline."""
        names = [
            f"css/{zone}.css",
            "js/theme.js",
            "js/app.js",
            "vendor/htmx.min.js",
            "vendor/htmx-ext-sse.min.js",
            "fonts/nunito-latin.woff2",
            "icons/sprite.svg",
            "brand/mark.svg",
            "brand/wordmark.svg",
            "brand/icon-192.png",
            "brand/badge-96.png",
            "art/satellite.svg",
        ]
        return [self.urls[name] for name in names]


def build(source: Path, target: Path) -> Assets:
    """Build `source` into `target` unless that was done for these very files; safe to run twice
    at once, since names follow the content, every file is renamed into place and the manifest
    comes last. Raises OSError when `target` must be written and cannot be.
    """
    paths = sorted(_sources(source, target))
    stamp = _stamp(source, paths)
    manifest = target / "manifest.json"
    known = _read(manifest)
    if known is not None and known["stamp"] == stamp:
        return Assets(target, known["urls"])
    target.mkdir(parents=True, exist_ok=True)
    urls: dict[str, str] = {}
    for path in sorted(paths, key=lambda p: p.suffix == ".css"):  # stylesheets name the others
        name = path.relative_to(source).as_posix()
        if _is_part(name):
            continue
        urls[name] = _write(target, name, _content(source, path, urls))
    _replace(manifest, json.dumps({"stamp": stamp, "urls": urls}, indent=1).encode())
    _forget(target, urls, manifest.stat().st_mtime - OLD_SECONDS)
    return Assets(target, urls)


def _sources(source: Path, target: Path) -> list[Path]:
    return [
        path
        for path in source.rglob("*")
        if path.suffix in KEPT
        and path.name != "vendored.json"
        and target not in path.parents
        and path.is_file()
    ]


def _is_part(name: str) -> bool:
    """Whether the file only exists inside a bundle: stylesheets and scripts in deeper folders."""
    if name.endswith(".css"):
        return name not in {f"css/{zone}.css" for zone in ZONES}
    return name.startswith(("js/elements/", "js/lib/"))


def _stamp(source: Path, paths: list[Path]) -> str:
    digest = hashlib.sha256(BUILDER.encode())
    for path in paths:
        stat = path.stat()
        line = f"{path.relative_to(source)} {stat.st_mtime_ns} {stat.st_size}\n"
        digest.update(line.encode())
    return digest.hexdigest()


def _read(manifest: Path) -> dict[str, Any] | None:
    try:
        known: dict[str, Any] = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return None
    return known


def _content(source: Path, path: Path, urls: Mapping[str, str]) -> bytes:
    if path.suffix == ".css":
        css = _join_css(path)

        def address(match: re.Match[str]) -> str:
            return f"url({urls[match.group(1).removeprefix('../')]})"

        return _minify_css(_CSS_URL.sub(address, css)).encode()
    if path.suffix == ".js" and path.parent.name == "js":
        return _minify_js(_join_js(path, set())).encode()
    return path.read_bytes()


def _join_css(path: Path) -> str:
    """The stylesheet with every import in its place."""
    return _CSS_IMPORT.sub(lambda m: _join_css(path.parent / m.group(1)), path.read_text("utf-8"))


def _minify_css(css: str) -> str:
    def shorter(match: re.Match[str]) -> str:
        text, mark, space = match.groups()
        return text or mark or (" " if space else "")

    return _CSS_TOKEN.sub(shorter, css).replace(";}", "}").replace(": ", ":").strip()


def _join_js(path: Path, seen: set[Path]) -> str:
    """One script out of a module and all it imports, each once, in the order of need.

    A module that exports is laid open, so its names must be its own; any other keeps its names
    to itself in a block.
    """
    text = path.read_text("utf-8")
    parts = []
    for match in _JS_IMPORT.finditer(text):
        other = (path.parent / match.group(1)).resolve()
        if other not in seen:
            seen.add(other)
            parts.append(_join_js(other, seen))
    body = _JS_IMPORT.sub("", text)
    opened = _JS_EXPORT.sub("", body)
    return "".join(parts) + (opened if opened != body else f"{{\n{body}}}\n")


def _minify_js(script: str) -> str:
    """Comments that stand alone and indentation go; what is inside a line stays as it is."""
    lines = (line.strip() for line in _JS_COMMENT.sub("", script).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _write(target: Path, name: str, content: bytes) -> str:
    """Write the file and its compressed copies; the answer is its address."""
    digest = hashlib.sha256(content).hexdigest()[:10]
    stem, dot, suffix = name.rpartition(".")
    hashed = f"{stem}.{digest}{dot}{suffix}"
    path = target / hashed
    if not path.exists() or path.stat().st_size != len(content):
        if path.suffix in TEXT:
            mode = brotli.MODE_TEXT
            _replace(Path(f"{path}.br"), brotli.compress(content, mode=mode, quality=11))
            _replace(Path(f"{path}.gz"), gzip.compress(content, 9, mtime=0))
        _replace(path, content)
    return PREFIX + hashed


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename, so that nobody ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    beside.write_bytes(content)
    beside.replace(path)


def _forget(target: Path, urls: Mapping[str, str], limit: float) -> None:
    """Delete what builds before `limit` left, since nobody can ask for it any more."""
    current = {url.removeprefix(PREFIX) for url in urls.values()} | {"manifest.json"}
    for path in target.rglob("*"):
        name = path.relative_to(target).as_posix()
        if name.removesuffix(".br").removesuffix(".gz") in current or not path.is_file():
            continue
        try:
            if path.stat().st_mtime < limit:
                path.unlink()
        except FileNotFoundError:
            continue
