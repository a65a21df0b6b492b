create trigger event_never_changes before update on event
begin select raise(abort, 'the event store is append-only'); end;

create trigger event_never_goes before delete on event
begin select raise(abort, 'the event store is append-only'); end;

create trigger head_never_goes before delete on head
begin select raise(abort, 'the event store is append-only'); end;

create trigger head_only_advances before update on head when new.position <= old.position
begin select raise(abort, 'the event store is append-only'); end;

-- What replaces a row on conflict deletes it without a word to the trigger above.
create trigger event_only_follows before insert on event
when new.position <> (select coalesce(max(position), 0) + 1 from event)
	or exists (select 1 from event where message_id = new.message_id)
	or exists (select 1 from event
		where producer = new.producer and key = new.key and key_seq = new.key_seq)
begin select raise(abort, 'the event store is append-only'); end;
