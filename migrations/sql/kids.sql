-- The restricted role of a device in a child's hands. It can read what a moderator approved for
-- children inside the child's age and the family's blocks, ask, and nothing else. A filter that
-- somebody forgets in the application cannot leak.
do $$
begin
  create role kids nologin noinherit;
exception when duplicate_object or unique_violation then
  null;
end
$$;
do $$
begin
  execute format('grant kids to %I', current_user);
end
$$;
grant usage on schema public to kids;

grant select on category, product, product_image, variant, offer, stock_level to kids;
grant select (id, name, slug, region, state) on seller to kids;
grant select (id, household_id, nickname, avatar, hue, birth_year) on child_profile to kids;
grant select, insert on approval_request to kids;
grant insert on event to kids;
grant insert, select (key) on task to kids;
grant execute on function reserve_spending(uuid, uuid, date, bigint) to kids;

alter table category enable row level security;
create policy kids_category on category for select to kids using (
  for_children
  and min_age <= (select current_setting('app.child_age')::int)
  and not (path && (select current_setting('app.blocked_categories')::uuid[]))
);

alter table product enable row level security;
create policy kids_product on product for select to kids using (
  state = 'approved'
  and child_ok
  and age_from <= (select current_setting('app.child_age')::int)
  and (age_mark is null or rtrim(age_mark, '+')::int <= (select current_setting('app.child_age')::int))
  and not (category_path && (select current_setting('app.blocked_categories')::uuid[]))
  and not (id = any (coalesce((select current_setting('app.blocked_products')::uuid[]), '{}')))
);

alter table product_image enable row level security;
create policy kids_product_image on product_image for select to kids using (
  exists (select 1 from product p where p.id = product_id)
);
alter table variant enable row level security;
create policy kids_variant on variant for select to kids using (
  exists (select 1 from product p where p.id = product_id)
);
alter table offer enable row level security;
create policy kids_offer on offer for select to kids using (
  is_open and exists (select 1 from product p where p.id = product_id)
);
alter table stock_level enable row level security;
create policy kids_stock_level on stock_level for select to kids using (
  exists (select 1 from offer o where o.id = offer_id)
);
alter table seller enable row level security;
create policy kids_seller on seller for select to kids using (state = 'approved');

alter table child_profile enable row level security;
create policy kids_child_profile on child_profile for select to kids using (
  id = (select current_setting('app.child_id')::uuid)
);

alter table approval_request enable row level security;
-- A question names its product: when that was recalled or hidden since, the question is gone too.
create policy kids_approval_request_read on approval_request for select to kids using (
  child_id = (select current_setting('app.child_id')::uuid)
  and exists (select 1 from product p where p.id = product_id)
);
create policy kids_approval_request_ask on approval_request for insert to kids with check (
  child_id = (select current_setting('app.child_id')::uuid)
  and household_id = (select current_setting('app.household_id')::uuid)
  and state = 'asked'
  and decided_by is null and order_id is null
);
