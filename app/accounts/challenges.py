"""The random questions that a passkey signs, and the reading of what a browser sends back."""

import json
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import base64url_to_bytes

from app.accounts.models import PasskeyChallenge
from app.kernel import clock
from app.kernel.errors import Invalid
from app.kernel.i18n import N_
from app.kernel.observe import log

LIFETIME = timedelta(minutes=5)
MAX_PART = 20_000  # characters of any part of an answer
TRANSPORTS = frozenset({"usb", "nfc", "ble", "hybrid", "internal", "smart-card"})


class Purpose(StrEnum):
    REGISTER = "register"
    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    TAKE_BACK = "take_back"  # a guardian takes the device out of a child's hands


class PasskeyRefused(Invalid):
    code = "passkey_refused"
    message = N_("This passkey did not work. Please try again.")


async def remember(
    session: AsyncSession, purpose: Purpose, challenge: bytes, binding: UUID, user_id: UUID | None
) -> None:
    """Expect an answer to this challenge from the browser of the session `binding`."""
    session.add(
        PasskeyChallenge(
            purpose=purpose,
            challenge=challenge,
            binding=binding.bytes,
            user_id=user_id,
            expires_at=clock.now() + LIFETIME,
        )
    )
    await session.flush()


async def take(
    session: AsyncSession, purpose: Purpose, credential: Any, binding: UUID
) -> PasskeyChallenge:
    """Use up the challenge that the answer names, if it was given to this browser for this.

    Raises PasskeyRefused, also for an answer made inside a frame of another site.
    """
    client = _client_data(credential)
    named = client.get("challenge")
    if client.get("crossOrigin") or client.get("topOrigin") or not isinstance(named, str):
        raise PasskeyRefused
    now = clock.now()
    statement = (
        update(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge == _bytes(named),
            PasskeyChallenge.binding == binding.bytes,
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.used_at.is_(None),
            PasskeyChallenge.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasskeyChallenge)
    )
    found = await session.scalar(statement)
    if found is None:
        raise PasskeyRefused
    return found


def part(credential: Any, name: str) -> bytes:
    """One base64url field of the credential; raises PasskeyRefused when it is missing."""
    return _bytes(credential.get(name) if isinstance(credential, dict) else None)


def response_part(credential: Any, name: str) -> bytes:
    """One base64url field of the credential's response."""
    response = credential.get("response") if isinstance(credential, dict) else None
    return part(response, name)


def transports(credential: dict[str, Any]) -> str:
    """The known ways to reach the authenticator, by name."""
    found = credential["response"].get("transports")
    named = found if isinstance(found, list) else []
    return " ".join(sorted(TRANSPORTS.intersection(t for t in named if isinstance(t, str))))


def refused(fault: Exception) -> PasskeyRefused:
    """The refusal for people; why is for the log."""
    log.info("passkey_refused", reason=str(fault)[:200])
    return PasskeyRefused()


def _client_data(credential: Any) -> dict[str, Any]:
    try:
        found = json.loads(response_part(credential, "clientDataJSON"))
    except (ValueError, RecursionError) as fault:
        raise refused(fault) from fault
    if not isinstance(found, dict):
        raise PasskeyRefused
    return found


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str) or len(value) > MAX_PART:
        raise PasskeyRefused
    try:
        return base64url_to_bytes(value)
    except ValueError as fault:
        raise refused(fault) from fault
