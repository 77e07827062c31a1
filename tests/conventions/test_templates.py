"""Every template compiles, keeps to the content policy and names only icons, art and files we have."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from jinja2 import nodes

from app.kernel import assets
from app.kernel.i18n import Locale, use_locale
from app.kernel.money import UZS, Money
from app.kernel.templating import Templates
from app.kernel.viewer import Child, Viewer, Zone

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "templates"
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
PLAIN_FOLDERS = ("components/", "layouts/")  # not screens
MESSAGES = re.compile(r"/(mail|sms|push)/")  # bodies of messages, which have layouts of their own
FRAGMENTS = {"discovery/suggestions.html", "pages/recent.html"}  # whole answers, never a page
SAFE_ALLOWED: frozenset[str] = frozenset()  # templates that may say |safe; none does

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"hx-on", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:|[\"']js:", re.IGNORECASE),
    "foreign resource": re.compile(r"(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
}
NAMED = {"icon": "icons", "badge_icon": "icons", "art": "art"}  # parameters that name a picture
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    built = assets.build(ROOT / "static", tmp_path_factory.mktemp("static"))
    return Templates([FOLDER, Path(__file__).parent], built, reload=False)


@pytest.fixture(scope="module")
def icons() -> set[str]:
    sprite = (ROOT / "static/icons/sprite.svg").read_text("utf-8")
    return set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))


def context(zone: Zone, locale: Locale = Locale.UZ) -> dict[str, Any]:
    child = Child(uuid4(), uuid4(), "Lola", "fox", 2, 7) if zone is Zone.KIDS else None
    viewer = Viewer(user_id=uuid4(), name="Dilnoza", zone=zone, child=child)
    return {
        "viewer": viewer,
        "locale": locale.value,
        "html_lang": locale.html_lang,
        "csrf_token": "token",
        "path": "/page",
        "badges": {"cart": 3, "bell": 1, "asks": 2},
        "layout": f"layouts/{zone.value}.html",
        "toasts": [{"kind": "good", "text": "Saqlandi"}],
        "url": lambda path: f"/{locale.value}{path}",
        "switch_locale": lambda other: f"/{other}/page",
        "base_url": "http://localhost",
        "vapid_public_key": "BKey",
        "request_id": "r1",
    }


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(templates: Templates, name: str) -> None:
    templates.env.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_to_the_content_policy(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    found = {fault: rule.search(text) for fault, rule in FORBIDDEN.items()}
    assert {fault: match[0] for fault, match in found.items() if match} == {}
    assert name in SAFE_ALLOWED or not re.search(r"\|\s*safe\b", text)


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_extends_a_layout(name: str) -> None:
    if name.startswith(PLAIN_FOLDERS) or MESSAGES.search(name) or Path(name).name[0] == "_":
        return
    if name in FRAGMENTS:
        return
    parents = [name]
    while (found := _parent(parents[-1])) and found.startswith("errors/"):
        parents.append(found)
    assert found is not None
    assert found == "layout" or found.startswith("layouts/"), parents


def _parent(name: str) -> str | None:
    text = (FOLDER / name).read_text("utf-8")
    match = re.search(r"{%-? extends (?:'([^']+)'|(layout)) -?%}", text)
    return match and (match[1] or match[2])


@pytest.mark.parametrize("name", NAMES)
def test_its_elements_are_whole(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    bare = re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)
    plain = re.sub(r"{%.*?%}|{{.*?}}", "", bare, flags=re.DOTALL)  # a > in a condition ends no tag
    assert [b for b in re.findall(r"<button[^>]*>", plain) if not re.search(r"\stype=", b)] == []
    assert [i for i in re.findall(r"<img[^>]*>", plain) if not re.search(r"\salt=", i)] == []
    posts = re.findall(r'<form[^>]*method="post".*?</form>', bare, re.DOTALL)
    assert [form[:80] for form in posts if "csrf" not in form] == []


@pytest.mark.parametrize("name", NAMES)
def test_its_pictures_exist(templates: Templates, icons: set[str], name: str) -> None:
    known = {"icons": icons, "art": {path.stem for path in (ROOT / "static/art").glob("*.svg")}}
    tree = templates.env.parse((FOLDER / name).read_text("utf-8"))
    unknown = [
        (kind, value) for kind, value in _pictures(templates, tree) if value not in known[kind]
    ]
    assert unknown == []


def _pictures(templates: Templates, tree: nodes.Template) -> Iterator[tuple[str, str]]:
    """Literal names of icons and art in the calls of our macros and in asset()."""
    macros = templates.env.get_template("components/ui.html").module
    for call in tree.find_all(nodes.Call):
        name = getattr(call.node, "attr", getattr(call.node, "name", "")).lstrip("_")
        first = call.args[0].value if call.args and isinstance(call.args[0], nodes.Const) else None
        if name == "asset" and isinstance(first, str):
            assert first in templates.assets.urls, first
        macro = getattr(macros, name, None)
        if macro is None or not hasattr(macro, "arguments"):
            continue
        given = dict(zip(macro.arguments, call.args, strict=False))
        given |= {pair.key: pair.value for pair in call.kwargs}
        for parameter, value in given.items():
            kind = "icons" if name == "icon" and parameter == "name" else NAMED.get(parameter)
            kind = "art" if name == "art" and parameter == "name" else kind
            if kind and isinstance(value, nodes.Const) and value.value:
                yield kind, str(value.value)


# The kit itself: one page that calls every macro.


class Outline(HTMLParser):
    """Open elements and ids, to see that markup nests and ids are single."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for key, value in attrs if key == "id"]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def outline(html: str) -> Outline:
    seen = Outline()
    seen.feed(html)
    assert seen.faults == []
    assert seen.open == []
    assert sorted(seen.ids) == sorted(set(seen.ids))
    return seen


@pytest.mark.parametrize("zone", list(Zone))
@pytest.mark.parametrize("locale", list(Locale))
def test_every_macro_renders_well_formed_in_every_zone(
    templates: Templates, zone: Zone, locale: Locale
) -> None:
    good = SimpleNamespace(
        title={"uz": "Planetariy <b>", "ru": "Планетарий"},
        art="ringed-planet",
        hue=4,
        age_mark="6+",
        price=Money(4_500_000, UZS),
        in_stock=True,
        skill=None,
        url_path="/p/planetariy-1",
    )
    with use_locale(locale):
        html = templates.render("kit.html", context(zone, locale) | {"good": good})
    outline(html)
    assert "Planetariy <b>" not in html
    source = (Path(__file__).parent / "kit.html").read_text("utf-8")
    macros = templates.env.get_template("components/ui.html").module
    exported = {name for name in vars(macros) if hasattr(getattr(macros, name), "arguments")}
    assert {name for name in exported if f"ui.{name}(" not in source} == set()


@pytest.mark.parametrize("zone", list(Zone))
@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith(("errors/", "pwa/"))])
def test_a_refusal_has_a_way_on_in_every_zone(templates: Templates, name: str, zone: Zone) -> None:
    if Path(name).name.startswith("_"):
        return
    with use_locale(Locale.UZ):
        html = templates.render(name, context(zone) | {"message": ""})
    outline(html)
    assert html.count("<h1") == 1
    main = html[html.index("<main") : html.index("</main>")]
    home = "/uz/kids" if zone is Zone.KIDS else "/uz/"
    assert f'href="{home}"' in main


def test_a_child_finds_nothing_for_adults(templates: Templates) -> None:
    with use_locale(Locale.UZ):
        html = templates.render("errors/404.html", context(Zone.KIDS))
    links = set(re.findall(r'<a [^>]*href="([^"]+)"', html))
    assert links == {"#main", "/uz/kids", "/uz/kids/asks", "/uz/kids/leave"}


def test_the_page_names_its_other_languages(templates: Templates) -> None:
    with use_locale(Locale.RU):
        html = templates.render("layouts/shop.html", context(Zone.SHOP, Locale.RU))
    found = dict(re.findall(r'rel="alternate" hreflang="([^"]+)" href="([^"]+)"', html))
    assert found["x-default"] == found["uz-Latn"] == "http://localhost/uz/page"
    assert set(found) == {"uz-Latn", "uz-Cyrl", "ru", "en", "x-default"}
    assert '<html lang="ru">' in html
    assert "nunito-cyrillic" in html
