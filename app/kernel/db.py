"""Engine, declarative base, and the way a transaction is opened.

Nobody commits but `Database.begin`, the request scope and the task runner.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import BigInteger, Connection, Date, MetaData, Text, event, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.kernel import clock
from app.kernel.config import Settings
from app.kernel.ids import new_id

if TYPE_CHECKING:
    from app.kernel.slice import Registry

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of every slice; amounts are BIGINT minor units, texts in languages are JSONB."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        str: Text(),
        int: BigInteger(),
        datetime: TIMESTAMP(timezone=True),
        date: Date(),
        UUID: PgUUID(as_uuid=True),
        dict[str, Any]: JSONB(none_as_null=True),
        dict[str, str]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
    }


class Keyed:
    """A UUIDv7 key made by the application, and the moment the row was born."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=func.now())


@dataclass(frozen=True, slots=True)
class Access:
    """How a transaction is opened: read only or not, and its transaction-local settings.

    `config` may carry `role`, which narrows the transaction to a restricted database role.
    """

    read_only: bool = False
    config: Mapping[str, str] = field(default_factory=dict)


class UnitSession(Session):
    """A session that applies its Access as the first statement of each transaction."""


@event.listens_for(UnitSession, "after_begin")
def _apply_access(session: Session, _transaction: object, connection: Connection) -> None:
    access: Access | None = session.info.get("access")
    if access is None or not access.config:
        return
    calls = [func.set_config(literal(k), literal(v), True) for k, v in access.config.items()]
    connection.execute(select(*calls))


class Database:
    """The engine of one process, with a read-only twin that shares its pool."""

    def __init__(self, settings: Settings, registry: "Registry | None" = None) -> None:
        connect: dict[str, Any] = {"server_settings": {"timezone": "UTC", "jit": "off"}}
        if settings.database_pgbouncer:
            connect |= {
                "statement_cache_size": 0,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": lambda: f"__{uuid4().hex}__",
            }
        self.engine = create_async_engine(
            settings.database_url,
            pool_size=settings.database_pool_size,
            max_overflow=settings.database_pool_size,
            pool_timeout=5,
            pool_recycle=1800,
            connect_args=connect,
            hide_parameters=True,  # errors are logged; what people typed is not
            json_deserializer=msgspec.json.decode,  # several times quicker than the standard one
        )
        self.direct_url = settings.database_direct_url or settings.database_url
        self.lookups = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        reads = self.engine.execution_options(postgresql_readonly=True)
        self._writes = _maker(self.engine)
        self._reads = _maker(reads)
        self._registry = registry

    def session(self, access: Access | None = None) -> AsyncSession:
        """A session that begins lazily; the caller owns commit and close."""
        access = access or Access()
        maker = self._reads if access.read_only else self._writes
        return maker(info={"access": access, "registry": self._registry})

    @asynccontextmanager
    async def begin(self, access: Access | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back otherwise."""
        async with self.session(access) as session:
            yield session
            await session.commit()

    async def close(self) -> None:
        await self.engine.dispose()


def _maker(engine: Any) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, sync_session_class=UnitSession, expire_on_commit=False)
