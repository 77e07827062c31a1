"""A large synthetic catalogue, written by the database itself, to measure against."""

import json
import sys
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.discovery import document, vocabulary
from app.kernel.services import Services

BATCH = 10_000
PREFIX = "load-"

# category, art, uz, ru, en
NOUNS = (
    ("ertaklar", "books", "ertaklar kitobi", "книга сказок", "fairy tale book"),
    ("bilim-kitoblari", "world-map", "atlas", "атлас", "atlas"),
    ("konstruktorlar", "brick", "konstruktor", "конструктор", "building set"),
    ("boshqotirmalar", "puzzle-piece", "pazl", "пазл", "jigsaw"),
    ("yumshoq-oyinchoqlar", "teddy-bear", "ayiqcha", "мишка", "teddy bear"),
    ("mashinalar", "racing-car", "poyga mashinasi", "гоночная машина", "racing car"),
    ("kosmos", "telescope", "teleskop", "телескоп", "telescope"),
    ("robototexnika", "robot", "robot", "робот", "robot"),
    ("rasm", "artist-palette", "boʻyoqlar", "краски", "paints"),
    ("musiqa", "drum", "nogʻora", "барабан", "drum"),
    ("toplar", "soccer-ball", "toʻp", "мяч", "ball"),
    ("gildirakli", "kick-scooter", "samokat", "самокат", "scooter"),
    ("kanselyariya", "pencil", "qalamlar", "карандаши", "pencils"),
    ("sumkalar", "shopping-bags", "maktab sumkasi", "школьный рюкзак", "school bag"),
)
ADJECTIVES = (
    ("Quvnoq", "Весёлый", "Merry"),
    ("Sehrli", "Волшебный", "Magic"),
    ("Kichkina", "Маленький", "Little"),
    ("Ulkan", "Огромный", "Giant"),
    ("Yogʻoch", "Деревянный", "Wooden"),
    ("Yorqin", "Яркий", "Bright"),
    ("Aqlli", "Умный", "Clever"),
    ("Samarqand", "Самаркандский", "Samarkand"),
    ("Kumush", "Серебряный", "Silver"),
    ("Tezkor", "Быстрый", "Swift"),
    ("Mitti", "Крошечный", "Tiny"),
)

_WORDS = """
words as (
  select
    (select array_agg(value order by place) from jsonb_array_elements(cast(:nouns as jsonb))
      with ordinality as one(value, place)) as nouns,
    (select array_agg(value order by place) from jsonb_array_elements(cast(:adjectives as jsonb))
      with ordinality as one(value, place)) as adjectives,
    (select array_agg(id order by slug) from seller where state = 'approved') as sellers
),
"""

_PRODUCTS = text(f"""
with {_WORDS} numbered as (
  select n,
    noun, adjective, sellers[1 + n % cardinality(sellers)] as seller_id,
    md5('product ' || n) as salt
  from words, generate_series(cast(:first as int), cast(:last as int)) n,
    lateral (select nouns[1 + n % cardinality(nouns)] as noun) a,
    lateral (select adjectives[1 + (n / 14) % cardinality(adjectives)] as adjective) b
)
insert into product (id, created_at, seller_id, category_id, category_path, slug, title, summary,
  learns, kids_name, skills, brand, age_from, age_to, age_mark, child_ok, mxik, origin, art, hue,
  state, popularity, currency, in_stock, search_text, search, published_at, price)
select
  overlay(overlay(lpad(to_hex(1750000000000 + n), 12, '0') || left(salt, 20)
    placing '7' from 13) placing '8' from 17)::uuid,
  now(), seller_id, c.id, c.path, '{PREFIX}' || n, title, title,
  null, null, array['logic'], 'Brend ' || n % 500, n % 13, n % 13 + 5,
  case when 'kitoblar' = any (select slug from category k where k.id = any (c.path)) then '0+' end,
  n % 10 <> 0, '09503008001000000', 'UZ', noun->>1, 1 + n % 8,
  'approved', ('x' || left(salt, 4))::bit(16)::int % 1000, 'UZS', n % 20 <> 0, '', '', now(),
  (10 + n % 490) * 100000
from numbered
join category c on c.slug = noun->>0
cross join lateral (
  select jsonb_build_object(
    'uz', concat_ws(' ', adjective->>0, noun->>2, '№' || n),
    'ru', concat_ws(' ', adjective->>1, noun->>3, '№' || n),
    'en', concat_ws(' ', adjective->>2, noun->>4, 'No.' || n)) as title
) texts
on conflict do nothing
""")

_NEW = f"""
from product p, generate_series(0, 1) v
where p.slug like '{PREFIX}%'
  and substr(p.slug, {len(PREFIX) + 1})::int between :first and :last
"""

_VARIANTS = text(f"""
insert into variant (id, created_at, product_id, name, options, gtin, weight_grams, position)
select overlay(md5('variant ' || v || p.slug) placing '7' from 13)::uuid, now(), p.id,
  jsonb_build_object('uz', (v + 1) || ' dona', 'ru', (v + 1) || ' шт.', 'en', (v + 1) || ' pcs'),
  '{{}}', null, 300 * (v + 1), v
{_NEW} on conflict do nothing
""")

_OFFERS = text(f"""
insert into offer (id, created_at, product_id, variant_id, seller_id, sku, price, currency, is_open)
select overlay(md5('offer ' || v || p.slug) placing '7' from 13)::uuid, now(), p.id,
  overlay(md5('variant ' || v || p.slug) placing '7' from 13)::uuid, p.seller_id,
  p.slug || '-' || v, p.price * (v + 1), 'UZS', true
{_NEW} on conflict do nothing
""")

_LEVELS = text(f"""
with level as (
  insert into stock_level (offer_id, seller_id, on_hand, held)
  select overlay(md5('offer ' || v || p.slug) placing '7' from 13)::uuid, p.seller_id,
    case when p.in_stock then 1000 else 0 end, 0
  {_NEW} on conflict do nothing
  returning offer_id, seller_id, on_hand
)
insert into stock_move (id, created_at, offer_id, seller_id, quantity, reason)
select gen_random_uuid(), now(), offer_id, seller_id, on_hand, 'received'
from level where on_hand > 0
""")


async def plant(services: Services, products: int) -> None:
    """Write goods `load-1` to `load-<products>` that are not there, in batches of 10,000."""
    started = time.monotonic()
    for first in range(1, products + 1, BATCH):
        last = min(first + BATCH - 1, products)
        async with services.db.begin() as session:
            await _batch(session, first, last)
        _tell(f"\rproducts {last:,} of {products:,}, {time.monotonic() - started:.0f} s")
    _tell("\nvocabulary and statistics")
    async with services.db.begin() as session:
        await vocabulary.rebuild(session)
    async with services.db.lookups.connect() as connection:
        await connection.execute(text("vacuum analyze product, variant, offer, stock_level"))
        await connection.execute(text("analyze vocabulary"))
    _tell(f"\ndone in {time.monotonic() - started:.0f} s\n")


async def _batch(session: AsyncSession, first: int, last: int) -> None:
    span = {"first": first, "last": last}
    words = {"nouns": json.dumps(NOUNS), "adjectives": json.dumps(ADJECTIVES)}
    await session.execute(_PRODUCTS, span | words)
    for statement in (_VARIANTS, _OFFERS, _LEVELS):
        await session.execute(statement, span)
    slugs = text("select id from product where slug = any(:slugs) and search_text = ''")
    named = [f"{PREFIX}{n}" for n in range(first, last + 1)]
    await document.refresh(session, (await session.scalars(slugs, {"slugs": named})).all())


def _tell(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()
