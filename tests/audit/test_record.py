"""The trail: written with the deed, masked, readable, and closed to change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from app.audit import queries
from app.audit.models import AuditEntry
from app.audit.record import record
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.viewer import Grant, Role, View, Viewer


def viewer_of(cast):
    grant = Grant(Role.GUARDIAN, cast.lola.household_id)
    return Viewer(user_id=cast.dilnoza.id, grants=(grant,))


async def test_a_deed_is_noted_with_who_where_and_what(services, cast):
    subject = new_id()
    async with services.db.begin() as session:
        await record(
            session, viewer_of(cast), "limit.change", "child", subject, before=1, after={"day": 2}
        )

    async with services.db.begin() as session:
        [entry] = await queries.of_subject(session, "child", subject)
        family = await queries.of_household(session, cast.lola.household_id)
    assert (entry.actor_id, entry.actor_zone) == (cast.dilnoza.id, "shop")
    assert (entry.action, entry.details) == ("limit.change", {"before": 1, "after": {"day": 2}})
    assert entry.id in [row.id for row in family]


async def test_secrets_are_masked_wherever_they_hide(services, cast):
    subject = new_id()
    async with services.db.begin() as session:
        await record(
            session,
            viewer_of(cast),
            "pin.change",
            "household",
            subject,
            pin="739146",
            sent=[{"code": "111111", "phone": "+998"}, {"kept": "yes"}],
        )

    async with services.db.begin() as session:
        [entry] = await queries.of_subject(session, "household", subject)
    assert entry.details == {
        "pin": "***",
        "sent": [{"code": "***", "phone": "***"}, {"kept": "yes"}],
    }


async def test_what_is_rolled_back_leaves_no_trace(services, cast):
    subject = new_id()
    async with services.db.session() as session:
        await record(session, viewer_of(cast), "a.b", "child", subject)
        await session.rollback()

    async with services.db.begin() as session:
        assert await queries.of_subject(session, "child", subject) == []


@pytest.mark.parametrize(
    "change",
    [update(AuditEntry).values(action="x.y"), delete(AuditEntry)],
    ids=["update", "delete"],
)
async def test_the_database_refuses_to_change_the_trail(services, cast, change):
    async with services.db.begin() as session:
        await record(session, viewer_of(cast), "a.b", "child", None)

    with pytest.raises(DBAPIError, match="append-only"):
        async with services.db.begin() as session:
            await session.execute(change)

    async with services.db.begin() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
    assert list(actions) == ["a.b"]


async def test_whoever_looks_through_a_persons_eyes_acts_as_themselves(services, cast):
    agent = Viewer(user_id=cast.sardor.id, grants=(Grant(Role.AGENT, None),))
    looking = replace(
        viewer_of(cast), view=View(new_id(), agent, clock.now() + timedelta(minutes=5))
    )
    subject = new_id()
    async with services.db.begin() as session:
        await record(session, looking, "a.b", "child", subject)

    async with services.db.begin() as session:
        [entry] = await queries.of_subject(session, "child", subject)
    assert (entry.actor_id, entry.actor_role, entry.household_id) == (
        cast.sardor.id,
        "agent",
        None,
    )
