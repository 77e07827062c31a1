"""`./bozorcha gallery`: pictures of every main screen, for looking a change of looks over.

A copy of the demo of its own is started and thrown away, so the same code gives the same pictures.
"""

import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

from app.local import chromium, places, processes
from app.local import folder as folders
from app.local.cast import authenticator_code, everybody
from app.local.screens import Screen, main_screens
from app.local.supervise import quitting_on_signals, say
from app.local.trouble import Trouble

SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
LONGEST = 4000  # px of a whole page that are kept
START_SECONDS = 180
THUMB_WIDTH = {"phone": 260, "desktop": 520}
COLUMNS = {"phone": 8, "desktop": 4}
GAP = 24
README = {  # file in docs/pictures: the screen it shows
    "home-390": "home-en",
    "kids-home-390": "kids-home-en",
    "approval-390": "approval-en",
    "seller-390": "seller-en",
}
README_COLOURS = 256  # a palette keeps them small
ALL_PICTURES = "[...document.images].every((image) => image.complete || image.loading == 'lazy')"


def main(out: Path | None, only: str | None) -> None:
    """Write `NAME-phone.png`, `NAME-desktop.png`, whole pages under `whole/`, and contact sheets.

    The README's pictures lie under `readme/`, to be copied to docs/pictures. `only` keeps the
    screens with this word in their name. Raises Trouble when none has it, when the demo does not
    come up, or when there is no browser.
    """
    out = out or folders.ROOT / "gallery"
    screens = [s for s in main_screens() if not only or only in s.name]
    if not screens:
        raise Trouble(f"no screen has {only!r} in its name")
    executable = chromium.ensure()
    (out / "whole").mkdir(parents=True, exist_ok=True)
    with quitting_on_signals(), _demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            chromium_sandbox=not processes.is_root(),
            args=["--disable-dev-shm-usage"],
        )
        story = Story(browser, url)
        for screen in screens:
            _take(story, screen, out)
        browser.close()
    for size in SIZES:
        _contact_sheet(out, size, [screen.name for screen in screens])
    _readme_pictures(out, {screen.name for screen in screens})
    say(f"{len(screens) * len(SIZES)} pictures in {out}")


@contextmanager
def _demo() -> Iterator[str]:
    """A fresh copy of the demo shop on a free port, gone with its data afterwards."""
    data = Path(tempfile.mkdtemp(prefix="bozorcha-gallery-"))
    data.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ("-m", "app.cli", "run", "--port", str(port), "--data", str(data))
    clean = {key: v for key, v in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    log = data / "demo.log"
    with log.open("wb") as output:
        process = processes.spawn(
            [sys.executable, *words],
            env=clean,
            cwd=folders.ROOT,
            output=output,
            when_orphaned=signal.SIGTERM,
        )
    say("starting a demo of its own")
    try:
        deadline = time.monotonic() + START_SECONDS
        while (copy := folders.running(data)) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                last = log.read_text("utf-8", "replace").strip().rpartition("\n")[2]
                raise Trouble(f"the demo does not come up: {last}")
            time.sleep(0.1)
        yield copy.url
    finally:
        processes.stop(process, signal.SIGTERM, seconds_each=12)
        places.forget(data)
        shutil.rmtree(data, ignore_errors=True)


@dataclass
class Story:
    """Who looks at the shop; each signs in, and does what the pictures need, when first asked."""

    browser: Browser
    url: str
    places: dict[str, str] = field(default_factory=dict)
    _pages: dict[str, Page] = field(default_factory=dict)

    def page(self, who: str) -> Page:
        """The open page of guest, nobody, buyer, parent, little, older or seller."""
        if who not in self._pages:
            self._pages[who] = self._new_page()
            first: dict[str, Callable[[Page], None]] = {
                "guest": self._fill_cart,
                "buyer": self._buy,
                "parent": self._be_asked,
                "little": lambda page: self._be_child(page, 0),
                "older": lambda page: self._be_child(page, 1),
                "seller": self._sell,
            }
            if who in first:
                first[who](self._pages[who])
        return self._pages[who]

    def address(self, screen: Screen) -> str:
        return f"/{screen.locale}{screen.path.format(**self.places)}"

    def _new_page(self) -> Page:
        context = self.browser.new_context(
            base_url=self.url, reduced_motion="reduce", locale="uz-UZ", service_workers="block"
        )
        return context.new_page()

    def _sign_in(self, page: Page, key: str, to: str = "/") -> None:
        """By the form; the code is read in the development mailbox."""
        phone = next(person.phone for person in everybody() if person.key == key)
        page.goto(f"/uz/sign-in?next={to}")
        page.fill("input[name=phone]", phone.removeprefix("+998"))
        page.click("form[action$='/sign-in'] button[type=submit]")
        page.wait_for_selector("input[name=code]")
        mailbox = page.context.new_page()
        mailbox.goto(f"/uz/dev/mailbox?q={phone.removeprefix('+')}")
        body = mailbox.locator("[data-kind=code] [data-body]").first.inner_text()
        mailbox.close()
        found = re.search(r"\d{6}", body)
        if found is None:
            raise Trouble(f"no code for {phone} in the mailbox")
        page.fill("input[name=code]", found[0])
        if code := authenticator_code(phone):
            page.wait_for_url(lambda url: "/second-step" in url)
            page.fill("input[name=code]", code)
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def _fill_cart(self, page: Page) -> None:
        """One thing from each of two shops."""
        page.goto("/uz/catalog")
        self.places["category"] = _local(page.locator("a.door").first.get_attribute("href"))
        for shop in ("quvnoq-oyinchoqlar", "bilim-kitob"):
            page.goto(f"/uz/shops/{shop}")
            card = page.locator("a.card__link").first
            self.places["product"] = _local(card.get_attribute("href"))
            page.goto(f"/uz{self.places['product']}")
            page.locator("form[action$='/cart/lines'] [type=submit]").first.click()
            page.wait_for_url("**/cart")

    def _buy(self, page: Page) -> None:
        """A paid order, then a full cart again for the picture of the checkout."""
        self._sign_in(page, "olga")
        self._fill_cart(page)
        page.goto("/ru/checkout")
        page.locator("button[value=pay]:visible").first.click()
        page.wait_for_url("**/sandbox/payme/**")
        self.places["bank"] = _local(page.url.removeprefix(self.url))
        page.click("button[value=success]")
        page.wait_for_url("**/orders/*")
        self.places["order"] = _local(page.url.removeprefix(self.url))
        page.wait_for_selector("#status .timeline")
        self._fill_cart(page)

    def _be_child(self, page: Page, number: int) -> None:
        """Dilnoza hands this phone over to her first or second child, who then asks."""
        self._sign_in(page, "dilnoza", "/family")
        page.locator("form[action$='/handover'] button").nth(number).click()
        page.wait_for_url("**/kids")
        if number:
            return
        page.locator("a.gate[href*='/c/']").first.click()
        page.wait_for_url("**/c/**")
        self.places["kids_category"] = _local(page.url.removeprefix(self.url))
        for wish in range(2):
            page.goto("/uz/kids")
            page.locator("a.gate[href*='/p/']").nth(wish).click()
            page.wait_for_url("**/p/**")
            self.places["kids_product"] = _local(page.url.removeprefix(self.url))
            page.click("a.button--want")
            page.wait_for_url("**/kids/ask/**")
            self.places["kids_ask"] = _local(page.url.removeprefix(self.url))
            page.locator(".sticker").nth(1).click()
            page.click("button.button--send")
            page.wait_for_url("**/kids/asks/**")
            self.places["kids_asked"] = _local(page.url.removeprefix(self.url))

    def _be_asked(self, page: Page) -> None:
        self.page("little")
        self._sign_in(page, "dilnoza", "/family")
        child = page.locator("a[href*='/family/children/']:not([href$='/new'])").first
        self.places["child"] = _local(child.get_attribute("href"))
        child.click()  # the rules of a child are behind the PIN
        pin = next(person.pin for person in everybody() if person.key == "dilnoza")
        page.locator("input[name=pin]").press_sequentially(pin or "")
        page.wait_for_url(f"**{self.places['child']}")
        page.goto("/uz/family/approvals")
        question = page.locator("a.item[href*='/approvals/']").last
        self.places["question"] = _local(question.get_attribute("href"))

    def _sell(self, page: Page) -> None:
        self.page("buyer")
        self._sign_in(page, "botir", "/seller")
        page.goto("/uz/seller/orders")
        part = page.locator("a[href*='/seller/orders/']").first
        self.places["part"] = _local(part.get_attribute("href"))


def _local(href: str | None) -> str:
    """An address of ours without its language."""
    return "/" + (href or "").split("/", 2)[2]


def _take(story: Story, screen: Screen, out: Path) -> None:
    page = story.page(screen.who)
    page.emulate_media(color_scheme="dark" if screen.dark else "light")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(story.address(screen))
        page.evaluate("document.fonts.ready.then(() => 1)")
        page.wait_for_function(
            "[...document.images].every((i) => i.complete || i.loading == 'lazy')"
        )
        page.screenshot(path=out / f"{screen.name}-{size}.png")
        whole = out / "whole" / f"{screen.name}-{size}.png"
        page.screenshot(path=whole, full_page=True)
        _shorten(whole)


def _shorten(path: Path) -> None:
    with Image.open(path) as picture:
        if picture.height > LONGEST:
            picture.crop((0, 0, picture.width, LONGEST)).save(path)


def _readme_pictures(out: Path, taken: set[str]) -> None:
    folder = out / "readme"
    folder.mkdir(exist_ok=True)
    for file, screen in README.items():
        if screen in taken:
            with Image.open(out / f"{screen}-phone.png") as picture:
                small = picture.convert("RGB").quantize(README_COLOURS)
                small.save(folder / f"{file}.png", optimize=True)


def _contact_sheet(out: Path, size: str, names: Sequence[str]) -> None:
    """All pictures of one size on one sheet, each with its name below."""
    width, columns = THUMB_WIDTH[size], COLUMNS[size]
    height = width * SIZES[size][1] // SIZES[size][0]
    rows = -(-len(names) // columns)
    cell = (width + GAP, height + GAP + 20)
    sheet = Image.new("RGB", (cell[0] * columns + GAP, cell[1] * rows + GAP), "#8a8f98")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(14)
    for place, name in enumerate(names):
        left = GAP + place % columns * cell[0]
        top = GAP + place // columns * cell[1]
        with Image.open(out / f"{name}-{size}.png") as picture:
            sheet.paste(picture.convert("RGB").resize((width, height)), (left, top))
        draw.text((left, top + height + 2), name, "#ffffff", font)
    sheet.save(out / f"sheet-{size}.png", optimize=True)
