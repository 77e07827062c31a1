"""Bounded load on one address: wrk when the machine has it, else a small client of our own."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.copy import Failed

REPORT = """
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  io.write(string.format('{"count":%d,"seconds":%f,"p50":%f,"p95":%f,"p99":%f,"bad":%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, bad))
end
"""


@dataclass(frozen=True)
class Answers:
    """What came back: how many in how long, and the latencies in milliseconds."""

    count: int
    seconds: float
    p50: float
    p95: float
    p99: float
    bad: int


def press(url: str, connections: int, seconds: float, headers: dict[str, str]) -> Answers:
    """Ask for one address over so many open connections; raises Failed for any bad answer."""
    tool = shutil.which("wrk")
    found = (
        _wrk(tool, url, connections, seconds, headers)
        if tool
        else asyncio.run(_own(url, connections, seconds, headers))
    )
    if found.bad or not found.count:
        raise Failed(f"{url}: {found.bad} bad answers of {found.count}")
    return found


def _wrk(tool: str, url: str, connections: int, seconds: float, headers: dict[str, str]) -> Answers:
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "report.lua")
        script.write_text(REPORT)
        size = ["-t", "1", "-c", str(connections), "-d", f"{max(1, round(seconds))}s"]
        done = subprocess.run(
            [tool, *size, "--timeout", "20s", *named, "-s", str(script), url],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise Failed(f"wrk said: {done.stdout} {done.stderr}")
    return Answers(**json.loads(lines[-1]))


async def _own(url: str, connections: int, seconds: float, headers: dict[str, str]) -> Answers:
    parts = urlsplit(url)
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    asked = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{named}\r\n".encode()
    taken: list[float] = []
    began = time.perf_counter()
    ends = began + seconds

    async def ask() -> int:
        bad = 0
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while time.perf_counter() < ends:
            start = time.perf_counter()
            writer.write(asked)
            bad += not await _read_answer(reader)
            taken.append((time.perf_counter() - start) * 1000)
        writer.close()
        return bad

    bad = sum(await asyncio.gather(*(ask() for _ in range(connections))))
    taken.sort()
    at = [taken[min(len(taken) - 1, int(len(taken) * share))] for share in (0.5, 0.95, 0.99)]
    return Answers(len(taken), time.perf_counter() - began, at[0], at[1], at[2], bad)


async def _read_answer(reader: asyncio.StreamReader) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"\r\ncontent-length:" in head:
        await reader.readexactly(int(head.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0]))
    else:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return head.split()[1].startswith(b"2")
