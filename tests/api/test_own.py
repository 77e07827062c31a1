"""A person's page of programs: made after a proof, shown once, ended at once."""

import re

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.api import clients
from app.api.models import ApiClient
from app.audit.models import AuditEntry
from app.kernel import clock
from app.notifications.models import Notification
from tests.accounts.steps import send

CODE = re.compile(r"\b([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})\b")
KEY = re.compile(r"\bbz_[0-9A-Za-z]{71}\b")
CHOSEN = {"name": "Telefonim", "scopes": ["profile:read", "orders:read"]}


@pytest.fixture
async def olga(client, sign_in, cast):
    return await sign_in(client, cast.olga, confirmed_at=clock.now(), confirmed_by="code")


@pytest.fixture
async def botir(new_client, sign_in, cast):
    return await sign_in(new_client(), cast.botir, confirmed_at=clock.now())


async def rows(services):
    async with services.db.begin() as session:
        return (await session.scalars(select(ApiClient).order_by(ApiClient.id))).all()


async def test_an_app_is_connected_by_the_code_on_the_page(olga, programs, services):
    assert (await olga.get("/uz/me/api/connections/new")).status_code == 200
    page = await send(olga, "/uz/me/api/connections", **CHOSEN)

    [code] = CODE.findall(page.text)
    assert page.headers["cache-control"] == "no-store"
    pair = (await programs.exchange(code)).json()
    assert (await programs.get("/orders", pair["access_token"])).status_code == 200
    listed = await olga.get("/uz/me/api")
    assert "Telefonim" in listed.text
    assert code not in listed.text
    assert pair["refresh_token"] not in listed.text


async def test_a_key_is_shown_once(botir, programs, services):
    page = await send(botir, "/uz/me/api/keys", name="Ombor", scopes="sales:read", days="90")

    [key] = KEY.findall(page.text)
    assert (await programs.get("/seller/orders", key)).status_code == 200
    assert key not in (await botir.get("/uz/me/api")).text
    [row] = await rows(services)
    assert row.expires_at is not None
    assert row.secret_hash is not None


async def test_making_asks_for_a_fresh_proof(client, sign_in, cast, services):
    await sign_in(client, cast.botir)

    for path in ("/uz/me/api/keys", "/uz/me/api/connections"):
        assert (await send(client, path, name="X", scopes="profile:read")).status_code == 403
        assert (await client.get(f"{path}/new")).status_code == 303
    assert await rows(services) == []


async def test_buyers_make_no_keys(olga, services):
    assert (await olga.get("/uz/me/api/keys/new")).status_code == 403
    assert (await send(olga, "/uz/me/api/keys", **CHOSEN)).status_code == 403
    assert "/me/api/keys/new" not in (await olga.get("/uz/me/api")).text
    assert await rows(services) == []


async def test_only_own_rights_are_offered_and_given(olga, services):
    page = await olga.get("/uz/me/api/connections/new")
    forced = await send(olga, "/uz/me/api/connections", name="X", scopes=["sales:write"])
    unknown = await send(olga, "/uz/me/api/connections", name="X", scopes=["admin:all"])

    assert 'value="orders:read"' in page.text
    assert 'value="sales:write"' not in page.text
    assert forced.status_code == 422
    assert unknown.status_code == 422
    assert await rows(services) == []


async def test_what_is_missing_is_said_and_what_was_typed_is_kept(olga):
    page = await send(olga, "/uz/me/api/connections", name="Telefonim")

    assert page.status_code == 422
    assert 'value="Telefonim"' in page.text
    assert "choice__error" in page.text
    nameless = await send(olga, "/uz/me/api/connections", scopes=["orders:read"])
    assert nameless.status_code == 422
    assert re.search(r'value="orders:read" checked', nameless.text)


async def test_one_is_ended_and_its_next_call_refused(botir, programs, cast, services):
    first, second = await programs.key(cast.botir), await programs.key(cast.botir)
    [row, _other] = await rows(services)

    answer = await send(botir, f"/uz/me/api/{row.id}/ending")

    assert answer.headers["location"] == "/uz/me/api"
    assert (await programs.get("/me", first)).status_code == 401
    assert (await programs.get("/me", second)).status_code == 200


async def test_all_are_ended_at_once_and_others_go_on(botir, programs, cast):
    key = await programs.key(cast.botir)
    pair = await programs.tokens(cast.botir, ("profile:read",))
    other = await programs.tokens(cast.olga)

    await send(botir, "/uz/me/api/ending")

    assert (await programs.get("/me", key)).status_code == 401
    assert (await programs.get("/me", pair["access_token"])).status_code == 401
    assert (await programs.refresh(pair)).status_code == 400
    assert (await programs.get("/me", other["access_token"])).status_code == 200


async def test_a_stranger_ends_nothing(olga, programs, cast, services):
    key = await programs.key(cast.botir)
    [row] = await rows(services)

    assert (await send(olga, f"/uz/me/api/{row.id}/ending")).status_code == 404
    assert (await programs.get("/me", key)).status_code == 200


async def test_a_waiting_code_can_be_ended(olga, programs, services, cast):
    code = await programs.code(cast.olga)
    [row] = await rows(services)

    await send(olga, f"/uz/me/api/{row.id}/ending")

    assert (await programs.exchange(code)).status_code == 400


async def test_there_are_twenty_at_most(olga, programs, cast, services):
    for _ in range(clients.MOST):
        await programs.code(cast.olga)

    page = await send(olga, "/uz/me/api/connections", **CHOSEN)

    assert page.status_code == 422
    assert len(await rows(services)) == clients.MOST


async def test_making_is_noted_and_told(olga, services, run_tasks):
    await send(olga, "/uz/me/api/connections", **CHOSEN)
    await run_tasks()

    async with services.db.begin() as session:
        [told] = (await session.scalars(select(Notification))).all()
        noted = await session.scalar(
            select(AuditEntry).where(AuditEntry.action == "api_client.make")
        )
    assert (told.kind, told.path) == ("api_client_made", "/me/api")
    assert noted.details["scopes"] == CHOSEN["scopes"]
    assert not CODE.search(str(noted.details))


async def test_the_account_takes_its_programs_with_it(programs, cast, services):
    await programs.tokens(cast.olga)
    async with services.db.begin() as session:
        await session.delete(await session.get_one(User, cast.olga.id))

    assert await rows(services) == []


async def test_guests_and_children_have_no_such_page(client, new_client, sign_in, cast):
    assert (await client.get("/uz/me/api")).status_code == 303
    child = await sign_in(new_client(), cast.lola)
    assert (await child.get("/uz/me/api")).status_code == 404


@pytest.mark.parametrize("locale", ["uz", "uz-cyrl", "ru", "en"])
async def test_the_page_of_the_api_explains_itself(client, locale):
    page = await client.get(f"/{locale}/api")

    assert page.status_code == 200
    for word in ("/api/v1/token", "sales:write", "grant_refused", "Idempotency-Key", "curl"):
        assert word in page.text
    assert not re.search(r'(src|href)="https?://(?!localhost)', page.text)
