"""What the family holds of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.family.models import (
    ChildDevice,
    ChildLink,
    ChildLinkTry,
    ChildProfile,
    Consent,
    Household,
    SafetyRules,
    SpendingDay,
    SpendingEntry,
    SpendingLimit,
)
from app.kernel import clock
from app.kernel.i18n import N_
from app.kernel.money import Money
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, Whose, nothing, rows_of

KEPT_SPENDING = timedelta(days=400)  # a year and the month in which somebody asks about it
DAY = timedelta(days=1)
KEPT_PHONES, UNUSED_PHONES = timedelta(days=30), timedelta(days=365)
EVERYBODY, CHILDREN = frozenset(Whose), frozenset({Whose.CHILD})
WITH_PROFILE = N_("Until you delete the profile or withdraw your consent, and 7 days more.")


async def _household(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(Household.name, Household.created_at)
    return await rows_of(session, found.where(Household.id.in_(subject.household_ids)))


async def _erase_household(session: AsyncSession, subject: Subject) -> None:
    await session.execute(delete(Household).where(Household.id.in_(subject.household_ids)))


async def _children(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = (
        select(
            ChildProfile.nickname,
            ChildProfile.birth_year,
            ChildProfile.avatar,
            SafetyRules.age_ceiling,
            func.cardinality(SafetyRules.blocked_category_ids).label("blocked"),
            SpendingLimit.amount.label("daily_limit"),
            ChildProfile.created_at,
        )
        .outerjoin(SafetyRules, SafetyRules.child_id == ChildProfile.id)
        .outerjoin(
            SpendingLimit,
            and_(SpendingLimit.child_id == ChildProfile.id, SpendingLimit.period == "day"),
        )
        .where(ChildProfile.id.in_(subject.child_ids))
    )
    return [
        {**row, "daily_limit": Money.uzs(row["daily_limit"] or 0)}
        for row in await rows_of(session, found.order_by(ChildProfile.id))
    ]


async def _erase_children(session: AsyncSession, subject: Subject) -> None:
    for table in (SafetyRules, SpendingLimit):
        await session.execute(delete(table).where(table.child_id.in_(subject.child_ids)))
    await session.execute(delete(ChildProfile).where(ChildProfile.id.in_(subject.child_ids)))


async def _spending(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = (
        select(ChildProfile.nickname, SpendingEntry.day, SpendingEntry.amount, SpendingEntry.state)
        .join(ChildProfile, ChildProfile.id == SpendingEntry.child_id)
        .where(SpendingEntry.child_id.in_(subject.child_ids))
        .order_by(SpendingEntry.day, SpendingEntry.id)
    )
    return [{**row, "amount": Money.uzs(row["amount"])} for row in await rows_of(session, found)]


async def _erase_spending(session: AsyncSession, subject: Subject) -> None:
    for table in (SpendingEntry, SpendingDay):
        await session.execute(delete(table).where(table.child_id.in_(subject.child_ids)))


async def _phones(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = (
        select(
            ChildProfile.nickname,
            ChildDevice.name.label("device"),
            ChildDevice.created_at,
            ChildDevice.used_at,
            ChildDevice.ended_at,
        )
        .join(ChildProfile, ChildProfile.id == ChildDevice.child_id)
        .where(ChildDevice.child_id.in_(subject.child_ids))
    )
    return await rows_of(session, found.order_by(ChildDevice.created_at, ChildDevice.id))


async def _erase_phones(session: AsyncSession, subject: Subject) -> None:
    for table in (ChildDevice, ChildLink):
        await session.execute(delete(table).where(table.child_id.in_(subject.child_ids)))


async def _consents(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        Consent.decision,
        Consent.purpose,
        Consent.method,
        Consent.notice_version,
        Consent.notice_locale,
        Consent.created_at,
    )
    theirs = or_(
        Consent.household_id.in_(subject.household_ids), Consent.user_id.in_(subject.user_ids)
    )
    return await rows_of(session, found.where(theirs).order_by(Consent.created_at, Consent.id))


PERSONAL = [
    Holding(
        name="household",
        title=N_("Your family"),
        purpose=N_("To join the adults who decide and the children they decide for."),
        tables=("household",),
        fields={"name": N_("Name"), "created_at": N_("Since")},
        kept=N_("Until the last parent deletes the account."),
        ground=Ground.CONTRACT,
        collect=_household,
        erase=_erase_household,
        correct_at="/family/name",
    ),
    Holding(
        name="children",
        title=N_("Your children"),
        purpose=N_("To show goods that suit the age and to keep the limits you set."),
        tables=("child_profile", "safety_rules", "spending_limit"),
        fields={
            "nickname": N_("Nickname"),
            "birth_year": N_("Year of birth"),
            "avatar": N_("Picture"),
            "age_ceiling": N_("Shown up to this age"),
            "blocked": N_("Shelves you hid"),
            "daily_limit": N_("Limit a day"),
            "created_at": N_("Since"),
        },
        kept=WITH_PROFILE,
        ground=Ground.CONSENT,
        people=CHILDREN,
        collect=_children,
        erase=_erase_children,
        correct_at="/family",
    ),
    Holding(
        name="spending",
        title=N_("What the children spent"),
        purpose=N_("To keep the limits you set."),
        tables=("spending_day", "spending_entry"),
        fields={
            "nickname": N_("Nickname"),
            "day": N_("Day"),
            "amount": N_("Amount"),
            "state": N_("State"),
        },
        kept=N_("400 days"),
        ground=Ground.CONSENT,
        people=CHILDREN,
        collect=_spending,
        erase=_erase_spending,
    ),
    Holding(
        name="child_phones",
        title=N_("Your children’s own phones"),
        purpose=N_("To open a child’s own phone to that child alone, and to let you end it."),
        tables=("child_device", "child_link", "child_link_try"),
        fields={
            "nickname": N_("Nickname"),
            "device": N_("Device"),
            "created_at": N_("Since"),
            "used_at": N_("Last opened"),
            "ended_at": N_("Ended"),
        },
        kept=N_("30 days after the end; links one day."),
        ground=Ground.CONSENT,
        people=CHILDREN,
        collect=_phones,
        erase=_erase_phones,
    ),
    Holding(
        name="consents",
        title=N_("Consents"),
        purpose=N_("To prove that a parent agreed, and to what."),
        tables=("consent",),
        fields={
            "decision": N_("Decision"),
            "purpose": N_("For what"),
            "method": N_("How"),
            "notice_version": N_("Text of"),
            "notice_locale": N_("Language"),
            "created_at": N_("When"),
        },
        kept=N_("For good, with numbers in place of names: the law asks us for this proof."),
        ground=Ground.LAW,
        people=EVERYBODY,
        collect=_consents,
        erase=nothing,
        stays=N_("That a parent agreed and when, with numbers in place of names."),
        correct_at="/family/consents",
    ),
]

KEEPS = [
    Keep(
        ChildDevice,
        N_("30 days after the end; a year unused"),
        lambda now: or_(
            ChildDevice.ended_at < now - KEPT_PHONES, ChildDevice.used_at < now - UNUSED_PHONES
        ),
    ),
    Keep(ChildLink, N_("1 day"), lambda now: ChildLink.expires_at < now - DAY),
    Keep(ChildLinkTry, N_("1 day"), lambda now: ChildLinkTry.began_at < now - DAY),
    Keep(
        SpendingEntry,
        N_("400 days"),
        lambda now: SpendingEntry.day < clock.local_day(now - KEPT_SPENDING),
    ),
    Keep(
        SpendingDay,
        N_("400 days"),
        lambda now: SpendingDay.day < clock.local_day(now - KEPT_SPENDING),
    ),
]
