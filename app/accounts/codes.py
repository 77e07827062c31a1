"""One-time codes by SMS or mail: six digits, ten minutes, five tries, in the browser that asked.

Everything that guards the code is counted in PostgreSQL under a lock, so that neither a dead
cache nor parallel tries open it. Whether the phone or mail is known changes nothing here.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.handles import Kind, handle_of
from app.accounts.models import OneTimeCode
from app.delivery import outbox
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.errors import TooMany
from app.kernel.i18n import N_, get_locale, gettext

LIFETIME = timedelta(minutes=10)
TRIES = 5
WINDOW = timedelta(hours=1)
PER_TARGET = 3  # codes in the window that nobody has used: somebody pesters the person
USED_PER_TARGET = 20  # codes in the window at all
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
    to: str,
    purpose: str,
    address: str,
    binding: bytes,
) -> None:
    """Send a new code to a phone (E.164) or mail, valid in the browser of `binding` alone.

    It replaces an earlier one of that browser. `address` is the asker's hashed network; an empty
    one is not counted. Raises TooManyCodes past three unused ones an hour to one person, twenty
    in all, or ten unused ones from an address: many homes of a mobile network share one.
    """
    target = target_of(settings, to)
    await _wait_turn(session, f"code-phone:{target}")
    if await _sent_lately(session, OneTimeCode.target == target) >= USED_PER_TARGET:
        raise TooManyCodes
    unused = (OneTimeCode.target == target) & OneTimeCode.used_at.is_(None)
    if await _sent_lately(session, unused) >= PER_TARGET:
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
    await _hand_over(session, settings, to, code)


async def check(
    session: AsyncSession,
    settings: Settings,
    to: str,
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
            OneTimeCode.target == target_of(settings, to),
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


def target_of(settings: Settings, to: str) -> str:
    """What the database keeps of a phone or mail that something was sent to."""
    return crypto.keyed_hash(settings, "code-phone", to).hex()


def _code_hash(settings: Settings, purpose: str, binding: bytes, code: str) -> bytes:
    return crypto.keyed_hash(settings, f"code-{purpose}", f"{binding.hex()}:{code}")


async def _hand_over(session: AsyncSession, settings: Settings, to: str, code: str) -> None:
    """By SMS, whose last line lets phones offer the code on our site only (WICG, origin-bound
    codes); by mail with the code in the subject, where it can be read without opening."""
    words = gettext("Bozorcha code: %(code)s. Tell it to nobody, not even to us.", code=code)
    locale = get_locale()
    if handle_of(to).kind is Kind.PHONE:
        text = f"{words}\n\n@{settings.host} #{code}"
        await outbox.send_sms(session, to, "code", text, locale, urgent=True)
        return
    subject = gettext("%(code)s is your Bozorcha code", code=code)
    why = gettext(
        "It works for 10 minutes in the browser that asked for it. If that was not you, "
        "simply ignore this letter."
    )
    await outbox.send_mail(
        session,
        address=to,
        kind="code",
        subject=subject,
        text=f"{words}\n\n{why}",
        locale=locale,
        urgent=True,
    )
