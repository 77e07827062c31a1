"""By what a person may show again that it is them; the page offers exactly what would count.

Whoever has a second factor shows that; a code or a password would prove less than their sign-in
did. The household's PIN, checked by the slice above, counts for the family's matters alone, where
a code sent to the phone does not: a child may be holding it (docs/decisions/step-up.md).
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import codes, passwords, profile
from app.accounts.codes import CodeResult
from app.accounts.handles import handle_of
from app.kernel.config import Settings
from app.kernel.errors import NotSignedIn
from app.kernel.viewer import Viewer

PURPOSE = "confirm"


@dataclass(frozen=True, slots=True)
class Ways:
    """`code_to` is where a code would go, as people read it."""

    passkey: bool
    factor: bool
    password: bool
    pin: bool
    code_to: str | None

    @property
    def has_any(self) -> bool:
        return bool(self.passkey or self.factor or self.password or self.pin or self.code_to)


async def ways(session: AsyncSession, viewer: Viewer, *, by_pin: bool) -> Ways:
    """What this viewer can show; `by_pin` for the family's matters."""
    is_weak_enough = not viewer.asks_factor
    to = await _to(session, viewer) if is_weak_enough and not by_pin else None
    return Ways(
        passkey=viewer.has_passkey,
        factor=viewer.asks_factor,
        password=is_weak_enough and await passwords.is_set(session, _own(viewer)),
        pin=by_pin and viewer.is_parent,
        code_to=handle_of(to).shown if to else None,
    )


async def send_code(
    session: AsyncSession, settings: Settings, viewer: Viewer, address: str
) -> None:
    """Send a code to the person's own phone or mail. Raises TooManyCodes."""
    to = await _to(session, viewer)
    if to is not None:
        await codes.send(session, settings, to, PURPOSE, address, _binding(viewer))


async def check_code(
    session: AsyncSession, settings: Settings, viewer: Viewer, typed: str
) -> CodeResult:
    """Try the code; the caller lets the count commit."""
    to = await _to(session, viewer)
    if to is None:
        return CodeResult.EXPIRED
    return await codes.check(session, settings, to, PURPOSE, typed, _binding(viewer))


async def _to(session: AsyncSession, viewer: Viewer) -> str | None:
    found = await profile.contact(session, _own(viewer))
    return (found.phone or found.mail) if found else None


def _own(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise NotSignedIn
    return viewer.user_id


def _binding(viewer: Viewer) -> bytes:
    if viewer.session_id is None:
        raise NotSignedIn
    return viewer.session_id.bytes
