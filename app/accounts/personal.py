"""What accounts hold of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import (
    Identity,
    OneTimeCode,
    Passkey,
    PasskeyChallenge,
    Password,
    PasswordReset,
    PasswordTry,
    RoleGrant,
    SecondFactor,
    Session,
    User,
)
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, nothing, rows_of

DAY = timedelta(days=1)
KEPT_SESSIONS = timedelta(days=30)  # dead ones, so that a lapsed child's device stays closed
UNTIL_DELETED = N_("Until you delete your account.")


async def _person(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(User.name, User.locale, User.quiet_from, User.quiet_to, User.created_at)
    return await rows_of(session, found.where(User.id.in_(subject.user_ids)))


async def _erase_person(session: AsyncSession, subject: Subject) -> None:
    """The person's row; the database takes all that hangs on it: ways in, sessions, roles."""
    await session.execute(delete(User).where(User.id.in_(subject.user_ids)))


async def _ways_in(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    """Phones, mail addresses and passkeys by name; of secrets only that there is one."""
    mine = subject.user_ids
    ways = union_all(
        select(
            Identity.kind.label("kind"), Identity.value.label("value"), Identity.created_at
        ).where(Identity.user_id.in_(mine)),
        select(literal("passkey"), Passkey.name, Passkey.created_at).where(
            Passkey.user_id.in_(mine)
        ),
        select(literal("password"), null(), Password.changed_at).where(Password.user_id.in_(mine)),
        select(literal("authenticator"), null(), SecondFactor.proven_at).where(
            SecondFactor.user_id.in_(mine), SecondFactor.proven_at.is_not(None)
        ),
    ).subquery()
    return await rows_of(session, select(ways.c.kind, ways.c.value, ways.c.created_at))


async def _sessions(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        Session.device, Session.zone, Session.created_at, Session.seen_at, Session.ended_at
    )
    theirs = or_(Session.user_id.in_(subject.user_ids), Session.child_id.in_(subject.child_ids))
    return await rows_of(session, found.where(theirs).order_by(Session.created_at))


async def _erase_sessions(session: AsyncSession, subject: Subject) -> None:
    """Also those of devices in children's hands: of these children, or lent by this person."""
    own = select(Session.id).where(Session.user_id.in_(subject.user_ids))
    lent = or_(Session.child_id.in_(subject.child_ids), Session.suspended_id.in_(own))
    await session.execute(delete(Session).where(lent), execution_options=_PLAIN)
    await session.execute(delete(Session).where(Session.user_id.in_(subject.user_ids)))


_PLAIN = {"synchronize_session": False}


async def _roles(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(RoleGrant.role, RoleGrant.created_at)
    return await rows_of(session, found.where(RoleGrant.user_id.in_(subject.user_ids)))


async def _erase_roles(session: AsyncSession, subject: Subject) -> None:
    """Also what others, for example givers, held over a family that ends."""
    over = RoleGrant.scope_id.in_(subject.household_ids)
    await session.execute(delete(RoleGrant).where(over))


PERSONAL = [
    Holding(
        name="person",
        title=N_("You"),
        purpose=N_("To know you when you come back and to speak your language."),
        tables=("user",),
        fields={
            "name": N_("Name"),
            "locale": N_("Language"),
            "quiet_from": N_("Quiet from"),
            "quiet_to": N_("Quiet until"),
            "created_at": N_("Since"),
        },
        kept=UNTIL_DELETED,
        ground=Ground.CONTRACT,
        collect=_person,
        erase=_erase_person,
        correct_at="/me",
    ),
    Holding(
        name="ways_in",
        title=N_("Ways to sign in"),
        purpose=N_("So that only you get in, and get in again."),
        tables=("identity", "passkey", "password", "second_factor", "recovery_code"),
        fields={"kind": N_("Kind"), "value": N_("Which"), "created_at": N_("Since")},
        kept=UNTIL_DELETED,
        ground=Ground.CONTRACT,
        recipients=N_("The phone operator who delivers our messages."),
        collect=_ways_in,
        erase=nothing,  # goes with the person
        correct_at="/me",
    ),
    Holding(
        name="devices",
        title=N_("Devices and sign-ins"),
        purpose=N_("To keep you signed in and to let you see who else is."),
        tables=(
            "session",
            "one_time_code",
            "passkey_challenge",
            "password_reset",
            "password_try",
        ),
        fields={
            "device": N_("Device"),
            "zone": N_("In whose hands"),
            "created_at": N_("Since"),
            "seen_at": N_("Last seen"),
            "ended_at": N_("Ended"),
        },
        kept=N_("30 days after the end; codes one day."),
        ground=Ground.INTEREST,
        collect=_sessions,
        erase=_erase_sessions,
    ),
    Holding(
        name="roles",
        title=N_("Your roles"),
        purpose=N_("To open to you what is yours: a family, a shop, a desk."),
        tables=("role_grant",),
        fields={"role": N_("Role"), "created_at": N_("Since")},
        kept=UNTIL_DELETED,
        ground=Ground.CONTRACT,
        collect=_roles,
        erase=_erase_roles,
    ),
]

KEEPS = [
    Keep(OneTimeCode, N_("1 day"), lambda now: OneTimeCode.created_at < now - DAY),
    Keep(PasskeyChallenge, N_("1 day"), lambda now: PasskeyChallenge.expires_at < now - DAY),
    Keep(PasswordReset, N_("1 day"), lambda now: PasswordReset.expires_at < now - DAY),
    Keep(PasswordTry, N_("30 days"), lambda now: PasswordTry.open_at < now - KEPT_SESSIONS),
    Keep(
        Session,
        N_("30 days after the end"),
        lambda now: or_(
            Session.ended_at < now - KEPT_SESSIONS, Session.expires_at < now - KEPT_SESSIONS
        ),
    ),
]
