"""Search follows the catalogue."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.events import ProductsChanged
from app.discovery import document, vocabulary
from app.kernel.tasks import NoArguments, Queue, task

DAY_SECONDS = 86_400


@task(queue=Queue.BULK)
async def index_changed(session: AsyncSession, event: ProductsChanged) -> None:
    """Write the documents of changed products anew."""
    await document.refresh(session, event.product_ids)


@task(queue=Queue.BULK, every_seconds=DAY_SECONDS)
async def rebuild_vocabulary(session: AsyncSession, _: NoArguments) -> None:
    """Once a day the words that typing slips are corrected to."""
    await vocabulary.rebuild(session)
