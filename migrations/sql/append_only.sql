-- Rows of evidence are written once: the database refuses what no code should ever try.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;

create trigger append_only before update or delete on audit_entry
  for each row execute function refuse_change();
create trigger append_only before update or delete on consent
  for each row execute function refuse_change();
create trigger append_only before update or delete on event
  for each row execute function refuse_change();
create trigger append_only before update or delete on stock_move
  for each row execute function refuse_change();
create trigger append_only before update or delete on order_event
  for each row execute function refuse_change();
create trigger append_only before update or delete on provider_call
  for each row execute function refuse_change();
