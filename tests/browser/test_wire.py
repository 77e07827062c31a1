"""What a hostile client does below HTTP's surface, against the running shop's own server."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.browser.shop import HOST, Shop

ANSWER_SECONDS = 30  # more than any limit of ours


def talk(shop: Shop, *parts: bytes, pause: float = 0) -> tuple[bytes, float]:
    """Everything the server says until it closes or is silent, and the seconds that took."""
    began = time.monotonic()
    said = b""
    with socket.create_connection((HOST, urlsplit(shop.url).port), ANSWER_SECONDS) as line:
        line.settimeout(ANSWER_SECONDS)
        try:
            for part in parts:
                line.sendall(part)
                time.sleep(pause)
            while piece := line.recv(65536):
                said += piece
                if b"\r\n\r\n" in said and pause == 0:
                    line.settimeout(1)  # a second answer would come at once
        except (TimeoutError, ConnectionError):
            pass
    return said, time.monotonic() - began


def head(shop: Shop, *lines: str, method: str = "POST", path: str = "/uz/sign-in") -> bytes:
    host = urlsplit(shop.url).netloc
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode()


HIDDEN = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"  # the smuggled second request


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n" + HIDDEN),
        (["Transfer-Encoding: chunked", "Content-Length: 5"], b"0\r\n\r\n" + HIDDEN),
        (["Content-Length: 5", "Content-Length: 50"], b"x=123" + HIDDEN),
        (["Transfer-Encoding: xchunked", "Content-Length: 5"], b"x=123" + HIDDEN),
        (["Transfer-Encoding: chunked, identity"], b"0\r\n\r\n" + HIDDEN),
        (["Transfer-Encoding: chunked"], b"zz\r\nx=1\r\n0\r\n\r\n" + HIDDEN),
        (["Transfer-Encoding: chunked"], b"FFFFFFFFFFFFFFFFF\r\nx=1\r\n0\r\n\r\n" + HIDDEN),
        (["Content-Length: -5"], b"x=123" + HIDDEN),
        (["Content-Length: +5"], b"x=123" + HIDDEN),
        (["Content-Length : 5"], b"x=123" + HIDDEN),
        (["Content-Length: 5\r\n Content-Length: 50"], b"x=123" + HIDDEN),
    ],
)
def test_no_second_request_is_smuggled_in(shop, lines, body):
    said, _ = talk(shop, head(shop, *lines) + body)

    assert b" 200 " not in said.split(b"\r\n", 1)[0]
    assert said.count(b"HTTP/1.1 ") <= 1, said[:500]
    assert b'{"status"' not in said


def test_stalled_requests_are_cut_off_and_delay_nobody(shop):
    """Headers within 5 s, a body within 15; all at once, while others are served."""
    whole = head(shop, "Content-Length: 100", "Content-Type: application/x-www-form-urlencoded")
    stalled = [(whole[:40],), (whole + b"phone=",), (whole[:-2] + b"X-Slow: ",)]
    with ThreadPoolExecutor(30) as crowd:
        waiting = [crowd.submit(talk, shop, *parts, pause=0.01) for parts in stalled * 8]
        time.sleep(1)
        said, seconds = talk(shop, head(shop, "Connection: close", method="GET", path="/uz/"))
        assert said.startswith(b"HTTP/1.1 200")
        assert seconds < 5
        ends = [one.result() for one in waiting]

    assert all(seconds < 25 for _, seconds in ends)
    assert not any(said.startswith(b"HTTP/1.1 200") for said, _ in ends)


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /uz/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /uz/ HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/uz/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /uz/ HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 2_000_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /uz/ HTTP/9.9\r\n\r\n",
    ],
    ids=["host", "no host", "absolute", "large header", "long path", "tls", "version"],
)
def test_odd_requests_get_nothing_of_the_shop(shop, request_head):
    said, _ = talk(shop, request_head)

    assert not said.startswith(b"HTTP/1.1 2")
    assert b"Traceback" not in said
    assert b"granian" not in said.lower()


def test_a_foreign_host_in_x_forwarded_host_changes_nothing(shop):
    lines = ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "Connection: close"]
    said, _ = talk(shop, head(shop, *lines, method="GET", path="/uz/"))

    assert said.startswith(b"HTTP/1.1 200")
    assert b"evil.example" not in said
