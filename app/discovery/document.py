"""What a product is found by: its words in three languages, with weights.

A: title. B: brand, and the title by Russian and English stems. C: names and synonyms of its
category and of those above it, in all languages, which measured as the largest single gain of
search. D: the summary. Everything is folded, so that one spelling finds all others.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_REFRESH = text("""
with shelf as materialized (
  select c.id, fold(string_agg(words.one, ' ')) as folded
  from category c
  join category above on above.id = any (c.path)
  cross join lateral (
    select concat_ws(' ', above.name->>'uz', above.name->>'ru', above.name->>'en') as one
    union all
    select synonym from jsonb_each(above.synonyms) as language,
      jsonb_array_elements_text(language.value) as synonym
  ) words
  group by c.id
),
document as (
  select p.id,
    fold(concat_ws(' ', p.title->>'uz', p.title->>'ru', p.title->>'en')) as title,
    fold(coalesce(p.brand, '')) as brand,
    p.title->>'ru' as title_ru,
    p.title->>'en' as title_en,
    shelf.folded as shelf,
    concat_ws(' ', p.summary->>'uz', p.summary->>'ru', p.summary->>'en') as summary
  from product p join shelf on shelf.id = p.category_id
  where cast(:ids as uuid[]) is null or p.id = any (cast(:ids as uuid[]))
)
update product p
set search_text = concat_ws(' ', d.title, d.brand, d.shelf),
    search =
      setweight(to_tsvector('simple', d.title), 'A')
      || setweight(to_tsvector('simple', d.brand), 'B')
      || setweight(to_tsvector('russian', coalesce(d.title_ru, '')), 'B')
      || setweight(to_tsvector('english', coalesce(d.title_en, '')), 'B')
      || setweight(to_tsvector('simple', d.shelf), 'C')
      || setweight(to_tsvector('simple', fold(d.summary)), 'D')
from document d
where d.id = p.id
""")


async def refresh(session: AsyncSession, product_ids: Collection[UUID] | None = None) -> None:
    """Write the search document of these products, of all when none are named."""
    ids = None if product_ids is None else sorted(set(product_ids))
    await session.execute(_REFRESH, {"ids": ids})
