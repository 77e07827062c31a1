"""Tokens of a connection: exchanged once, rotated once, dead as a family when one was copied."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.api.models import ApiClient, ApiRefresh
from app.audit.models import AuditEntry
from app.kernel import clock
from app.notifications.models import Notification
from tests.api.programs import V1


async def count_of(services, model):
    async with services.db.begin() as session:
        return await session.scalar(select(func.count()).select_from(model))


async def client_row(services):
    async with services.db.begin() as session:
        return await session.scalar(select(ApiClient))


def is_refused(answer):
    return answer.status_code == 400 and answer.json()["code"] == "grant_refused"


async def test_a_code_becomes_tokens_once(programs, cast, services):
    code = await programs.code(cast.olga)

    first = await programs.exchange(code)
    second = await programs.exchange(code)

    pair = first.json()
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    assert pair["token_type"] == "Bearer"
    assert pair["expires_in"] == 600
    assert pair["scope"] == "profile:read catalogue:read orders:read"
    assert is_refused(second)
    assert second.headers["content-type"] == "application/problem+json"
    assert (await programs.get("/me", pair["access_token"])).json()["name"] == "Olga"


async def test_a_code_may_be_typed_as_people_type(programs, cast):
    code = await programs.code(cast.olga)

    answer = await programs.exchange(f" {code.lower().replace('-', ' ')}")

    assert answer.status_code == 200


async def test_a_code_is_worth_nothing_after_ten_minutes(programs, cast):
    code = await programs.code(cast.olga)

    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        assert is_refused(await programs.exchange(code))


async def test_one_of_many_exchanges_at_once_wins(programs, cast, services):
    code = await programs.code(cast.olga)
    await programs.warm()

    answers = await asyncio.gather(*(programs.exchange(code) for _ in range(8)))

    assert sorted(one.status_code for one in answers) == [200] + [400] * 7
    assert await count_of(services, ApiRefresh) == 1


async def test_a_refresh_token_is_spent_by_the_next_pair(programs, cast, services):
    pair = await programs.tokens(cast.olga)

    answer = await programs.refresh(pair)

    following = answer.json()
    assert answer.status_code == 200
    assert following["refresh_token"] != pair["refresh_token"]
    assert (await programs.refresh(following)).status_code == 200
    assert await count_of(services, ApiRefresh) == 3


async def test_a_spent_token_ends_the_whole_family(programs, cast, services, run_tasks):
    pair = await programs.tokens(cast.olga)
    following = (await programs.refresh(pair)).json()

    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        stolen = await programs.refresh(pair)
        await run_tasks()

    assert is_refused(stolen)
    assert is_refused(await programs.refresh(following))
    assert (await programs.get("/me", following["access_token"])).status_code == 401
    assert (await client_row(services)).ended_why == "reuse"
    async with services.db.begin() as session:
        told = (await session.scalars(select(Notification.kind))).all()
        noted = await session.scalar(
            select(AuditEntry.details).where(AuditEntry.action == "api_client.end")
        )
    assert sorted(told) == ["api_client_made", "api_token_reused"]
    assert noted == {"why": "reuse"}


async def test_a_lost_answer_is_given_again_within_ten_seconds(programs, cast, services):
    pair = await programs.tokens(cast.olga)

    first, second = await programs.refresh(pair), await programs.refresh(pair)

    assert first.json()["refresh_token"] == second.json()["refresh_token"]
    assert await count_of(services, ApiRefresh) == 2


async def test_not_to_another_program_or_place(programs, cast, new_client, services):
    pair = await programs.tokens(cast.olga)
    thief = new_client()
    thief.headers["user-agent"] = "thief/1.0"
    await programs.refresh(pair)

    assert is_refused(await programs.refresh(pair, thief))
    assert (await client_row(services)).ended_why == "reuse"


async def test_not_when_the_successor_was_used(programs, cast, services):
    pair = await programs.tokens(cast.olga)
    following = (await programs.refresh(pair)).json()
    await programs.refresh(following)

    assert is_refused(await programs.refresh(pair))
    assert (await client_row(services)).ended_why == "reuse"


async def test_twenty_at_once_have_one_successor(programs, cast, services):
    pair = await programs.tokens(cast.olga)
    await programs.warm()

    answers = await asyncio.gather(*(programs.refresh(pair) for _ in range(20)))

    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["refresh_token"] for one in answers}) == 1
    assert await count_of(services, ApiRefresh) == 2


async def test_another_clients_token_moves_nothing(programs, cast, services):
    own, foreign = await programs.tokens(cast.olga), await programs.tokens(cast.nodira)

    answer = await programs.refresh(own, refresh_token=foreign["refresh_token"])

    assert is_refused(answer)
    assert (await programs.refresh(own)).status_code == 200
    assert (await programs.refresh(foreign)).status_code == 200


@pytest.mark.parametrize(("days", "is_alive"), [(29, True), (31, False)])
async def test_a_token_unused_for_thirty_days_is_over(programs, cast, days, is_alive):
    pair = await programs.tokens(cast.olga)

    with time_machine.travel(clock.now() + timedelta(days=days)):
        assert ((await programs.refresh(pair)).status_code == 200) is is_alive


async def test_no_connection_outlives_ninety_days(programs, cast):
    pair, began = await programs.tokens(cast.olga), clock.now()
    for day in (25, 50, 75, 89):
        with time_machine.travel(began + timedelta(days=day)):
            pair = (await programs.refresh(pair)).json()

    with time_machine.travel(began + timedelta(days=91)):
        assert is_refused(await programs.refresh(pair))


async def test_a_suspended_person_receives_no_token(programs, cast, services):
    pair, code = await programs.tokens(cast.olga), await programs.code(cast.olga)
    async with services.db.begin() as session:
        await session.execute(
            update(User).where(User.id == cast.olga.id).values(suspended_at=clock.now())
        )

    assert is_refused(await programs.refresh(pair))
    assert is_refused(await programs.exchange(code))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"grant_type": "password", "username": "x", "password": "y"},
        {"grant_type": "code"},
        {"grant_type": "code", "code": 7},
        {"grant_type": "code", "code": "A" * 41},
        {"grant_type": "code", "code": "AAAA", "scope": "sales:write"},
        {"grant_type": "refresh_token", "client_id": "x", "refresh_token": "bzr_x"},
        [],
    ],
)
async def test_a_grant_of_a_wrong_shape_is_refused_by_its_field(client, sent):
    answer = await client.post(f"{V1}/token", json=sent)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"


async def test_broken_json_is_a_bad_request(client):
    answer = await client.post(
        f"{V1}/token", content=b'{"grant', headers={"content-type": "application/json"}
    )

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_thousand_brackets_are_a_bad_request(client):
    for body in (b"[" * 100_000, b'{"a":' * 50_000):
        answer = await client.post(
            f"{V1}/token", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400


async def test_no_secret_is_kept_in_plain(programs, cast, services):
    pair = await programs.tokens(cast.olga)
    key = await programs.key(cast.botir)

    async with services.db.begin() as session:
        rows = [
            str(vars(row))
            for model in (ApiClient, ApiRefresh)
            for row in await session.scalars(select(model))
        ]
    for secret in (pair["refresh_token"], pair["access_token"], key):
        assert all(secret not in row and secret[4:] not in row for row in rows)
