"""Runs the one line of migrations against DATABASE_DIRECT_URL or DATABASE_URL."""

import asyncio
import os
from importlib import import_module
from pathlib import Path

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.kernel.db import Base
from app.slices import NAMES

import_module("app.kernel.events")
for name in NAMES:
    if (Path(__file__).parent.parent / "app" / name / "models").exists() or (
        Path(__file__).parent.parent / "app" / name / "models.py"
    ).exists():
        import_module(f"app.{name}.models")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _connect() -> None:
    url = os.environ.get("DATABASE_DIRECT_URL") or os.environ["DATABASE_URL"]
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    asyncio.run(_connect())
