-- Reserve a part of a child's day. Runs with the owner's rights, so that a child's restricted
-- transaction can do exactly this and nothing else with limits; for another child it refuses.
create function reserve_spending(for_child uuid, for_request uuid, on_day date, wanted bigint)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
  allowed bigint;
begin
  if nullif(current_setting('app.child_id', true), '') is not null
     and current_setting('app.child_id')::uuid <> for_child then
    return false;
  end if;
  if wanted <= 0 then
    return false;
  end if;
  select amount into allowed from spending_limit where child_id = for_child and period = 'day';
  if allowed is null then
    return false;
  end if;
  insert into spending_day (child_id, day, limit_amount, reserved, consumed, beyond)
  values (for_child, on_day, allowed, 0, 0, 0) on conflict do nothing;
  update spending_day set reserved = reserved + wanted
  where child_id = for_child and day = on_day and reserved + consumed + wanted <= limit_amount;
  if not found then
    return false;
  end if;
  insert into spending_entry (id, created_at, request_id, child_id, day, amount, state, is_beyond)
  values (gen_random_uuid(), now(), for_request, for_child, on_day, wanted, 'reserved', false);
  return true;
end
$$;
revoke all on function reserve_spending(uuid, uuid, date, bigint) from public;
