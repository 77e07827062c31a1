"""The staff at their desks."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from app.accounts.models import RoleGrant, StaffRole
from app.kernel import clock
from app.kernel.viewer import Role

Enter = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def enter(sign_in: Any, new_client: Any) -> Enter:
    """A new browser of this person, who has just confirmed who they are."""

    async def open_browser(person: Any, **more: Any) -> httpx.AsyncClient:
        client: httpx.AsyncClient = await sign_in(
            new_client(), person, **{"confirmed_at": clock.now(), **more}
        )
        return client

    return open_browser


@pytest.fixture
def make_role(services: Any) -> Callable[..., Awaitable[UUID]]:
    """A made role with these permissions, held by these people; written as rows."""
    from app.accounts.models import StaffRolePermission

    async def write(name: str, permissions: list[str], *holders: Any) -> UUID:
        async with services.db.begin() as session:
            role = StaffRole(name=name)
            session.add(role)
            await session.flush()
            for permission in permissions:
                session.add(StaffRolePermission(role_id=role.id, permission=permission))
            for person in holders:
                session.add(RoleGrant(user_id=person.id, role=Role.STAFF, scope_id=role.id))
        return role.id

    return write


@pytest.fixture
def roles_of(services: Any) -> Callable[..., Awaitable[set[tuple[str, UUID | None]]]]:
    async def read(person: Any) -> set[tuple[str, UUID | None]]:
        async with services.db.begin() as session:
            rows = await session.execute(
                select(RoleGrant.role, RoleGrant.scope_id).where(RoleGrant.user_id == person.id)
            )
            return {(row.role, row.scope_id) for row in rows}

    return read
