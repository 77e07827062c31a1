"""The words that slips of the pen are corrected to."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_DOCUMENTS = "select to_tsvector(''simple'', search_text) from product where state = ''approved''"

_REBUILD = text(f"""
insert into vocabulary (word, products, for_children)
select every.word, every.ndoc, kids.word is not null
from ts_stat('{_DOCUMENTS}') every
left join ts_stat('{_DOCUMENTS} and child_ok') kids using (word)
where every.word !~ '[0-9]'
""")  # noqa: S608 - constants


async def rebuild(session: AsyncSession) -> None:
    """Count the words of all goods on sale anew; readers see the old list until the commit.

    Locks the list, so that two rebuilds follow each other.
    """
    await session.execute(text("lock table vocabulary in share row exclusive mode"))
    await session.execute(text("delete from vocabulary"))
    await session.execute(_REBUILD)
