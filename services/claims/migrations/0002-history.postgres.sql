create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'the history of claims is append-only'; end $$;

create trigger claim_event_never_changes before update or delete or truncate on claim_event
for each statement execute function refuse_change();
