"""A guardian's consent as evidence: what was shown, who decided, how, when, chained by hashes.

Sources: COPPA 16 CFR 312.5 (text-plus for own use), ZRU-547 Art. 21 and reg. 3478 of 15 Nov 2023
(operator, purposes, list of data, term, recipients); read in the project's requirements, C1-C9.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.family.models import Consent, Household
from app.kernel import clock
from app.kernel.i18n import N_, get_locale, gettext

NOTICE_VERSION = "2026-11"
CORE_SERVICE = "core_service"
METHOD = "text_plus"  # a code by SMS, then a confirming SMS with the way to withdraw

NOTICE = (
    N_("Who keeps the data: Bozorcha, Tashkent, tax number 309 847 215."),
    N_("We keep a nickname, the birth year, a drawn avatar, wishes and requests. Nothing else."),
    N_("We do not ask for a full name, phone, address, photo or voice of your child."),
    N_("Why: to show goods that suit the age, to bring wishes to you, to keep your limits."),
    N_("Who receives it: nobody. Sellers get your name and address, never your child’s."),
    N_("How long: requests one year, the profile until you delete it. Then it is erased."),
    N_("You can look at it, correct it, delete it and withdraw this consent here at any time."),
    N_("We build no profile of your child and show no advertising to children."),
)


@dataclass(frozen=True, slots=True)
class Given:
    """The circumstances of a decision that the record keeps."""

    user_id: UUID
    session_id: UUID | None
    label: str  # the words on the control that was pressed


def notice_lines() -> list[str]:
    """The notice in the reader's language."""
    return [gettext(line) for line in NOTICE]


async def record(
    session: AsyncSession,
    household_id: UUID,
    child_id: UUID | None,
    decision: str,
    given: Given,
) -> Consent:
    """Append one decision; locks the household so that the chain has no fork."""
    await session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update()
    )
    last = await _last(session, household_id)
    text = "\n".join(notice_lines())
    row = Consent(
        created_at=clock.now(),
        household_id=household_id,
        child_id=child_id,
        user_id=given.user_id,
        sequence=(last.sequence if last else 0) + 1,
        purpose=CORE_SERVICE,
        decision=decision,
        method=METHOD,
        notice_version=NOTICE_VERSION,
        notice_locale=get_locale().value,
        notice_sha256=hashlib.sha256(text.encode()).hexdigest(),
        evidence={"label": given.label, "session": str(given.session_id or "")},
        previous_hash=last.own_hash if last else "",
        own_hash="",
    )
    row.own_hash = row_hash(row)
    session.add(row)
    await session.flush()
    return row


def row_hash(row: Consent) -> str:
    """SHA-256 over the row and the hash before it; an altered row breaks the chain."""
    parts: list[Any] = [
        row.previous_hash,
        str(row.household_id),
        str(row.child_id),
        str(row.user_id),
        row.sequence,
        row.purpose,
        row.decision,
        row.method,
        row.notice_version,
        row.notice_locale,
        row.notice_sha256,
        row.evidence,
        row.created_at.isoformat(),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


async def is_given(session: AsyncSession, child_id: UUID) -> bool:
    """Whether the latest decision about this child is a consent to the present notice."""
    latest = (
        select(Consent.decision, Consent.notice_version)
        .where(Consent.child_id == child_id, Consent.purpose == CORE_SERVICE)
        .order_by(Consent.sequence.desc())
        .limit(1)
    )
    row = (await session.execute(latest)).first()
    return row is not None and row.decision == "given" and row.notice_version == NOTICE_VERSION


async def verify_chain(session: AsyncSession, household_id: UUID) -> UUID | None:
    """The first row whose hash does not hold, or None when all do."""
    rows = await session.scalars(
        select(Consent).where(Consent.household_id == household_id).order_by(Consent.sequence)
    )
    previous = ""
    for row in rows:
        if row.previous_hash != previous or row.own_hash != row_hash(row):
            return row.id
        previous = row.own_hash
    return None


async def history(session: AsyncSession, household_id: UUID) -> list[Consent]:
    """Every decision of the household, newest first."""
    statement = (
        select(Consent)
        .where(Consent.household_id == household_id)
        .order_by(Consent.sequence.desc())
    )
    return list(await session.scalars(statement))


async def _last(session: AsyncSession, household_id: UUID) -> Consent | None:
    top = select(func.max(Consent.sequence)).where(Consent.household_id == household_id)
    statement = select(Consent).where(
        Consent.household_id == household_id, Consent.sequence == top.scalar_subquery()
    )
    return (await session.scalars(statement)).one_or_none()
