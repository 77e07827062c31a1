"""Terms and privacy: versions, what changed, and who accepted which text.

A policy whose `required` version is newer than what a person accepted shows one page on the way
(INTERRUPTED), never on a child's screen nor between a parent and an approval.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.i18n import Locale, gettext, use_locale
from app.kernel.viewer import Viewer
from app.privacy import texts
from app.privacy.models import PolicyAcceptance
from app.privacy.texts import Chapter

INTERRUPTED = frozenset({"/", "/home", "/me", "/checkout", "/seller"})
PAGE = "/me/terms"


@dataclass(frozen=True, slots=True)
class Policy:
    """The present version; `required` is the last one that everybody has to accept anew."""

    name: str
    title: str
    path: str
    version: str
    since: date
    required: str
    changes: tuple[str, ...]  # in short, for those who accepted an older one
    chapters: tuple[Chapter, ...]

    def sha256(self, locale: Locale) -> str:
        """The hash of the whole text as shown in this language."""
        with use_locale(locale):
            lines = [gettext(line) for chapter in self.chapters for line in chapter.all_lines]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


TERMS = Policy(
    name="terms",
    title=texts.TERMS_TITLE,
    path="/terms",
    version="2026-11",
    since=date(2026, 11, 21),
    required="2026-11",
    changes=texts.TERMS_CHANGES,
    chapters=texts.TERMS,
)
PRIVACY = Policy(
    name="privacy",
    title=texts.PRIVACY_TITLE,
    path="/privacy",
    version="2026-11",
    since=date(2026, 11, 21),
    required="2026-11",
    changes=texts.PRIVACY_CHANGES,
    chapters=texts.PRIVACY,
)
POLICIES = (TERMS, PRIVACY)

# How many policies this person accepted in a version older than the required one.
BADGE = f"""
select count(*) from (values {", ".join(f"('{p.name}','{p.required}')" for p in POLICIES)})
  as owed(policy, required)
where exists (select 1 from policy_acceptance a
              where a.user_id = :user_id and a.policy = owed.policy)
  and not exists (select 1 from policy_acceptance a where a.user_id = :user_id
                  and a.policy = owed.policy and a.version >= owed.required)
"""  # noqa: S608  constants of this module


def detour(viewer: Viewer, path: str) -> str | None:
    """The page to show first, when new terms wait for this person here."""
    if path not in INTERRUPTED or not viewer.badges.get("terms"):
        return None
    return f"{PAGE}?next={path}"


async def accepted(session: AsyncSession, user_id: UUID) -> dict[str, str]:
    """The newest version of each policy that this person accepted."""
    found = select(PolicyAcceptance.policy, PolicyAcceptance.version).where(
        PolicyAcceptance.user_id == user_id
    )
    rows = await session.execute(found.order_by(PolicyAcceptance.version))
    return {row.policy: row.version for row in rows}


async def owed(session: AsyncSession, user_id: UUID) -> list[Policy]:
    """What this person accepted in an older version than is required now."""
    known = await accepted(session, user_id)
    return [p for p in POLICIES if p.name in known and known[p.name] < p.required]


async def accept(
    session: AsyncSession,
    way: str,
    locale: Locale,
    *,
    user_id: UUID | None,
    order_id: UUID | None = None,
) -> None:
    """Append that the present versions were accepted; what is known already is not said twice."""
    known = await accepted(session, user_id) if user_id else {}
    session.add_all(
        PolicyAcceptance(
            user_id=user_id,
            order_id=order_id,
            policy=policy.name,
            version=policy.version,
            locale=locale.value,
            sha256=policy.sha256(locale),
            way=way,
        )
        for policy in missing(known)
    )
    await session.flush()


def missing(known: dict[str, str]) -> Sequence[Policy]:
    """The policies whose present version is not among the accepted ones."""
    return [policy for policy in POLICIES if known.get(policy.name) != policy.version]
