"""Passkeys (WebAuthn level 3): registered, and asserted to sign in, to confirm, to take back.

A challenge is random, used once, five minutes old at most and bound to the browser's session.
The user must be verified by the device; nothing about accounts can be probed, since the options
of a sign-in name no credential.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from app.accounts import second_factor
from app.accounts.challenges import (
    LIFETIME,
    PasskeyRefused,
    Purpose,
    part,
    refused,
    remember,
    response_part,
    take,
    transports,
)
from app.accounts.events import PasskeyAdded, PasskeyRemoved
from app.accounts.models import Passkey
from app.accounts.second_factor import FactorRequired
from app.kernel import clock
from app.kernel.config import Settings
from app.kernel.errors import NotFound
from app.kernel.events import publish
from app.kernel.ids import new_id
from app.kernel.observe import log

SHOP_NAME = "Bozorcha"
MOST = 20  # passkeys of one person
__all__ = ["PasskeyRefused", "Purpose"]


async def registration_options(
    session: AsyncSession, settings: Settings, user_id: UUID, name: str, binding: UUID
) -> dict[str, Any]:
    """What `navigator.credentials.create` needs; own passkeys are excluded."""
    known = await session.scalars(
        select(Passkey.credential_id).where(Passkey.user_id == user_id).limit(MOST)
    )
    options = generate_registration_options(
        rp_id=settings.host,
        rp_name=SHOP_NAME,
        user_id=user_id.bytes,
        user_name=name,
        user_display_name=name,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=found) for found in known],
        timeout=int(LIFETIME.total_seconds() * 1000),
    )
    await remember(session, Purpose.REGISTER, options.challenge, binding, user_id)
    return _json(options)


async def request_options(
    session: AsyncSession, settings: Settings, purpose: Purpose, binding: UUID
) -> dict[str, Any]:
    """What `navigator.credentials.get` needs; the same for everybody, no ids in it."""
    options = generate_authentication_options(
        rp_id=settings.host,
        user_verification=UserVerificationRequirement.REQUIRED,
        timeout=int(LIFETIME.total_seconds() * 1000),
    )
    await remember(session, purpose, options.challenge, binding, None)
    return _json(options)


async def register(
    session: AsyncSession,
    settings: Settings,
    *,
    user_id: UUID,
    binding: UUID,
    credential: Any,
    label: str,
) -> Passkey:
    """Keep a new passkey. Raises PasskeyRefused; the challenge is used up either way.

    Publishes PasskeyAdded. Commit even when it refuses, so that the challenge stays used.
    """
    challenge = await take(session, Purpose.REGISTER, credential, binding)
    if challenge.user_id != user_id:
        raise PasskeyRefused
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge.challenge,
            expected_rp_id=settings.host,
            expected_origin=_origin(settings),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise refused(fault) from fault
    taken = select(Passkey.id).where(Passkey.credential_id == found.credential_id)
    if await session.scalar(taken) is not None:
        raise PasskeyRefused
    passkey = _passkey(user_id, found, credential, label)
    session.add(passkey)
    await session.flush()
    await publish(session, PasskeyAdded(user_id, passkey.id, label))
    return passkey


def _passkey(
    user_id: UUID, found: VerifiedRegistration, credential: dict[str, Any], label: str
) -> Passkey:
    return Passkey(
        id=new_id(),
        user_id=user_id,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        transports=transports(credential),
        backup_eligible=found.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=found.credential_backed_up,
        aaguid=found.aaguid,
        name=label,
    )


async def authenticate(
    session: AsyncSession, settings: Settings, purpose: Purpose, binding: UUID, credential: Any
) -> UUID:
    """The user whose passkey answered. Raises PasskeyRefused; the challenge is used up either way.

    Refuses a sign count that did not grow (a copied key) and a changed backup-eligible flag.
    Locks the passkey's row. Commit even when it refuses.
    """
    challenge = await take(session, purpose, credential, binding)
    passkey = await session.scalar(
        select(Passkey).where(Passkey.credential_id == part(credential, "rawId")).with_for_update()
    )
    if passkey is None or response_part(credential, "userHandle") != passkey.user_id.bytes:
        raise PasskeyRefused
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.challenge,
            expected_rp_id=settings.host,
            expected_origin=_origin(settings),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # compared below, where a zero is allowed
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise refused(fault) from fault
    if passkey.sign_count and found.new_sign_count and found.new_sign_count <= passkey.sign_count:
        log.error("passkey_copied", passkey_id=str(passkey.id), user_id=str(passkey.user_id))
        raise PasskeyRefused
    eligible = found.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    if eligible != passkey.backup_eligible:
        log.error("passkey_changed", passkey_id=str(passkey.id))
        raise PasskeyRefused
    passkey.sign_count = found.new_sign_count
    passkey.backed_up = found.credential_backed_up
    passkey.last_used_at = clock.now()
    await session.flush()
    return passkey.user_id


async def of_user(session: AsyncSession, user_id: UUID) -> Sequence[Passkey]:
    """A person's passkeys, the oldest first."""
    statement = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at)
    return (await session.scalars(statement)).all()


async def own(session: AsyncSession, user_id: UUID, passkey_id: UUID) -> Passkey:
    """One passkey of this person. Raises NotFound."""
    found = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
    passkey = await session.scalar(found)
    if passkey is None:
        raise NotFound
    return passkey


async def remove(
    session: AsyncSession, user_id: UUID, passkey_id: UUID, *, is_required: bool = False
) -> None:
    """Forget a passkey; the phone stays as the other way in. Raises NotFound, and FactorRequired
    when this is the only second factor of somebody who must have one."""
    await second_factor.locked(session, user_id)  # two removals at once could leave none
    passkey = await own(session, user_id, passkey_id)
    if is_required and await second_factor.count(session, user_id) <= 1:
        raise FactorRequired
    await session.delete(passkey)
    await publish(session, PasskeyRemoved(user_id, passkey_id, passkey.name))


def _origin(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _json(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = options_to_json_dict(options)
    return found
