"""What a slice holds of people, and how long it keeps anything: declared beside its tables.

The export, the deletion, the nightly cleaning, the processing register and the notice on the
privacy page are all made from these declarations, so none of them can forget a table.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.db import Base


class Whose(StrEnum):
    """Of whom something is held."""

    ADULT = "adult"
    CHILD = "child"


class Ground(StrEnum):
    """Why the law lets us hold it (ZRU-547 Art. 18, GDPR Art. 6)."""

    CONTRACT = "contract"
    CONSENT = "consent"
    LAW = "law"
    INTEREST = "interest"  # our own, after weighing: safety of accounts, defence of claims


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data are collected or erased: a person, children alone (`user_id` None), or both.

    To collect, `household_ids` are those that the person guards. To erase, they are the ones that
    end with the person, and `shared_ids` those that the other guardians go on with.
    """

    user_id: UUID | None = None
    contacts: tuple[str, ...] = ()  # phones in E.164, mail addresses
    household_ids: tuple[UUID, ...] = ()
    shared_ids: tuple[UUID, ...] = ()
    child_ids: tuple[UUID, ...] = ()

    @property
    def user_ids(self) -> tuple[UUID, ...]:
        """For `in_`: none when only children are meant, where `== None` would hit guests."""
        return (self.user_id,) if self.user_id else ()

    @property
    def families(self) -> tuple[UUID, ...]:
        return (*self.household_ids, *self.shared_ids)


Row = Mapping[str, Any]
Collect = Callable[[AsyncSession, Subject], Awaitable[Sequence[Row]]]
Erase = Callable[[AsyncSession, Subject], Awaitable[None]]


async def rows_of(session: AsyncSession, statement: Select[*tuple[Any, ...]]) -> list[Row]:
    """The rows of a select, each by the names of its columns."""
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def nothing(_session: AsyncSession, _subject: Subject) -> None:
    """The erasure of what goes with a row that another declaration deletes, or that stays."""


@dataclass(frozen=True)
class Holding:
    """One kind of data about people; all texts are msgids.

    `fields` names what an export row may hold and how a person reads it. `erase` runs in the one
    transaction of a deletion, after that of every slice above; running it again changes nothing.
    `stays` says what is kept after a deletion and why; empty when nothing is.
    """

    name: str
    title: str
    purpose: str
    tables: tuple[str, ...]
    fields: Mapping[str, str]
    kept: str
    ground: Ground
    collect: Collect
    erase: Erase
    people: frozenset[Whose] = frozenset({Whose.ADULT})
    recipients: str = ""  # empty: nobody
    stays: str = ""
    correct_at: str = ""  # the page where a person puts it right; empty: facts that happened


@dataclass(frozen=True)
class Keep:
    """How long rows of a table live.

    `due` gives the condition of rows whose time is over; they are deleted, or stripped to
    `values` when those are given (`due` must then leave out what is stripped already).
    """

    table: type[Base]
    words: str  # the rule for readers, a msgid
    due: Callable[[datetime], ColumnElement[bool]]
    values: Mapping[str, Any] = field(default_factory=dict)
