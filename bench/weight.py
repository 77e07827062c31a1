"""What a first visit has to fetch: page, styles, scripts and font, compressed by brotli."""

import re
import urllib.request
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]

from bench.copy import Copy
from bench.pages import Page

PAGE_QUALITY = 5  # what a server spends on a page; files are compressed once, with the best
KINDS = {
    "css": re.compile(r'<link rel="stylesheet" href="(/static/[^"]+)"'),
    "js": re.compile(r'<script src="(/static/[^"]+)"'),
    "font": re.compile(r'<link rel="preload" href="(/static/[^"]+\.woff2)"'),
}


@dataclass(frozen=True)
class Weight:
    """Bytes on the wire by kind; `requests` counts them without pictures."""

    page: str
    html: int
    html_plain: int
    css: int
    js: int
    font: int
    requests: int

    @property
    def total(self) -> int:
        return self.html + self.css + self.js + self.font


def weigh(copy: Copy, page: Page) -> Weight:
    """Fetch the page and all that it names, as a browser that takes brotli."""
    sent, plain = _fetch(copy.url + page.path, page.headers)
    html = plain.decode()
    sizes = {"css": 0, "js": 0, "font": 0}
    requests = 1
    for kind, pattern in KINDS.items():
        for path in dict.fromkeys(pattern.findall(html)):
            sizes[kind] += _fetch(copy.url + path, {})[0]
            requests += 1
    return Weight(page.name, sent, len(plain), requests=requests, **sizes)


def _fetch(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Bytes on the wire and the content; a bare page counts as a front server would send it."""
    asked = urllib.request.Request(url, headers={**headers, "Accept-Encoding": "br"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "br":
            return len(body), brotli.decompress(body)
        if "text/html" in answer.headers.get("Content-Type", ""):
            return len(brotli.compress(body, quality=PAGE_QUALITY)), body
    return len(body), body
