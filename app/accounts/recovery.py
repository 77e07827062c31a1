"""Recovery codes: ten of 120 bits for the day when the phone with the authenticator is lost.

Random enough to be hashed plainly; shown once, each used once, new ones end the old.
"""

import base64
import secrets
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import RecoveryCode
from app.kernel import clock, crypto

COUNT = 10
CODE_BYTES = 15  # 120 bits, 24 letters of base32 without padding; ASVS 6.5.2 asks for 112
LETTERS = 24
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})  # digits that base32 does not have


async def renew(session: AsyncSession, user_id: UUID) -> list[str]:
    """Ten new codes as people read them; whatever there was works no more."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    fresh = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(COUNT)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in fresh)
    await session.flush()
    return ["-".join(code[i : i + 4] for i in range(0, LETTERS, 4)) for code in fresh]


async def use(session: AsyncSession, user_id: UUID, typed: str) -> bool:
    """Use up the code if it is one of theirs; the caller counts the tries and holds the lock."""
    unused = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _hash(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    return await session.scalar(unused.returning(RecoveryCode.id)) is not None


async def left(session: AsyncSession, user_id: UUID) -> int:
    """How many still work."""
    unused = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return await session.scalar(unused) or 0


async def forget(session: AsyncSession, user_id: UUID) -> None:
    """Without a second factor there is nothing to recover."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def looks_like_one(typed: str) -> bool:
    return len(_letters(typed)) == LETTERS


def _hash(typed: str) -> bytes:
    return crypto.token_hash(_letters(typed))


def _letters(typed: str) -> str:
    plain = "".join(char for char in typed.upper() if char.isalnum())
    return plain.translate(_MISREAD)
