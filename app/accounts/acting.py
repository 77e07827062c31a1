"""Who a person is when no session of theirs is at hand: a program speaks for them."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.kernel.slice import Registry
from app.kernel.viewer import Grant, Role, Viewer

_PERSON = text(
    """
    select u.name, u.locale,
           exists(select 1 from second_factor f where f.user_id = u.id and f.seed is not null)
             as has_authenticator,
           exists(select 1 from passkey p where p.user_id = u.id) as has_passkey,
           coalesce((select jsonb_agg(jsonb_build_array(g.role, g.scope_id)
                                      order by g.created_at, g.id)
                     from role_grant g where g.user_id = u.id), '[]') as grants,
           coalesce((select jsonb_agg(p.permission) from role_grant g
                     join staff_role_permission p on p.role_id = g.scope_id
                     where g.user_id = u.id and g.role = 'staff'), '[]') as given
    from "user" u where u.id = :user_id and u.suspended_at is null
    """
)


async def person(connection: AsyncConnection, registry: Registry, user_id: UUID) -> Viewer | None:
    """The person with the rights of this moment, in no session; None when the account is closed
    or gone. One statement."""
    row = (await connection.execute(_PERSON, {"user_id": user_id})).one_or_none()
    if row is None:
        return None
    grants = tuple(Grant(Role(role), UUID(over) if over else None) for role, over in row.grants)
    return Viewer(
        user_id=user_id,
        name=row.name,
        locale=row.locale,
        grants=grants,
        permissions=registry.permissions_of(frozenset(grant.role for grant in grants), row.given),
        has_authenticator=row.has_authenticator,
        has_passkey=row.has_passkey,
    )
