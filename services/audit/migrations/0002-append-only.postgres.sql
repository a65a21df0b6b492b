create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'the event store is append-only'; end $$;

create trigger event_never_changes before update or delete or truncate on event
for each statement execute function refuse_change();

create trigger head_never_goes before delete or truncate on head
for each statement execute function refuse_change();

create trigger head_only_advances before update on head
for each row when (new.position <= old.position) execute function refuse_change();
