"""Static files: joined, hashed, compressed, built once, and safe to build twice at a time."""

import base64
import gzip
import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest

from app.kernel import assets

STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small set of files with a stylesheet and a script in parts."""
    root = tmp_path / "static"
    files = {
        "css/shop.css": '/* shop */\n@import "base.css";\n@import "components/card.css";\n',
        "css/base.css": '@font-face {\n  src: url("../fonts/a.woff2");\n}\n',
        "css/components/card.css": '.card > a,\n.b {\n  color: red;\n  content: "{ ; }  x";\n}\n',
        "js/app.js": 'import "./elements/one.js";\nimport { say } from "./lib/say.js";\n\nsay(1);\n',
        "js/elements/one.js": 'import { say } from "../lib/say.js";\n\nconst mine = 1;\nsay(mine);\n',
        "js/lib/say.js": "// A word.\n\n/** Says it. */\nexport function say(x) {\n  return x;\n}\n",
        "art/fox.svg": "<svg/>",
        "art/LICENSE.txt": "MIT",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (root / "fonts").mkdir()
    (root / "fonts/a.woff2").write_bytes(b"font")
    return root


def built(made: assets.Assets, name: str) -> Path:
    return made.root / made.url(name).removeprefix("/static/")


def test_names_hold_the_digest_of_their_content(source: Path, tmp_path: Path) -> None:
    made = assets.build(source, tmp_path / "out")

    digest = hashlib.sha256(b"<svg/>").hexdigest()[:10]
    assert made.url("art/fox.svg") == f"/static/art/fox.{digest}.svg"
    assert built(made, "art/fox.svg").read_bytes() == b"<svg/>"
    assert set(made.urls) == {"css/shop.css", "js/app.js", "art/fox.svg", "fonts/a.woff2"}


def test_an_unknown_name_is_an_error(source: Path, tmp_path: Path) -> None:
    made = assets.build(source, tmp_path / "out")

    with pytest.raises(KeyError):
        made.url("art/wolf.svg")


def test_stylesheets_are_joined_and_point_to_hashed_files(source: Path, tmp_path: Path) -> None:
    made = assets.build(source, tmp_path / "out")

    css = built(made, "css/shop.css").read_text("utf-8")
    font = made.url("fonts/a.woff2")
    assert css == f'@font-face{{src:url({font})}}.card > a,.b{{color:red;content:"{{ ; }}  x"}}'


def test_a_script_holds_each_module_once_in_the_order_of_need(source: Path, tmp_path: Path) -> None:
    made = assets.build(source, tmp_path / "out")

    script = built(made, "js/app.js").read_text("utf-8")
    assert script == (
        "function say(x) {\nreturn x;\n}\n{\nconst mine = 1;\nsay(mine);\n}\n{\nsay(1);\n}\n"
    )


def test_text_has_compressed_copies_beside_it(source: Path, tmp_path: Path) -> None:
    made = assets.build(source, tmp_path / "out")

    path = built(made, "js/app.js")
    assert brotli.decompress(Path(f"{path}.br").read_bytes()) == path.read_bytes()
    assert gzip.decompress(Path(f"{path}.gz").read_bytes()) == path.read_bytes()
    assert not Path(f"{built(made, 'fonts/a.woff2')}.gz").exists()


def test_nothing_is_written_when_nothing_changed(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = assets.build(source, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}

    assert assets.build(source, out) == first
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_a_change_gives_new_names_to_the_file_and_to_who_names_it(
    source: Path, tmp_path: Path
) -> None:
    first = assets.build(source, tmp_path / "out")
    (source / "fonts/a.woff2").write_bytes(b"other font")

    second = assets.build(source, tmp_path / "out")

    changed = {name for name in first.urls if first.urls[name] != second.urls[name]}
    assert changed == {"fonts/a.woff2", "css/shop.css"}
    assert built(first, "css/shop.css").exists()  # an open page may still ask for it


def test_files_of_old_builds_go_after_a_day(source: Path, tmp_path: Path) -> None:
    first = assets.build(source, tmp_path / "out")
    old = built(first, "art/fox.svg")
    os.utime(old, (1, 1))
    (source / "art/fox.svg").write_text("<svg></svg>", "utf-8")

    assets.build(source, tmp_path / "out")

    assert not old.exists()


def test_a_broken_manifest_is_built_anew(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = assets.build(source, out)
    (out / "manifest.json").write_text("{", "utf-8")

    assert assets.build(source, out) == first


def test_several_builds_may_run_at_once(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: assets.build(source, out), range(12)))

    assert all(one == made[0] for one in made)
    assert [path.name for path in out.rglob(".*")] == []
    assert built(made[0], "art/fox.svg").read_bytes() == b"<svg/>"


# Our own files


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> assets.Assets:
    return assets.build(STATIC, tmp_path_factory.mktemp("static"))


@pytest.mark.parametrize("zone", assets.ZONES)
def test_what_a_worker_fetches_exists(ours: assets.Assets, zone: str) -> None:
    for url in ours.precache(zone):
        assert (ours.root / url.removeprefix("/static/")).is_file()


def test_first_load_stays_light(ours: assets.Assets) -> None:
    def weight(name: str) -> int:
        return Path(f"{built(ours, name)}.br").stat().st_size

    for zone in assets.ZONES:
        assert weight(f"css/{zone}.css") <= 13_000
    assert weight("js/app.js") <= 12_000
    names = ("css/shop.css", "js/app.js", "js/theme.js", "icons/sprite.svg", "brand/mark.svg")
    vendored = ("vendor/htmx.min.js", "vendor/htmx-ext-sse.min.js")
    assert sum(weight(name) for name in names + vendored) <= 42_000  # the page itself comes on top


def test_no_stylesheet_or_script_is_left_out() -> None:
    css = STATIC / "css"
    imported = {
        (css / name).resolve()
        for zone in assets.ZONES
        for name in re.findall(r'@import "([^"]+)"', (css / f"{zone}.css").read_text("utf-8"))
    }
    own = {(css / f"{zone}.css").resolve() for zone in assets.ZONES}
    assert {path.resolve() for path in css.rglob("*.css")} - imported == own

    scripts = list((STATIC / "js").rglob("*.js"))
    used = {
        (path.parent / name).resolve()
        for path in scripts
        for name in re.findall(r'^import .*"([^"]+)";$', path.read_text("utf-8"), re.MULTILINE)
    }
    entries = {(STATIC / "js" / name).resolve() for name in ("app.js", "theme.js")}
    assert {path.resolve() for path in scripts} - used == entries


def test_important_only_where_it_must_win() -> None:
    allowed = {"reset.css", "base.css", "utilities.css"}
    found = {
        path.name
        for path in (STATIC / "css").rglob("*.css")
        if "!important" in path.read_text("utf-8")
    }
    assert found <= allowed


def test_vendored_files_are_the_ones_that_were_published() -> None:
    folder = STATIC / "vendor"
    listed = json.loads((folder / "vendored.json").read_text("utf-8"))
    assert {entry["file"] for entry in listed} == {path.name for path in folder.glob("*.js")}
    for entry in listed:
        digest = hashlib.sha384((folder / entry["file"]).read_bytes()).digest()
        assert entry["sha384"] == "sha384-" + base64.b64encode(digest).decode()
        assert (folder / entry["licence_file"]).is_file()


def test_the_worker_has_the_places_that_are_filled_in() -> None:
    worker = (STATIC.parent / "service-worker.js").read_text("utf-8")
    assert worker.count("/*__PRECACHE__*/[]") == 1
    assert worker.count("__VERSION__") == 1
    assert len(worker.splitlines()) < 300
