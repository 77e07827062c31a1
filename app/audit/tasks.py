"""Periodic work."""

from app.audit import chain
from app.kernel.services import Services
from app.kernel.tasks import NoArguments, Queue, task


@task(queue=Queue.DEFAULT, outward=True, tries=3, every_seconds=10)
async def seal(services: Services, _: NoArguments) -> None:
    """Seal what was committed since the last pass."""
    async with services.db.begin() as session:
        await chain.seal(session, services.settings)
