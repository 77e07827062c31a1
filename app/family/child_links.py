"""How a phone becomes a child's own: a guardian's link for its camera, or a short code to type.

A link lives five minutes and serves once; a new one puts an end to the one before. Of secrets
only hashes are kept. Locks go: the child, the link, the phone, its session.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import segno
from markupsafe import Markup
from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.record import record
from app.family.models import ChildDevice, ChildLink, ChildLinkTry, ChildProfile
from app.family.zone import IS_OPEN, OPEN_BY
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.kernel.ids import new_id, new_number, parse_id
from app.kernel.viewer import Viewer

LIFETIME = timedelta(minutes=5)
MOST_PHONES = 5
TRIES = 10  # wrong codes of a network in the window; a code is one of 31^8
WINDOW = timedelta(minutes=15)
# What a hand takes for another letter, also on a Cyrillic keyboard.
_ALIKE = str.maketrans("OILАВСЕНКМРТХ", "011ABCEHKMPTX")


class TooManyPhones(Conflict):
    code = "too_many_phones"
    message = N_("A child can have 5 phones at most. Please end one first.")


class ProfileClosed(Conflict):
    code = "profile_closed"
    message = N_("The profile is closed: it waits for a parent’s consent.")


@dataclass(frozen=True, slots=True)
class NewLink:
    """Shown once: what the QR code holds, and what is typed instead."""

    token: str  # id.secret
    code: str


async def make(
    session: AsyncSession, settings: Settings, viewer: Viewer, child_id: UUID
) -> NewLink:
    """A link to this child, in the place of an open one. Raises TooManyPhones, ProfileClosed."""
    await lock_child(session, child_id)
    if not await _is_open(session, child_id):
        raise ProfileClosed
    phones = select(func.count()).where(
        ChildDevice.child_id == child_id, ChildDevice.ended_at.is_(None)
    )
    if (await session.scalar(phones) or 0) >= MOST_PHONES:
        raise TooManyPhones
    await drop_open(session, child_id)
    link_id, secret, code = new_id(), crypto.new_token(), new_number(8)
    session.add(
        ChildLink(
            id=link_id,
            child_id=child_id,
            token_hash=crypto.token_hash(secret),
            code_hash=_code_hash(settings, code),
            expires_at=clock.now() + LIFETIME,
        )
    )
    await session.flush()
    await record(session, viewer, "child_phone.offer", "child", child_id)
    return NewLink(f"{link_id.hex}.{secret}", code)


async def drop_open(session: AsyncSession, child_id: UUID) -> None:
    """Links to this child that nobody used lead nowhere any more; the child is locked."""
    unused = delete(ChildLink).where(ChildLink.child_id == child_id, ChildLink.used_at.is_(None))
    await session.execute(unused)


async def peek(session: AsyncSession, token: str) -> Row[Any] | None:
    """Whose phone this link would make one: nickname, avatar, hue. None when it is dead."""
    link_id, secret = _parts(token)
    values = {"id": link_id, "hash": crypto.token_hash(secret), "now": clock.now(), **OPEN_BY}
    return (await session.execute(_PEEK, values)).first()


async def take(session: AsyncSession, token: str) -> UUID | None:
    """The child of this link, and it is used up; of two at once one gets it."""
    link_id, secret = _parts(token)
    found = select(ChildLink.id).where(
        ChildLink.id == link_id, ChildLink.token_hash == crypto.token_hash(secret)
    )
    return await _take(session, await session.scalar(found))


async def take_by_code(
    session: AsyncSession, settings: Settings, network: str, typed: str
) -> UUID | None:
    """The same by the short code. The try is counted under a lock before the code is looked at,
    and given back when it was right: the caller must let it commit."""
    key = crypto.keyed_hash(settings, "child-link-tries", network)
    if not await _charge(session, key):
        return None
    found = select(ChildLink.id).where(ChildLink.code_hash == _code_hash(settings, typed))
    child_id = await _take(session, await session.scalar(found))
    if child_id is not None:
        back = update(ChildLinkTry).where(ChildLinkTry.key == key)
        await session.execute(back.values(failures=ChildLinkTry.failures - 1))
    return child_id


def drawing(address: str) -> Markup:
    """The QR code as inline SVG: attributes only, so that no style of its own is needed."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(scale=5, border=4, dark="#000", light="#fff"))  # noqa: S704


async def lock_child(session: AsyncSession, child_id: UUID) -> None:
    """Linking and ending wait for each other, so that no phone slips through."""
    found = select(ChildProfile.id).where(ChildProfile.id == child_id)
    await session.execute(found.with_for_update())


async def _take(session: AsyncSession, link_id: UUID | None) -> UUID | None:
    if link_id is None:
        return None
    child_id = await session.scalar(select(ChildLink.child_id).where(ChildLink.id == link_id))
    if child_id is None:
        return None
    await lock_child(session, child_id)
    if not await _is_open(session, child_id):
        return None
    live = update(ChildLink).where(
        ChildLink.id == link_id, ChildLink.used_at.is_(None), ChildLink.expires_at > clock.now()
    )
    taken = live.values(used_at=clock.now()).returning(ChildLink.child_id)
    return await session.scalar(taken)


async def _charge(session: AsyncSession, key: bytes) -> bool:
    """Count one try of this network; False when it has to wait."""
    now = clock.now()
    made = insert(ChildLinkTry).values(
        id=new_id(), created_at=now, key=key, failures=0, began_at=now
    )
    await session.execute(made.on_conflict_do_nothing(index_elements=["key"]))
    statement = select(ChildLinkTry).where(ChildLinkTry.key == key).with_for_update()
    row = (await session.scalars(statement.execution_options(populate_existing=True))).one()
    if now - row.began_at >= WINDOW:
        row.failures, row.began_at = 0, now
    if row.failures >= TRIES:
        return False
    row.failures += 1
    await session.flush()
    return True


async def _is_open(session: AsyncSession, child_id: UUID) -> bool:
    return bool(await session.scalar(_OPEN, {"child_id": child_id, **OPEN_BY}))


def _parts(token: str) -> tuple[UUID | None, str]:
    link_id, _, secret = token.partition(".")
    return parse_id(link_id), secret


def _code_hash(settings: Settings, typed: str) -> bytes:
    plain = "".join(char for char in typed.upper() if char.isalnum()).translate(_ALIKE)
    return crypto.keyed_hash(settings, "child-link-code", plain)


_SELECT_OPEN = "select {is_open} from child_profile c where c.id = :child_id"
_OPEN = text(_SELECT_OPEN.format(is_open=IS_OPEN))
_SELECT_LINK = """
select c.id, c.nickname, c.avatar, c.hue
from child_link l join child_profile c on c.id = l.child_id
where l.id = :id and l.token_hash = :hash and l.used_at is null and l.expires_at > :now
  and {is_open}
"""
_PEEK = text(_SELECT_LINK.format(is_open=IS_OPEN))
