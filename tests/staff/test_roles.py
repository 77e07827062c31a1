"""Roles of fine permissions: they work at once, stop at once, and nobody climbs by them."""

import asyncio

import pytest
from sqlalchemy import delete, select

from app.accounts.models import RoleGrant, StaffRole, StaffRolePermission
from app.kernel.viewer import Role
from tests import cast
from tests.conventions.routing import registry

PEOPLE = "/uz/desk/people"


def of(person, tail=""):
    return f"{PEOPLE}/{person.id}{tail}"


async def test_the_admin_makes_a_role_and_it_works_on_the_next_request(enter, services):
    admin, olga = await enter(cast.aziza), await enter(cast.olga)
    assert (await olga.get(PEOPLE)).status_code == 403

    made = await admin.post(
        "/uz/desk/roles",
        data={"name": "Kechki yordam", "description": "", "permissions": ["person.read"]},
    )
    role_id = await _id_of(services, "Kechki yordam")
    given = await admin.post(of(cast.olga, "/roles"), data={"role": role_id})

    assert (made.status_code, given.status_code) == (303, 303)
    held_up = await olga.get(PEOPLE)  # first the second factor that staff must have
    assert held_up.headers["location"].startswith("/uz/me/second-factor")
    async with services.db.begin() as session:
        await _give_factor(session, cast.olga)
    assert (await olga.get(PEOPLE)).status_code == 200
    assert (await olga.get("/uz/desk/roles")).status_code == 403


async def _give_factor(session, person):
    from app.accounts.models import Passkey

    session.add(
        Passkey(
            user_id=person.id,
            credential_id=person.name.encode(),
            public_key=b"",
            sign_count=0,
            backup_eligible=False,
            backed_up=False,
            aaguid="",
            name="",
        )
    )


async def _id_of(services, name):
    async with services.db.begin() as session:
        return str(await session.scalar(select(StaffRole.id).where(StaffRole.name == name)))


async def test_a_role_taken_away_stops_on_the_next_request(enter, make_role):
    role_id = await make_role("Odamlar", ["account.close"], cast.sardor)
    admin, agent = await enter(cast.aziza), await enter(cast.sardor)
    page = (await agent.get(of(cast.olga))).text
    assert "/closing" in page

    taken = await admin.post(of(cast.sardor, "/roles/removal"), data={"role": str(role_id)})

    assert taken.status_code == 303
    assert "/closing" not in (await agent.get(of(cast.olga))).text
    refused = await agent.post(
        of(cast.olga, "/closing"), data={"reason": "fraud", "words": "Soxta buyurtmalar."}
    )
    assert refused.status_code == 403


async def test_a_changed_role_changes_for_its_holders_on_the_next_request(enter, make_role):
    role_id = await make_role("Rollar", ["role.manage"], cast.sardor)
    admin, agent = await enter(cast.aziza), await enter(cast.sardor)
    assert (await agent.get("/uz/desk/roles")).status_code == 200

    await admin.post(
        f"/uz/desk/roles/{role_id}", data={"name": "Rollar", "permissions": ["person.read"]}
    )

    assert (await agent.get("/uz/desk/roles")).status_code == 403


async def test_a_removed_role_is_gone_from_everybody(enter, make_role, roles_of):
    role_id = await make_role("Rollar", ["role.manage"], cast.sardor, cast.malika)
    admin = await enter(cast.aziza)

    removed = await admin.post(f"/uz/desk/roles/{role_id}/removal")

    assert removed.status_code == 303
    assert await roles_of(cast.sardor) == {("agent", None)}
    assert await roles_of(cast.malika) == {("moderator", None)}


async def test_nobody_gives_what_they_do_not_hold(enter, make_role, roles_of):
    giver = await make_role("Beruvchi", ["person.read", "role.give"], cast.sardor)
    stronger = await make_role("Kuchli", ["account.close"])
    agent = await enter(cast.sardor)

    for key in (str(stronger), "admin"):
        answer = await agent.post(of(cast.olga, "/roles"), data={"role": key})
        assert answer.status_code == 403
    assert await roles_of(cast.olga) == set()
    within = await agent.post(of(cast.olga, "/roles"), data={"role": str(giver)})
    assert within.status_code == 303


async def test_nobody_takes_what_they_do_not_hold(enter, make_role, roles_of):
    await make_role("Beruvchi", ["person.read", "role.give"], cast.sardor)
    agent = await enter(cast.sardor)

    answer = await agent.post(of(cast.aziza, "/roles/removal"), data={"role": "admin"})

    assert answer.status_code == 403
    assert await roles_of(cast.aziza) == {("admin", None)}


@pytest.mark.parametrize("key", ["agent", "moderator"])
async def test_nobody_gives_or_takes_their_own(enter, roles_of, key):
    admin = await enter(cast.aziza)

    given = await admin.post(of(cast.aziza, "/roles"), data={"role": key})
    taken = await admin.post(of(cast.aziza, "/roles/removal"), data={"role": "admin"})

    assert (given.status_code, taken.status_code) == (403, 403)
    assert await roles_of(cast.aziza) == {("admin", None)}


async def test_nobody_edits_a_role_that_they_hold(enter, make_role, services):
    role_id = await make_role("Rollar", ["role.manage"], cast.sardor)
    agent = await enter(cast.sardor)

    changed = await agent.post(
        f"/uz/desk/roles/{role_id}",
        data={"name": "Rollar", "permissions": ["role.manage", "person.read"]},
    )
    removed = await agent.post(f"/uz/desk/roles/{role_id}/removal")

    assert (changed.status_code, removed.status_code) == (422, 403)
    assert await _rights(services, role_id) == {"role.manage"}


async def test_nobody_makes_or_widens_a_role_beyond_their_own(enter, make_role, services):
    await make_role("Rollar", ["role.manage"], cast.sardor)
    other = await make_role("Boshqa", ["person.read"])
    strong = await make_role("Kuchli", ["account.close"])
    agent = await enter(cast.sardor)

    made = await agent.post(
        "/uz/desk/roles", data={"name": "Yangi", "permissions": ["account.close"]}
    )
    widened = await agent.post(
        f"/uz/desk/roles/{other}",
        data={"name": "Boshqa", "permissions": ["person.read", "role.give"]},
    )
    weakened = await agent.post(
        f"/uz/desk/roles/{strong}", data={"name": "Kuchli", "permissions": ["person.read"]}
    )

    assert (made.status_code, widened.status_code, weakened.status_code) == (422, 422, 422)
    assert await _rights(services, other) == {"person.read"}
    assert await _rights(services, strong) == {"account.close"}


async def _rights(services, role_id):
    async with services.db.begin() as session:
        found = await session.scalars(
            select(StaffRolePermission.permission).where(StaffRolePermission.role_id == role_id)
        )
        return set(found.all())


@pytest.mark.parametrize(
    "name", ["family.manage", "order.fulfil", "approval.decide", "desk.open", "yoq"]
)
async def test_what_is_not_of_staff_is_in_no_role(enter, services, name):
    admin = await enter(cast.aziza)

    answer = await admin.post("/uz/desk/roles", data={"name": "Yomon", "permissions": [name]})

    assert answer.status_code == 422
    assert await _id_of(services, "Yomon") == "None"


async def test_a_planted_row_opens_no_family(enter, make_role):
    await make_role("Ekilgan", ["family.manage", "order.fulfil"], cast.sardor)
    agent = await enter(cast.sardor)

    assert (await agent.get("/uz/family/children/new")).status_code == 403
    assert (await agent.get("/uz/seller")).status_code == 403


def test_no_permission_of_families_or_shops_is_meant_for_staff():
    known = registry()
    for name in known.staff_permissions:
        assert not name.startswith(("family.", "approval.")), name
        assert known.permissions[name] <= {Role.MODERATOR, Role.AGENT, Role.ADMIN}, name


async def test_the_last_admin_stays(enter, make_role, roles_of, services):
    """Somebody who holds as much as an admin still cannot leave the shop without one."""
    everything = sorted(registry().staff_permissions)
    await make_role("Hamma narsa", everything, cast.sardor)
    agent = await enter(cast.sardor)

    taken = await agent.post(of(cast.aziza, "/roles/removal"), data={"role": "admin"})
    closed = await agent.post(
        of(cast.aziza, "/closing"), data={"reason": "fraud", "words": "Soxta buyurtmalar."}
    )

    assert (taken.status_code, closed.status_code) == (409, 409)
    assert await roles_of(cast.aziza) == {("admin", None)}


async def test_two_admins_cannot_remove_each_other_at_once(enter, services):
    async with services.db.begin() as session:
        await session.execute(delete(RoleGrant).where(RoleGrant.user_id == cast.sardor.id))
        session.add(RoleGrant(user_id=cast.sardor.id, role=Role.ADMIN, scope_id=None))
    one, two = await enter(cast.aziza), await enter(cast.sardor)

    answers = await asyncio.gather(
        one.post(of(cast.sardor, "/roles/removal"), data={"role": "admin"}),
        two.post(of(cast.aziza, "/roles/removal"), data={"role": "admin"}),
    )

    assert sorted(a.status_code for a in answers) == [303, 403]
    async with services.db.begin() as session:
        left = await session.scalars(select(RoleGrant.user_id).where(RoleGrant.role == Role.ADMIN))
        assert len(left.all()) == 1


async def test_rights_change_only_after_a_fresh_proof(enter, roles_of):
    admin = await enter(cast.aziza, confirmed_at=None)

    given = await admin.post(of(cast.olga, "/roles"), data={"role": "agent"})
    made = await admin.post(
        "/uz/desk/roles", data={"name": "Yangi", "permissions": ["person.read"]}
    )
    page = await admin.get("/uz/desk/roles/new")

    assert (given.status_code, made.status_code) == (403, 403)
    assert page.status_code == 303
    assert await roles_of(cast.olga) == set()


async def test_unknown_ids_are_not_found(enter):
    admin = await enter(cast.aziza)
    nobody = cast.key("nobody")

    assert (await admin.get(f"{PEOPLE}/{nobody}")).status_code == 404
    assert (await admin.post(f"{PEOPLE}/{nobody}/roles", data={"role": "agent"})).status_code == 404
    assert (
        await admin.post(of(cast.olga, "/roles"), data={"role": str(nobody)})
    ).status_code == 404
    assert (await admin.post(of(cast.olga, "/roles"), data={"role": "guardian"})).status_code == 404
    assert (await admin.get(f"/uz/desk/roles/{nobody}")).status_code == 404


async def test_bad_input_is_told_at_the_field_and_kept(enter, make_role):
    await make_role("Bor", ["person.read"])
    admin = await enter(cast.aziza)

    taken = await admin.post(
        "/uz/desk/roles",
        data={"name": "bor", "description": "Yozdim", "permissions": ["person.read"]},
    )
    empty = await admin.post("/uz/desk/roles", data={"name": "", "description": "Yozdim"})

    assert (taken.status_code, empty.status_code) == (422, 422)
    for page in (taken.text, empty.text):
        assert 'aria-invalid="true"' in page
        assert "Yozdim" in page
    assert 'value="person.read" checked' in taken.text


async def test_everything_is_in_the_trail(enter, make_role, services):
    from app.audit.models import AuditEntry

    role_id = await make_role("Rollar", ["person.read"])
    admin = await enter(cast.aziza)

    await admin.post(of(cast.olga, "/roles"), data={"role": str(role_id)})
    await admin.post(of(cast.olga, "/roles/removal"), data={"role": str(role_id)})
    await admin.post(f"/uz/desk/roles/{role_id}", data={"name": "R2", "permissions": ["role.give"]})
    await admin.post(f"/uz/desk/roles/{role_id}/removal")

    async with services.db.begin() as session:
        rows = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    ours = [row for row in rows if row.action.startswith("staff_role.")]
    assert [row.action for row in ours] == [
        "staff_role.give",
        "staff_role.take",
        "staff_role.change",
        "staff_role.remove",
    ]
    assert {row.actor_id for row in ours} == {cast.aziza.id}
    assert ours[2].details["before"]["permissions"] == ["person.read"]
    assert ours[2].details["after"]["permissions"] == ["role.give"]
