"""Health tells the truth about what it depends on."""

import httpx
from sqlalchemy import text
from sqlalchemy.engine import make_url

from app import main, slices
from app.kernel.services import build
from app.pages.health import head


async def test_a_live_process_says_so(client):
    assert (await client.get("/health/live")).json() == {"status": "ok"}


async def test_ready_means_a_migrated_database(client, services):
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "valkey": "ok"}

    async with services.db.begin() as session:
        await session.execute(text("update alembic_version set version_num = 'older'"))
    assert (await client.get("/health/ready")).status_code == 503
    async with services.db.begin() as session:
        await session.execute(text("update alembic_version set version_num = :it"), {"it": head()})
    assert (await client.get("/health/ready")).status_code == 200


async def test_a_dead_valkey_is_told_but_not_fatal(settings):
    answer = await _ready(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))

    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "valkey": "down"}


async def test_a_dead_database_is_fatal(settings):
    url = make_url(settings.database_url).set(database="nowhere")
    gone = url.render_as_string(hide_password=False)

    answer = await _ready(settings.model_copy(update={"database_url": gone}))

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "down"


async def _ready(settings):
    registry = slices.registry()
    services = build(settings, registry)
    app = main.scoped(main.framework(settings, registry), services)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/health/ready")
    finally:
        await services.close()
