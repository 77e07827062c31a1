"""One-time codes by SMS: six digits, ten minutes, five tries, in the browser that asked.

Everything that guards the code is counted in PostgreSQL under a lock, so that neither a dead
cache nor parallel tries open it. Whether the phone is known changes nothing here.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import OneTimeCode
from app.delivery import outbox
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.errors import TooMany
from app.kernel.i18n import N_, get_locale, gettext

LIFETIME = timedelta(minutes=10)
TRIES = 5
WINDOW = timedelta(hours=1)
PER_PHONE = 3  # codes in the window that nobody has used: somebody pesters the phone
USED_PER_PHONE = 20  # codes in the window at all
PER_ADDRESS = 10  # unused ones; a used code came to a phone in the asker's hand


class CodeResult(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


class TooManyCodes(TooMany):
    code = "too_many_codes"
    message = N_("Too many codes were asked for. Please try again in an hour.")


async def send(
    session: AsyncSession,
    settings: Settings,
    phone: str,
    purpose: str,
    address: str,
    binding: bytes,
) -> None:
    """Send a new code to the phone (E.164), valid in the browser of `binding` alone.

    It replaces an earlier one of that browser. `address` is the asker's hashed network; an empty
    one is not counted. Raises TooManyCodes past three unused ones an hour to a phone, twenty in
    all, or ten unused ones from an address: many homes of a mobile network share one.
    """
    target = _target(settings, phone)
    await _wait_turn(session, f"code-phone:{target}")
    if await _sent_lately(session, OneTimeCode.target == target) >= USED_PER_PHONE:
        raise TooManyCodes
    unused = (OneTimeCode.target == target) & OneTimeCode.used_at.is_(None)
    if await _sent_lately(session, unused) >= PER_PHONE:
        raise TooManyCodes
    if address:
        await _wait_turn(session, f"code-address:{address}")
        unused = (OneTimeCode.address == address) & OneTimeCode.used_at.is_(None)
        if await _sent_lately(session, unused) >= PER_ADDRESS:
            raise TooManyCodes
    code = crypto.new_code()
    session.add(
        OneTimeCode(
            purpose=purpose,
            target=target,
            address=address,
            binding=binding,
            code_hash=_code_hash(settings, purpose, binding, code),
            created_at=clock.now(),
            expires_at=clock.now() + LIFETIME,
        )
    )
    await session.flush()
    await outbox.send_sms(session, phone, "code", _text(settings, code), get_locale(), urgent=True)


async def check(
    session: AsyncSession,
    settings: Settings,
    phone: str,
    purpose: str,
    code: str,
    binding: bytes,
) -> CodeResult:
    """Try a code; a try is counted under the row's lock whatever comes of it.

    The caller must not raise on a refusal: the count has to be committed. A right code works once.
    """
    newest = (
        select(OneTimeCode)
        .where(
            OneTimeCode.target == _target(settings, phone),
            OneTimeCode.purpose == purpose,
            OneTimeCode.binding == binding,
        )
        .order_by(OneTimeCode.created_at.desc())
        .limit(1)
        .with_for_update()
    )
    row = await session.scalar(newest)
    if row is None:
        return CodeResult.WRONG
    if row.used_at is not None or clock.now() >= row.expires_at:
        return CodeResult.EXPIRED
    if row.tries >= TRIES:
        return CodeResult.LOCKED
    row.tries += 1
    digits = "".join(char for char in code if char.isdecimal())
    right = crypto.same(row.code_hash, _code_hash(settings, purpose, binding, digits))
    if right:
        row.used_at = clock.now()
    await session.flush()
    return CodeResult.OK if right else CodeResult.WRONG


async def _sent_lately(session: AsyncSession, which: ColumnElement[bool]) -> int:
    since = clock.now() - WINDOW
    count = select(func.count()).select_from(OneTimeCode).where(which)
    return await session.scalar(count.where(OneTimeCode.created_at > since)) or 0


async def _wait_turn(session: AsyncSession, name: str) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _target(settings: Settings, phone: str) -> str:
    return crypto.keyed_hash(settings, "code-phone", phone).hex()


def _code_hash(settings: Settings, purpose: str, binding: bytes, code: str) -> bytes:
    return crypto.keyed_hash(settings, f"code-{purpose}", f"{binding.hex()}:{code}")


def _text(settings: Settings, code: str) -> str:
    """The last line lets phones offer the code on our site only (WICG, origin-bound codes)."""
    words = gettext("Bozorcha code: %(code)s. Tell it to nobody, not even to us.", code=code)
    return f"{words}\n\n@{settings.host} #{code}"
