create trigger claim_event_never_changes before update on claim_event
begin select raise(abort, 'the history of claims is append-only'); end;

create trigger claim_event_never_goes before delete on claim_event
begin select raise(abort, 'the history of claims is append-only'); end;
