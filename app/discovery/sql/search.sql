-- Search inside the audience. These functions run with the owner's rights, because under row-level
-- security the text index cannot be used; so `search_candidates` keeps the child's rule itself, from
-- the same transaction settings as the policies. A test compares its answers with the policies'.
create extension if not exists fuzzystrmatch;

-- The words of the catalogue nearest to a folded word that it does not hold, the best first.
create or replace function search_corrections(wanted text, child boolean) returns text[]
language sql stable strict set search_path = public, pg_temp
as $$
  with near as (
    select v.word, v.products, similarity(v.word, wanted) as score
    from vocabulary v
    where v.word % wanted and (v.for_children or not child)
    union all
    select v.word, v.products, 0.55
    from vocabulary v
    where length(wanted) >= 4
      and v.word ~>=~ left(wanted, 1) and v.word ~<~ (left(wanted, 1) || '{')
      and length(v.word) between length(wanted) - 1 and length(wanted) + 1
      and (
        levenshtein_less_equal(v.word, left(wanted, 60), 1) <= 1
        or ( -- two letters changed places
          length(v.word) = length(wanted)
          and translate(v.word, wanted, '') = ''
          and translate(wanted, v.word, '') = ''
          and levenshtein_less_equal(v.word, left(wanted, 60), 2) = 2
        )
      )
      and (v.for_children or not child)
  ),
  scored as (
    select word, max(score) as score, max(products) as products
    from near where length(word) >= 3 group by word
  ),
  best as (
    select word, score, products from scored
    where score >= 0.4 and score >= (select max(score) from scored) * 0.95
    order by score desc, products desc, word
    limit 4
  )
  select coalesce(array_agg(word order by score desc, products desc, word), '{}') from best
$$;

-- Whether some word of the catalogue begins so; what holds a digit is never a slip. Words hold
-- [a-z0-9] only, so '{' ends the range; LIKE with a parameter could not use the index.
create or replace function search_knows(wanted text) returns boolean
language sql stable strict set search_path = public, pg_temp
as $$
  select wanted ~ '[0-9]'
    or exists (select 1 from vocabulary where word ~>=~ wanted and word ~<~ (wanted || '{'))
$$;

-- One word of a query: the word as a prefix or its corrections, or its Russian or English stem
-- where the prefix does not cover it.
create or replace function search_word(wanted text, typed text, child boolean) returns tsquery
language plpgsql stable strict set search_path = public, pg_temp
as $$
declare
  mark constant text := case when length(wanted) > 1 then ':*' else '' end;
  stemmer constant regdictionary :=
    case when typed ~ '[а-яё]' then 'russian_stem' else 'english_stem' end;
  stem constant text := (ts_lexize(stemmer, typed))[1];
  terms text[] := array[wanted];
begin
  if wanted !~ '^[a-z0-9]+$' then
    return null;
  end if;
  if not search_knows(wanted) then
    terms := wanted || search_corrections(wanted, child);
  end if;
  return to_tsquery('simple', array_to_string(terms, mark || ' | ') || mark
    || case when stem ~ '^[a-zа-яё]+$' and not starts_with(stem, wanted) then ' | ' || stem
       else '' end);
end
$$;

-- Products for folded words; `typed` are the same words as written. `other` and `other_typed` are
-- the query in the other keyboard layout, taken when the catalogue knows those words and not these.
-- All words must match; when fewer than five products do, those that match any follow. At most `cap`
-- candidates are ranked, the most popular first. `rank` is a band of relevance, `how` is
-- exact | corrected | keyboard.
create or replace function search_candidates(
  words text[], typed text[], other text[], other_typed text[],
  ages int4multirange, wanted_skills text[], low bigint, high bigint, only_stock boolean, cap int
) returns table (product_id uuid, rank int, in_stock boolean, popularity bigint, price bigint, how text)
language plpgsql stable security definer
set search_path = public, pg_temp
set plan_cache_mode = force_custom_plan
set client_min_messages = warning
as $$
declare
  age constant int := nullif(current_setting('app.child_age', true), '')::int;
  child constant boolean := age is not null or current_setting('role') = 'kids';
  hidden_categories constant uuid[] :=
    coalesce(nullif(current_setting('app.blocked_categories', true), '')::uuid[], '{}');
  hidden_products constant uuid[] :=
    coalesce(nullif(current_setting('app.blocked_products', true), '')::uuid[], '{}');
  strict_query tsquery;
  loose_query tsquery;
  question tsquery;
  part tsquery;
  matched int;
  way text := 'exact';
begin
  if child and age is null then
    return;
  end if;
  if exists (select 1 from unnest(words) word where not search_knows(word)) then
    way := 'corrected';
    if cardinality(other) > 0
       and not exists (select 1 from unnest(other) word where not search_knows(word)) then
      words := other;
      typed := other_typed;
      way := 'keyboard';
    end if;
  end if;
  for place in 1 .. cardinality(words) loop
    part := search_word(words[place], coalesce(typed[place], ''), child);
    if part is not null then
      strict_query := coalesce(strict_query && part, part);
      loose_query := coalesce(loose_query || part, part);
    end if;
  end loop;
  if strict_query is null then
    return;
  end if;
  foreach question in array array[strict_query, loose_query] loop
    return query
      select
        picked.id,
        (ts_rank_cd('{0.1, 0.3, 0.6, 1.0}', picked.search, question, 1) * 10)::int
          + case when question is not distinct from strict_query then 100000 else 0 end,
        picked.in_stock, picked.popularity, picked.price, way
      from (
        select p.id, p.search, p.in_stock, p.popularity, p.price
        from product p
        where p.state = 'approved'
          and p.price is not null
          and p.search @@ question
          and (question is not distinct from strict_query or not p.search @@ strict_query)
          and (not child or (
            p.child_ok
            and p.age_from <= age
            and (p.age_mark is null or rtrim(p.age_mark, '+')::int <= age)
            and not (p.category_path && hidden_categories)
            and not (p.id = any (hidden_products))
          ))
          and (ages is null or int4range(p.age_from, p.age_to, '[]') && ages)
          and (wanted_skills is null or p.skills && wanted_skills)
          and (low is null or p.price >= low)
          and (high is null or p.price <= high)
          and (not only_stock or p.in_stock)
        order by p.popularity desc, p.id desc
        limit cap
      ) picked;
    get diagnostics matched = row_count;
    exit when matched >= 5 or loose_query is not distinct from strict_query;
  end loop;
end
$$;
