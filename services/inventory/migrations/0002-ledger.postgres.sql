create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'the ledger is append-only'; end $$;

create trigger stock_movement_never_changes before update or delete or truncate on stock_movement
for each statement execute function refuse_change();
