"""Argon2id for what people choose themselves, in threads and a bounded number at a time.

A hash takes tens of milliseconds and 19 MiB (docs/decisions/argon2.md). The pool lets the other
requests of this process breathe; when too many wait, more are refused instead of piling up.
"""

import asyncio
import base64
import contextlib
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kernel.config import Settings
from app.kernel.errors import Unavailable

AT_ONCE = 2
NICENESS = 10
MOST_WAITING = 100  # about two seconds of work on a small machine


def _give_way() -> None:
    """Let the thread that answers requests go first (Linux counts niceness by thread)."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing", initializer=_give_way)
T = TypeVar("T")


class _Queue:
    waiting = 0


async def make(settings: Settings, secret: bytes) -> str:
    """The hash of a secret, its parameters written into it. Raises Unavailable when too busy."""
    return await in_thread(lambda: _hasher(settings).hash(secret))


async def matches(settings: Settings, known: str | None, secret: bytes) -> bool:
    """Whether the secret is the hashed one; without a hash the same work is done for nothing.

    Raises Unavailable when too busy.
    """
    return await in_thread(lambda: _verified(settings, known, secret)) and known is not None


def is_outdated(settings: Settings, known: str) -> bool:
    """Whether the hash was made with other parameters than we use now."""
    return _hasher(settings).check_needs_rehash(known)


async def in_thread(work: Callable[[], T]) -> T:
    """Run heavy work among the hashes. Raises Unavailable when too much of it waits."""
    if _Queue.waiting >= MOST_WAITING:
        raise Unavailable
    _Queue.waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, work)
    finally:
        _Queue.waiting -= 1


def _verified(settings: Settings, known: str | None, secret: bytes) -> bool:
    hasher = _hasher(settings)
    try:
        return hasher.verify(known or _nobodys(hasher), secret)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=4)
def _hasher_of(passes: int, memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)


def _hasher(settings: Settings) -> PasswordHasher:
    return _hasher_of(settings.argon2_passes, settings.argon2_memory_kib)


@lru_cache(maxsize=4)
def _nobodys(hasher: PasswordHasher) -> str:
    """A hash that nothing fits: of today's cost, its salt and sum drawn at random."""
    salt, total = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (16, 32)
    )
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p=1${salt}${total}"
