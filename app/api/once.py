"""A deed with a key happens once: the same request again receives the answer of the first."""

import hashlib
from collections.abc import Awaitable, Callable

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.errors import KeyUsedOtherwise
from app.api.models import ApiAnswer
from app.kernel import clock
from app.kernel.errors import NotSignedIn
from app.kernel.ids import new_id
from app.kernel.viewer import Viewer

KEY_PATTERN = r"^[A-Za-z0-9-]{8,64}$"


async def once(
    session: AsyncSession,
    viewer: Viewer,
    key: str,
    request: str,
    deed: Callable[[], Awaitable[bytes]],
) -> tuple[bytes, bool]:
    """The answer as JSON, and whether it was given before.

    `request` is all that makes the request what it is. Others with the same key wait until the
    first is decided. A refusal is not kept: it rolls back, and the same request may come again.
    Raises KeyUsedOtherwise.
    """
    if viewer.client_id is None:
        raise NotSignedIn
    digest = hashlib.sha256(request.encode()).digest()
    row_id = new_id()
    added = await session.scalar(
        insert(ApiAnswer)
        .values(
            id=row_id,
            created_at=clock.now(),
            client_id=viewer.client_id,
            key=key,
            request_hash=digest,
        )
        .on_conflict_do_nothing(index_elements=["client_id", "key"])
        .returning(ApiAnswer.id)
    )
    if added is None:
        return await _known(session, viewer, key, digest), True
    answer = await deed()
    kept = update(ApiAnswer).where(ApiAnswer.id == row_id).values(answer=answer)
    await session.execute(kept)
    return answer, False


async def _known(session: AsyncSession, viewer: Viewer, key: str, digest: bytes) -> bytes:
    found = select(ApiAnswer.request_hash, ApiAnswer.answer).where(
        ApiAnswer.client_id == viewer.client_id, ApiAnswer.key == key
    )
    row = (await session.execute(found)).one()
    if row.request_hash != digest or row.answer is None:
        raise KeyUsedOtherwise
    answer: bytes = row.answer
    return answer
